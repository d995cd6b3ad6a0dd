"""Where the generations of a project lie.

<path of the environment>/<project>/
  current -> gen-7-3f0a9c            what consumers read
  gen-7-3f0a9c/<project>.duckdb      one good build, never written again
               interface.json        what it promises
               generation.json       what it was made of
               registered            the registry has the interface, too
  work/<project>.duckdb              a copy for plain dbt, which builds in place
"""

from __future__ import annotations

import re
from pathlib import Path

from mesh_tools.mesh.workspace import Workspace

CURRENT = "current"
WORK = "work"
RECORD = "generation.json"
INTERFACE = "interface.json"
REGISTERED = "registered"

_GENERATION = re.compile(r"gen-(\d+)-[0-9a-f]+")


def project_folder(workspace: Workspace, environment: str, project: str) -> Path:
    """Where everything of a project lies."""
    return workspace.config.data_folder(environment) / project


def database_in(folder: Path, project: str) -> Path:
    """The DuckDB file in a generation: its stem is the project's name, which becomes the database's."""
    return folder / f"{project}.duckdb"


def published_file(workspace: Workspace, environment: str, project: str) -> Path:
    """The DuckDB file that consumers read. Opening it gives the generation of this moment."""
    return database_in(project_folder(workspace, environment, project) / CURRENT, project)


def work_file(workspace: Workspace, environment: str, project: str) -> Path:
    """The DuckDB file that plain dbt builds in."""
    return database_in(project_folder(workspace, environment, project) / WORK, project)


def number_of(folder: Path) -> int:
    """The number of a generation; 0 for a folder that is none. Counted, since clocks jump."""
    found = _GENERATION.fullmatch(folder.name)
    return int(found[1]) if found else 0


def generations_in(folder: Path) -> list[Path]:
    """The generations of a project, published or not, oldest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if number_of(path)), key=lambda path: (number_of(path), path.name))


def is_published(generation: Path) -> bool:
    """Whether it was complete: its record is written last."""
    return (generation / RECORD).is_file()


def current_of(folder: Path) -> Path | None:
    """The generation that consumers read now, even when its record was lost."""
    link = folder / CURRENT
    return folder / link.readlink() if link.is_dir() else None
