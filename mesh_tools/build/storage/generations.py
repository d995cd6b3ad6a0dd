"""DuckDB storage: a file for each project, a new generation for each build, published by one rename.

A reader that has a generation open goes on reading it, so that nobody blocks anybody; and a build that fails, or is
killed, leaves what was published. See :mod:`mesh_tools.build.storage.layout` for what lies where.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mesh_tools.build.storage.base import Target
from mesh_tools.build.storage.in_use import copy_file, is_open, is_pinned, pin
from mesh_tools.build.storage.layout import (
    CURRENT,
    INTERFACE,
    RECORD,
    REGISTERED,
    current_of,
    database_in,
    generations_in,
    is_published,
    number_of,
    project_folder,
)
from mesh_tools.build.storage.profiles import has_own_profile, profile_folder, write_build_profile
from mesh_tools.build.storage.records import PRODUCTS_FIRST, Record
from mesh_tools.build.storage.warehouse import Warehouse, read_record
from mesh_tools.build.storage.work_copy import adopt_work_copy, refresh_work_copy
from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.files import disk_hint, replace_file
from mesh_tools.interface.document import from_json, to_json
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Generations:
    """The generations of the projects of one environment.

    A project that brings a profile of its own keeps its data where that says; of it there is a record alone.
    """

    fingerprints = True

    def __init__(self, workspace: Workspace, environment: str, pins: Mapping[str, str] | None = None) -> None:
        self._workspace = workspace
        self._environment = environment
        self._kept = workspace.config.environments[environment].generations
        self._wanted = dict(pins or {})
        self._pinned: dict[str, tuple[Path, int]] = {}

    def record(self, project: str) -> Record | None:
        """See :meth:`mesh_tools.build.storage.base.Storage.record`."""
        found = self._workspace.projects.get(project)
        if found is not None and has_own_profile(self._workspace, found):
            return self._elsewhere(found).record(project)
        folder = self._folder(project)
        record = read_record(folder / self._wanted.get(project, CURRENT) / RECORD)
        current = current_of(folder)
        if record is None and current is not None and _is_unknown(current):
            # There may be history in it: it is built again, but not from nothing.
            return Record(id=current.name, project=project, run="", built_at="", stateful=True)
        return record

    def records(self, project: str) -> list[Record]:
        """Every generation that is kept and complete, oldest first; of each build only what it ended with."""
        found = self._all_records(project)
        superseded = _superseded(found)
        return [record for record in found if record.id not in superseded]

    def _all_records(self, project: str) -> list[Record]:
        found = (read_record(folder / RECORD) for folder in generations_in(self._folder(project)))
        return [record for record in found if record is not None]

    def begin(self, project: Project, run: str, *, fresh: bool, pins: Mapping[str, Target]) -> Target:
        """Make a new generation, and remove what earlier builds have left unfinished.

        Raises:
            MeshError: the disk is full, or protected.
        """
        if has_own_profile(self._workspace, project):
            return self._elsewhere(project).begin(project, run, fresh=fresh, pins=pins)
        folder = self._folder(project.name)
        number = 1 + max((number_of(path) for path in generations_in(folder)), default=0)
        generation = folder / f"gen-{number}-{secrets.token_hex(3)}"
        with _told(generation):
            folder.mkdir(parents=True, exist_ok=True)
            self._remove_unfinished(folder)
            generation.mkdir()
            base = current_of(folder)
            if base is not None and (not fresh or _is_unknown(base)):
                copy_file(database_in(base, project.name), database_in(generation, project.name))
        return self._target(project, generation, pins)

    def resume(self, project: Project, target: str, *, pins: Mapping[str, Target]) -> Target | None:
        """The unfinished generation called ``target``, if it is there."""
        if has_own_profile(self._workspace, project):
            return self._elsewhere(project).resume(project, target, pins=pins)
        generation = self._folder(project.name) / target
        if not database_in(generation, project.name).is_file() or is_published(generation):
            return None
        return self._target(project, generation, pins)

    def refresh(self, project: Project, target: Target, *, pins: Mapping[str, Target]) -> Target:
        """Write the profile of ``target`` again.

        Raises:
            MeshError: it cannot be written.
        """
        return self._target(project, target.folder, pins) if target.folder is not None else target

    def adopt(self, target: Target, project: Project) -> None:
        """Fill ``target`` with the work copy of ``project``.

        Raises:
            MeshError: plain dbt is building in it at this moment; the disk is full.
        """
        if target.folder is not None:
            with _told(target.folder):
                adopt_work_copy(target.folder, project.name)

    def publish(self, target: Target, record: Record, interface: Interface) -> None:
        """Make ``target`` what consumers read.

        Raises:
            MeshError: the disk is full or protected, or the generation has vanished.
        """
        if target.folder is None:
            self._elsewhere(self._workspace.projects[record.project]).publish(target, record, interface)
            return
        with _told(target.folder):
            database = database_in(target.folder, record.project)
            if not database.is_file():
                raise MeshError("this generation has vanished while it was built", where=Location.of(database))
            _reach_disk(database)
            # What takes room comes first: once consumers read the generation, nothing must fail any more.
            if record.partial != PRODUCTS_FIRST:  # plain dbt needs the rest, too
                refresh_work_copy(self._folder(record.project), record.project, target.folder)
            replace_file(target.folder / INTERFACE, to_json(interface), durable=True)
            replace_file(target.folder / RECORD, msgspec.json.encode(replace(record, id=target.id)), durable=True)
            self._point(target.folder)
        with suppress(OSError):  # consumers read it already: what cannot be removed stays
            self._remove_old(record.project)

    def published(self, project: str) -> None:
        """Remember that the registry has the interface of what is current."""
        current = current_of(self._folder(project))
        if current is not None:
            with suppress(OSError):
                (current / REGISTERED).touch()

    def unpublished(self, project: str) -> Interface | None:
        """The interface of the current generation, unless the registry has it."""
        current = current_of(self._folder(project))
        if current is None or (current / REGISTERED).exists():
            return None
        path = current / INTERFACE
        with suppress(OSError, MeshError):
            return from_json(path.read_bytes(), str(path))
        return None

    def roll_back(self, project: str, to: str | None) -> Record:
        """Make an earlier generation what consumers read.

        Args:
            project: Its name.
            to: Id of the generation, or its number; ``None``: the one before the current.

        Returns:
            The record of that generation, which is current now.

        Raises:
            MeshError: there is none, or it is current already.
        """
        folder = self._folder(project)
        superseded = _superseded(self._all_records(project))
        complete = [path for path in generations_in(folder) if is_published(path) and path.name not in superseded]
        current = current_of(folder)
        if current is None:
            raise MeshError(f"{project} was never built in {self._environment}", hint=f"mesh build --select {project}")
        chosen = _chosen(project, complete, current, to)
        record = read_record(chosen / RECORD)
        if record is None:
            raise MeshError("the record of this generation is damaged", where=Location.of(chosen / RECORD))
        with _told(folder):
            (chosen / REGISTERED).unlink(missing_ok=True)
            refresh_work_copy(folder, project, chosen)
            self._point(chosen)
        return record

    def close(self) -> None:
        """Let the generations that were pinned be removed by later builds."""
        for _, descriptor in self._pinned.values():
            os.close(descriptor)
        self._pinned.clear()

    def _elsewhere(self, project: Project) -> Warehouse:
        return Warehouse(self._workspace, self._environment, profile_folder(self._workspace, project))

    def _folder(self, project: str) -> Path:
        return project_folder(self._workspace, self._environment, project)

    def _target(self, project: Project, generation: Path, pins: Mapping[str, Target]) -> Target:
        folders: dict[str, Path] = {}
        for name in project.upstream_names:
            built = pins.get(name)
            found = built.folder if built is not None else self._pin(name)
            if found is not None:
                folders[name] = found
        profiles = write_build_profile(self._workspace, self._environment, project, generation, folders)
        files = {name: database_in(folder, name) for name, folder in {project.name: generation, **folders}.items()}
        return Target(
            id=generation.name,
            profiles=profiles,
            folder=generation,
            databases={name: file for name, file in files.items() if name == project.name or file.exists()},
            pins={name: folder.name for name, folder in folders.items()},
        )

    def _pin(self, upstream: str) -> Path | None:
        """The current generation of an upstream, which stays until this build ends."""
        current = self._wanted_of(upstream) or current_of(self._folder(upstream))
        held = self._pinned.get(upstream)
        if held is not None and held[0] == current:
            return current
        if current is None:
            return None
        descriptor = pin(current / RECORD)
        if descriptor is None and _is_there(current):
            return current  # its record was lost, so that there is nothing to be pinned
        if descriptor is None or not is_published(current):
            # Another job of the same plan has published, and removed this one meanwhile.
            if descriptor is not None:
                os.close(descriptor)
            return self._pin(upstream)
        # The older pin stays: a project that is being built may read it.
        self._pinned[upstream if held is None else f"{upstream}@{current.name}"] = (current, descriptor)
        return current

    def _wanted_of(self, upstream: str) -> Path | None:
        name = self._wanted.get(upstream)
        if name is None:
            return None
        folder = self._folder(upstream) / name
        if not _is_there(folder):
            hint = "make a new plan: mesh plan"
            raise MeshError(f"{upstream} has no generation {name} any more", where=Location.of(folder), hint=hint)
        return folder

    def _point(self, generation: Path) -> None:
        folder = generation.parent
        temporary = folder / f".{CURRENT}.{secrets.token_hex(4)}"
        temporary.symlink_to(generation.name, target_is_directory=True)
        try:
            temporary.replace(folder / CURRENT)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _remove_unfinished(self, folder: Path) -> None:
        for path in generations_in(folder):
            if not _is_there(path) and not is_open(database_in(path, folder.name)):
                shutil.rmtree(path, ignore_errors=True)
        for path in folder.glob(f".{CURRENT}.*"):
            path.unlink(missing_ok=True)

    def _remove_old(self, project: str) -> None:
        folder = self._folder(project)
        current = current_of(folder)
        complete = [path for path in generations_in(folder) if is_published(path)]
        superseded = _superseded(self._all_records(project))
        early = [path for path in complete if path.name in superseded]
        whole = [path for path in complete if path.name not in superseded]
        for path in (*early, *whole[: -self._kept]):
            if path != current and not is_pinned(path / RECORD) and not is_open(database_in(path, project)):
                # What is half removed must not look complete.
                (path / RECORD).unlink(missing_ok=True)
                shutil.rmtree(path, ignore_errors=True)


def _is_there(generation: Path) -> bool:
    """Whether it was published: consumers may read one that has lost its record."""
    return is_published(generation) or generation == current_of(generation.parent)


def _is_unknown(generation: Path) -> bool:
    """Whether there is data whose record is damaged or lost."""
    return read_record(generation / RECORD) is None and database_in(generation, generation.parent.name).is_file()


def _superseded(records: list[Record]) -> set[str]:
    """Generations that held the products of a build before the rest of it was there; ``records``: oldest first."""
    last = {record.run: record.id for record in records}
    return {record.id for record in records if last[record.run] != record.id}


def _chosen(project: str, complete: list[Path], current: Path, to: str | None) -> Path:
    if to is None:
        earlier = [path for path in complete if number_of(path) < number_of(current)]
        if not earlier:
            hint = "`mesh rollback PROJECT --list` shows what is kept; `generations` in mesh.yml says how many"
            raise MeshError(f"no generation of {project} before {current.name} is kept", hint=hint)
        return earlier[-1]
    for path in complete:
        if to in {path.name, str(number_of(path))}:
            if path == current:
                raise MeshError(f"{path.name} is what consumers of {project} read already")
            return path
    names = [path.name for path in complete]
    raise MeshError(f"{project} has no generation '{to}'", hint=did_you_mean(to, names) or f"kept: {', '.join(names)}")


def _reach_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MeshError(
            f"cannot be written: {error.strerror}", where=Location.of(error.filename or path), hint=disk_hint(error)
        ) from None
