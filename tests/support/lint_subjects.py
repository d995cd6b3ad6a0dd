"""Subjects of manifests that are written by hand, for rules that are asked directly."""

from __future__ import annotations

import json
from typing import Any

from mesh_tools.artifacts.manifest import decode_manifest
from mesh_tools.errors import Location
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.subjects import Project, Subject
from support.manifests import manifest


def project_of(
    name: str,
    *nodes: dict[str, Any],
    dbt: str = "1.11.0",
    adapter: str = "duckdb",
    **sections: tuple[dict[str, Any], ...],
) -> Project:
    """A project with these nodes; ``sections`` are those beside ``nodes``, such as ``sources``."""
    document = manifest(name, *nodes)
    document["metadata"] |= {"dbt_version": dbt, "adapter_type": adapter}
    document |= {section: {one["unique_id"]: one for one in found} for section, found in sections.items()}
    return Project(decode_manifest(json.dumps(document).encode(), Location("manifest.json")))


def source(project: str, name: str, table: str, **fields: Any) -> dict[str, Any]:
    """A table of a source."""
    return {
        "resource_type": "source",
        "unique_id": f"source.{project}.{name}.{table}",
        "name": table,
        "source_name": name,
        "package_name": project,
        "original_file_path": "models/staging/_sources.yml",
        "database": "lake",
        "schema": name,
        "identifier": table,
        **fields,
    }


def messages(rule: Rule, subject: Subject, **given: Any) -> list[str]:
    """What a rule says of a subject; ``given`` are services and options."""
    assert rule.check is not None
    return [raised if isinstance(raised, str) else raised.message for raised in rule.check(subject, **given)]
