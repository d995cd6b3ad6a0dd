"""From the request to the files: everything is computed before anything is written."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.contracts.new_version.entry import add_version
from mesh_tools.contracts.new_version.files import PlannedFile, write_all
from mesh_tools.contracts.new_version.find import Found, find
from mesh_tools.contracts.new_version.notes import Note, UnpinnedRef, notes_on, unpinned_refs
from mesh_tools.contracts.new_version.relation import new_code
from mesh_tools.contracts.new_version.request import Request
from mesh_tools.contracts.new_version.settings import settings_of
from mesh_tools.contracts.new_version.versions import Step, next_step
from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.mesh.yaml_edit import YamlEditor
from mesh_tools.model.interface import Version

_ISO_DATE = len("2027-01-31")


class NewVersion(Struct, frozen=True, kw_only=True):
    """A new version of a product, planned.

    Attributes:
        project: The producer.
        product: The model.
        v: The new version.
        base: The version that it is a copy of.
        was_versioned: Whether the model had versions before.
        latest: What a ref without a version means afterwards.
        deprecation_date: ISO date on which the version ``base`` ends.
        deprecation_kept: Whether that date was set before.
        grace_days: Of the mesh.
        files: What is to be written, the code first.
        unpinned: Refs without a version, in the whole mesh.
        notes: What to look at.
    """

    project: str
    product: str
    v: Version
    base: Version
    was_versioned: bool
    latest: Version
    deprecation_date: str
    deprecation_kept: bool
    grace_days: int
    files: tuple[PlannedFile, ...]
    unpinned: tuple[UnpinnedRef, ...]
    notes: tuple[Note, ...]

    def write(self) -> None:
        """Write all files, or none.

        Raises:
            OSError: one cannot be written.
        """
        write_all(self.files)


def plan_new_version(workspace: Workspace, request: Request) -> NewVersion:
    """Plan a new version of a product: a copy of the present one in SQL and YAML, which gets an end.

    Nothing changes for who reads the present version: neither its promise nor its relation, and (unless asked for) not
    what a ref without a version means.

    Raises:
        MeshError: there is no such public model, its next version is there already or cannot be told, or its YAML
            cannot be edited safely.
    """
    found = find(workspace, request.product, request.project)
    grace = workspace.config.file.contracts.grace_days
    step = next_step(found, request, _end(request, grace))
    code = _read(step.code)
    settings = settings_of(found, step, code)
    editor = YamlEditor.read(found.yaml.path)
    add_version(editor, found, step, settings)
    present = _date_set(found, step)
    return NewVersion(
        project=found.project.name,
        product=found.name,
        v=step.new,
        base=step.base,
        was_versioned=step.position is not None,
        latest=step.new if request.latest else step.base,
        deprecation_date=present or step.ends.isoformat(),
        deprecation_kept=present is not None,
        grace_days=grace,
        files=(
            PlannedFile(step.new_code, None, new_code(code, found, step, settings).encode("utf-8")),
            PlannedFile(found.yaml.path, found.yaml.path.read_bytes(), editor.data),
        ),
        unpinned=unpinned_refs(workspace, found, step),
        notes=notes_on(found, step, settings),
    )


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # not read_text, which would change the line ends
    except UnicodeDecodeError as error:
        raise MeshError(f"not UTF-8: {error.reason}", where=Location.of(path), hint="save the file as UTF-8") from None


def _end(request: Request, grace_days: int) -> date:
    ends = request.released + timedelta(days=grace_days)
    if ends < request.today:
        raise MeshError(
            f"the version would have ended on {ends}, before anybody heard of it",
            hint=f"--date is the day of the release; the grace period of {grace_days} days counts from it",
        )
    return ends


def _date_set(found: Found, step: Step) -> str | None:
    """Of a model with versions, dbt reads the dates of the versions alone."""
    value: Any = (found.entry if step.position is None else step.entry).get("deprecation_date")
    return str(value)[:_ISO_DATE] if value is not None else None
