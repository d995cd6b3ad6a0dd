"""`mesh schema`."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class Document(str, Enum):
    """Documents that have a JSON Schema."""

    mesh = "mesh"
    interface = "interface"
    meta = "meta"


def schema(
    document: Annotated[
        Document, typer.Argument(help="`mesh`: mesh.yml. `interface`: interface.yml. `meta`: meta.mesh in dbt's YAML.")
    ],
) -> None:
    """Print the JSON Schema of a document, for editors and other programs."""
    from mesh_tools.interface.document import json_schema as interface_schema
    from mesh_tools.mesh.config import json_schema as mesh_schema
    from mesh_tools.model.meta import json_schema as meta_schema
    from mesh_tools.report.console import print_json

    schemas = {Document.mesh: mesh_schema, Document.interface: interface_schema, Document.meta: meta_schema}
    print_json(schemas[document]())
