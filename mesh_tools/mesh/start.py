"""Starts a mesh from the dbt projects that are there."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec import Struct

from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.mesh.config import FILE_NAME
from mesh_tools.mesh.discovery import PROJECT_FILE

# Installed packages, artifacts, environments and hidden folders hold dbt projects that are nobody's domain.
_NOT_SEARCHED = frozenset(
    {"dbt_packages", "dbt_modules", "target", "node_modules", "site-packages", "integration_tests"}
)

_TEMPLATE = """\
# The mesh: which dbt projects belong to it, where they are built, and where their interfaces are published.
name: {name}
projects:
{projects}
registry: .mesh/registry        # a folder, or s3://bucket/path, gs://..., https://... (read-only)
environments:
  dev:
    storage: duckdb             # `profile` where each project's own profile has a target of this name
"""


class StartedMesh(Struct, frozen=True):
    """A new mesh.yml, the projects' folders relative to it, and an older mesh.yml above that it hides from them."""

    path: Path
    projects: list[str]
    hidden: Path | None


def start_mesh(folder: Path, name: str | None) -> StartedMesh:
    """Write a mesh.yml into ``folder`` that names every dbt project below it.

    Raises:
        MeshError: there is a mesh.yml already, or no dbt project.
    """
    folder = folder.resolve()
    path = folder / FILE_NAME
    if path.exists():
        raise MeshError(f"there is a {FILE_NAME} already", where=Location.of(path), hint="edit it")
    found = sorted(
        str(file.parent.relative_to(folder))
        for file in folder.rglob(PROJECT_FILE)
        if not any(part in _NOT_SEARCHED or part.startswith(".") for part in file.relative_to(folder).parts)
    )
    if not found:
        raise MeshError(
            "no dbt project in this folder or below it",
            where=Location.of(folder),
            hint=f"a dbt project is a folder with a {PROJECT_FILE}; `dbt init` makes one",
        )
    # A JSON string is a YAML string, whatever is in it.
    projects = "\n".join(f"  - {json.dumps(project, ensure_ascii=False)}" for project in found)
    text = _TEMPLATE.format(name=json.dumps(name or folder.name, ensure_ascii=False), projects=projects)
    write_atomically(path, text.encode())
    hidden = next((parent / FILE_NAME for parent in folder.parents if (parent / FILE_NAME).is_file()), None)
    return StartedMesh(path, found, hidden)
