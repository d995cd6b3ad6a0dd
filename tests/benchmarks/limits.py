"""The limit of any build: the SQL of all models and seeds in build order, as tables, with nothing around it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from measure import Case
from mesh_files import project_files
from meshes import Mesh, remove

_REF = re.compile(r"\{\{ ref\('(?:(\w+)', ')?(\w+)'\) \}\}")
_CONFIG = re.compile(r"\{\{ config\(.*?\) \}\}")


@dataclass(frozen=True)
class Step:
    """A table that is made.

    Attributes:
        schema: Where the table is made.
        name: Of the table.
        query: What gives its rows.
    """

    schema: str
    name: str
    query: str


@dataclass(frozen=True)
class Limit:
    """Databases beside each other, and the SQL that fills them.

    Attributes:
        mesh: Whose models these are.
        folder: Holds a DuckDB file for each project, and files of statements.
        steps: Gives the SQL of a project. Asked right before a run.
    """

    mesh: Mesh
    folder: Path
    steps: Callable[[str], Iterable[Step]]

    def case(self, title: str, projects: Sequence[str], *, new: bool = False) -> Case:
        """Run the SQL of these projects, all others being there; when ``new``, into databases that are new as well."""
        file = self.folder / f"{len(projects)}-projects.json"

        def prepare() -> None:
            if new:
                remove(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(list(self._statements(projects))))

        command: list[str | Path] = [sys.executable, Path(__file__).with_name("sql_alone.py"), file]
        return Case(title, command, self.mesh.folder, prepare, tree=True)

    def _statements(self, projects: Iterable[str]) -> Iterator[str]:
        for project in self.mesh.reads:
            yield f"attach '{self.folder / project}.duckdb' as {project}"
        for project in projects:
            for step in self.steps(project):
                yield f"create schema if not exists {project}.{step.schema}"
                yield f"create or replace table {project}.{step.schema}.{step.name} as {step.query}"


def compiled_steps(folder: Path) -> Iterator[Step]:
    """The SQL of a project, as dbt has compiled it in ``folder``."""
    nodes = json.loads((folder / "target" / "manifest.json").read_bytes())["nodes"]
    own = {
        unique_id: node
        for unique_id, node in nodes.items()
        if node["package_name"] == folder.name and node["resource_type"] in {"model", "seed"}
    }
    parents = {unique_id: own.keys() & _parents(node) for unique_id, node in own.items()}
    for unique_id in TopologicalSorter(parents).static_order():
        node = own[unique_id]
        yield Step(node["schema"], node["alias"], _query(node, folder))


def rendered_steps(mesh: Mesh, project: str) -> Iterator[Step]:
    """The SQL of a project of a generated mesh, whose only macros are refs and settings: as dbt would compile it."""

    def relation(ref: re.Match[str]) -> str:
        return f"{ref[1] or project}.main.{ref[2]}"

    for path, text in project_files(project, mesh.reads[project]).items():
        name, ending = Path(path).stem, Path(path).suffix
        if ending == ".csv":
            yield Step("main", name, _csv(mesh.folder / "projects" / project / path, {}))
        elif ending == ".sql":
            yield Step("main", name, _REF.sub(relation, _CONFIG.sub("", text)))


def _parents(node: Mapping[str, Any]) -> list[str]:
    parents: list[str] = node["depends_on"].get("nodes", [])
    return parents


def _query(node: Mapping[str, Any], folder: Path) -> str:
    if node["resource_type"] == "seed":
        return _csv(folder / node["original_file_path"], node["config"]["column_types"])
    query: str = node["compiled_code"]
    return query


def _csv(path: Path, types: Mapping[str, str]) -> str:
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
    return f"from read_csv('{path}', header = true, types = {{{typed}}})" if types else f"from read_csv('{path}')"
