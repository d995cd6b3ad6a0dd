"""`mesh schema`."""

from __future__ import annotations

import click

_DOCUMENTS = ("mesh", "interface", "meta", "lint", "lint-report", "lint-scorecard", "site")


@click.command(short_help="JSON Schemas of documents, for editors.")
@click.argument("document", type=click.Choice(_DOCUMENTS), metavar="DOCUMENT")
def schema(document: str) -> None:
    """Print the JSON Schema of a document, for editors and other programs.

    DOCUMENT is one of: mesh (mesh.yml), interface (interface.yml), meta (meta.mesh in dbt's YAML), lint (lint.yml of a
    project), lint-report (what `mesh lint --format json` prints), lint-scorecard (the same with --scorecard),
    site (the JSON documents of `mesh docs build`, below api/v1).
    """
    from mesh_tools.interface.document import json_schema as interface_schema
    from mesh_tools.lint.registry import built_in
    from mesh_tools.lint.schema import json_schema as lint_schema
    from mesh_tools.lint.schema import with_rules
    from mesh_tools.mesh.config import json_schema as mesh_schema
    from mesh_tools.model.meta import json_schema as meta_schema
    from mesh_tools.report.console import print_json
    from mesh_tools.report.lint.json import json_schema as report_schema
    from mesh_tools.report.lint.scorecard import json_schema as scorecard_schema
    from mesh_tools.site.twins.schema import json_schema as site_schema

    schemas = {
        "mesh": lambda: with_rules(mesh_schema(), built_in()),
        "interface": interface_schema,
        "meta": meta_schema,
        "lint": lambda: lint_schema(built_in()),
        "lint-report": report_schema,
        "lint-scorecard": scorecard_schema,
        "site": site_schema,
    }
    print_json(schemas[document]())
