"""What a new version does not take care of, and somebody has to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.settings import Settings, config_of, named_in_project_file
from mesh_tools.contracts.new_version.versions import Step
from mesh_tools.errors import Location
from mesh_tools.mesh.local_names import local_names
from mesh_tools.mesh.refs import resource_files, scan_refs
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.refs import Ref

_ALIAS_MACRO = re.compile(r"\bmacro\s+(?:\w+__)?generate_alias_name\b")
_YAML = frozenset({".yml", ".yaml"})


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to look at.

    Attributes:
        message: What, in one sentence without a full stop.
        hint: What to do.
        where: The place, as ``path:line:column``.
    """

    message: str
    hint: str = ""
    where: str = ""


class UnpinnedRef(Struct, frozen=True):
    """A ref without a version: it means the latest one, whichever that is.

    Attributes:
        project: That has the ref.
        ref: As it is written.
        where: ``path:line:column``.
        pinned: As it would be written for the present version.
    """

    project: str
    ref: str
    where: str
    pinned: str


def unpinned_refs(workspace: Workspace, found: Found, step: Step) -> tuple[UnpinnedRef, ...]:
    """The refs without a version in the files of the mesh, the model's own project first.

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    others = [project for project in workspace.projects.values() if project is not found.project]
    refs: list[UnpinnedRef] = []
    for project in (found.project, *others):
        means_it = project is found.project or (
            found.project.name in project.upstream_names and found.name not in local_names(project).nodes
        )
        for ref in scan_refs(project):
            to_it = ref.project == found.project.name or (ref.project is None and means_it)
            if to_it and ref.name == found.name and ref.v is None:
                pinned = Ref(ref.project, ref.name, step.base, ref.where)
                refs.append(UnpinnedRef(project.name, str(ref), str(ref.where), str(pinned)))
    return tuple(refs)


def notes_on(found: Found, step: Step, settings: Settings) -> tuple[Note, ...]:
    """What to look at beside refs.

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    return (
        *_alias_in_code(step, settings),
        *_alias_macro(found, step),
        *_project_file(found, step),
        *_shared_lists(found, step),
        *_unit_tests(found, step),
        *_named_tests(found, step),
    )


def _alias_in_code(step: Step, settings: Settings) -> Iterator[Note]:
    if settings.in_code is not None and settings.in_code.value is None:
        yield Note(
            message=f"{step.code.name} computes its alias: version {step.new} has the same one, and dbt refuses two",
            hint=f"give {step.new_code.name} an alias of its own",
            where=str(Location.of(step.new_code)),
        )


def _alias_macro(found: Found, step: Step) -> Iterator[Note]:
    for path in resource_files(found.project, ("macro-paths",)):
        if path.suffix == ".sql" and _ALIAS_MACRO.search(path.read_text(encoding="utf-8", errors="replace")):
            yield Note(
                message="this project names its relations by a macro of its own",
                hint=f"see that version {step.base} keeps its relation: compare the alias in `dbt ls --output json`",
                where=str(Location.of(path)),
            )


def _project_file(found: Found, step: Step) -> Iterator[Note]:
    where = named_in_project_file(found, step)
    if where is not None:
        yield Note(
            message=f"dbt_project.yml configures {found.name} by name, which dbt 2 compares with the name of the file",
            hint="move it to the model's YAML",
            where=str(where),
        )


def _shared_lists(found: Found, step: Step) -> Iterator[Note]:
    meta = config_of(found.entry).get("meta")
    mesh = meta.get("mesh") if isinstance(meta, dict) and step.position is not None else None
    lists = [key for key, value in mesh.items() if isinstance(value, list)] if isinstance(mesh, dict) else []
    if lists:
        yield Note(
            message=f"meta.mesh of all versions has {', '.join(lists)}: dbt 1 adds what a version says to it",
            hint="write meta.mesh under each version",
            where=str(found.yaml.locate(*found.keys, "config", "meta", "mesh", lists[0])),
        )


def _unit_tests(found: Found, step: Step) -> Iterator[Note]:
    for path in resource_files(found.project):
        if path.suffix in _YAML and b"unit_tests" in path.read_bytes():
            file = YamlFile.read(path)
            for i, test in enumerate(_unit_tests_in(file.value)):
                if test.get("model") == found.name and "versions" not in test:
                    yield Note(
                        message=f"the unit test {test.get('name')} is run for every version",
                        hint=f"if it does not hold for version {step.new}: versions: {{exclude: [{step.new}]}}",
                        where=str(file.locate("unit_tests", i)),
                    )


def _named_tests(found: Found, step: Step) -> Iterator[Note]:
    """Of tests that both versions have and that are called the same, dbt 2 alpha keeps one."""
    for entry in (found.entry, step.entry, *_mappings(found.entry.get("columns"))):
        for test in _mappings(entry.get("data_tests") or entry.get("tests")):
            settings = next(iter(test.values())) if len(test) == 1 else test
            if isinstance(settings, dict) and "name" in settings:
                yield Note(
                    message=f"the test {settings['name']} is called the same for both versions, and dbt 2 runs one",
                    hint="take its name away, or write data_tests under each version",
                    where=str(found.yaml.locate(*found.keys)),
                )


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _unit_tests_in(value: Any) -> list[dict[str, Any]]:
    tests = value.get("unit_tests") if isinstance(value, dict) else None
    return [test if isinstance(test, dict) else {} for test in tests] if isinstance(tests, list) else []
