"""Finds a model in the files of its project: dbt need not have parsed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.mesh.local_names import local_names
from mesh_tools.mesh.refs import resource_files
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.project import Project

_YAML = frozenset({".yml", ".yaml"})


class Found(Struct, frozen=True):
    """A model as the files of its project describe it.

    Attributes:
        project: That it belongs to.
        name: Of the model.
        yaml: The file that describes it.
        position: Of its entry below ``models``.
        entry: That entry.
        code: The SQL and Python files of the project's models, by name without suffix.
    """

    project: Project
    name: str
    yaml: YamlFile
    position: int
    entry: Mapping[str, Any]
    code: Mapping[str, Path]

    @property
    def keys(self) -> tuple[str | int, ...]:
        """Of its entry in the file."""
        return ("models", self.position)

    @property
    def label(self) -> str:
        """``operations.flights``."""
        return f"{self.project.name}.{self.name}"


def find(workspace: Workspace, product: str, project: str | None) -> Found:
    """The model that is called ``product``, with its YAML.

    Raises:
        MeshError: there is none, or several, or nothing describes it; a YAML file that cannot be parsed.
    """
    projects, name = _meant(workspace, product, project)
    found = [entry for candidate in projects for entry in _entries(candidate, name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise _unknown(projects, name)
    first, second = found[:2]
    if first.project is second.project:
        raise MeshError(
            f"{first.label} is described twice",
            where=second.yaml.locate(*second.keys),
            hint=f"the first is in {first.yaml.locate(*first.keys)}; dbt takes one",
        )
    labels = " or ".join(dict.fromkeys(entry.label for entry in found))
    raise MeshError(f"several projects have a model '{name}'", hint=f"write {labels}")


def _meant(workspace: Workspace, product: str, project: str | None) -> tuple[list[Project], str]:
    first, point, rest = product.partition(".")
    if project is not None:
        own = workspace.project(project)
        return [own], rest if point and first == project else product
    if point and first in workspace.projects:
        return [workspace.projects[first]], rest
    if point:
        workspace.project(first)
    return list(workspace.projects.values()), product


def _entries(project: Project, name: str) -> Iterator[Found]:
    code: dict[str, Path] | None = None
    for path in resource_files(project):
        if path.suffix not in _YAML or name.encode() not in path.read_bytes():
            continue
        file = YamlFile.read(path)
        models = file.value.get("models") if isinstance(file.value, dict) else None
        for i, entry in enumerate(models if isinstance(models, list) else ()):
            if isinstance(entry, dict) and entry.get("name") == name:
                code = _code(project) if code is None else code
                yield Found(project, name, file, i, entry, code)


def _code(project: Project) -> dict[str, Path]:
    return {path.stem: path for path in resource_files(project, ("model-paths",)) if path.suffix not in _YAML}


def _unknown(projects: list[Project], name: str) -> MeshError:
    undescribed = [path for project in projects for stem, path in _code(project).items() if stem == name]
    if undescribed:
        path = undescribed[0]
        entry = f"models:\n  - name: {name}\n    config: {{access: public}}"
        hint = f"write {path.with_suffix('.yml').name} beside it:\n{entry}"
        return MeshError(f"no YAML describes the model '{name}'", where=Location.of(path), hint=hint)
    known = {model for project in projects for model in local_names(project).described}
    where = f"in {projects[0].name}" if len(projects) == 1 else "in this mesh"
    hint = did_you_mean(name, known) or "name the model without its version, as in operations.flights"
    return MeshError(f"there is no model '{name}' {where}", hint=hint)
