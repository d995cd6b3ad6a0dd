"""Gathers what a build of a project would be made of at this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.build.plan.files import ProjectFiles, project_files
from mesh_tools.build.plan.settings import LOCK_FILE, settings_of
from mesh_tools.build.plan.sources import FileHashes, sources_of
from mesh_tools.build.storage import Inputs, Record, SourceState, Storage
from mesh_tools.build.storage.profiles import has_own_profile
from mesh_tools.errors import MeshError
from mesh_tools.interface.sync import ProjectSync
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

UNKNOWN = ""
"""Stands for the fingerprint of data of which nothing is known."""

_CHANGED = "changed while it was built"


class Gathered(Struct, frozen=True, kw_only=True):
    """The inputs of a project, and its files as they were read for them."""

    inputs: Inputs
    files: ProjectFiles


class InputReader:
    """Reads inputs for one build."""

    def __init__(
        self, workspace: Workspace, environment: str, storage: Storage, upstreams: Upstreams, variables: str | None
    ) -> None:
        self._workspace = workspace
        self._environment = environment
        self._storage = storage
        self._upstreams = upstreams
        self._variables = variables
        self.hashes = FileHashes(workspace.state / "cache" / "files.json")

    def own(self, project: Project, record: Record | None) -> Gathered:
        """What a project brings itself: files, settings, and the sources that its last build has read."""
        files = project_files(project)
        known = record.inputs.sources if record is not None and record.inputs is not None else {}
        sources = {name: self._state(project, state) for name, state in known.items() if not name.startswith("in ")}
        inputs = Inputs(
            files=files.digests,
            settings=self._settings(project, files.env_vars),
            sources={**sources, **_undeclared(files)},
        )
        return Gathered(inputs=inputs, files=files)

    def whole(self, own: Gathered, synced: ProjectSync, together: Collection[str]) -> Gathered:
        """``own`` together with what comes from upstream.

        Args:
            own: See :meth:`own`.
            synced: The project's sync: which products it uses.
            together: Projects that are built in the same waves; what they read of each other is no cause.
        """
        upstreams = [upstream for upstream in synced.upstreams if upstream.name not in together]
        data: dict[str, str] = {}
        for upstream in upstreams:
            data.update(self._data(upstream.name, frozenset(upstream.stubs)))
        interfaces = {upstream.name: upstream.digest for upstream in upstreams}
        return Gathered(inputs=replace(own.inputs, interfaces=interfaces, data=data), files=own.files)

    def built(self, project: Project, before: Gathered, manifest: Manifest, began: float) -> Inputs:
        """What a build was made of, now that its manifest tells which sources it has read.

        Args:
            project: That was built.
            before: Its inputs before dbt began.
            manifest: Of the build.
            began: Before dbt began: seconds since the epoch.
        """
        sources: dict[str, SourceState] = {}
        for name, found in sources_of(manifest, self._workspace.projects).items():
            known = before.inputs.sources.get(name)
            same = known is not None and (known.kind, known.files, known.project) == (
                found.kind,
                found.files,
                found.project,
            )
            sources[name] = known if known is not None and same else self._first(project, found, began)
        after = project_files(project)
        files = dict(before.inputs.files)
        if after.stamp != before.files.stamp:
            files.update(dict.fromkeys(changed_files(before.files, after), _CHANGED))
        now = self._settings(project, ())
        settings = {**before.inputs.settings, **{name: now[name] for name in (LOCK_FILE,) if name in now}}
        return replace(before.inputs, files=files, settings=settings, sources={**sources, **_undeclared(before.files)})

    def _settings(self, project: Project, env_vars: Iterable[str]) -> dict[str, str]:
        own = has_own_profile(self._workspace, project)
        kind = "profile" if own else self._workspace.config.environments[self._environment].storage
        return settings_of(project, self._environment, kind, env_vars, self._variables)

    def _first(self, project: Project, found: SourceState, began: float) -> SourceState:
        """The state of a source that was not known before dbt began, unless it has changed since then."""
        if found.kind == "files" and self.hashes.newest_change(project.path, found.files) >= began:
            return replace(found, why="a file was written while the project was built")
        return self._state(project, found)

    def _state(self, project: Project, source: SourceState) -> SourceState:
        if source.kind == "files":
            state = self.hashes.state(project.path, source.files)
            return replace(source, state=state, why=None if state else "its files were not found")
        if source.kind == "project":
            record = self._storage.record(source.project or "")
            return replace(source, state=record.id if record else None)
        why = "dbt's freshness query was not asked before" if source.kind == "relation" else source.why
        return replace(source, state=None, why=why)

    def _data(self, upstream: str, products: frozenset[str]) -> Iterator[tuple[str, str]]:
        record = self._storage.record(upstream)
        if record is not None and record.data:
            for key, fingerprint in record.data.items():
                if key.split(".", 1)[0] in products:
                    yield f"{upstream}.{key}", fingerprint
        elif products:
            yield upstream, self._published_at(upstream)

    def _published_at(self, upstream: str) -> str:
        """Of data that cannot be read, all that is known is when it was published."""
        if upstream in self._workspace.config.file.upstreams:
            return UNKNOWN
        try:
            interface = self._upstreams.registry.get(upstream, self._environment)
        except MeshError:
            return UNKNOWN
        return (interface.published_at if interface else None) or UNKNOWN


def changed_files(before: ProjectFiles, after: ProjectFiles) -> list[str]:
    """The files that are not what they were; all when only times tell that something was written."""
    names = before.digests.keys() | after.digests.keys()
    found = sorted(name for name in names if before.digests.get(name) != after.digests.get(name))
    return found or sorted(names if before.stamp != after.stamp else ())


def _undeclared(files: ProjectFiles) -> dict[str, SourceState]:
    why = "it reads files that no source declares"
    return {f"in {name}": SourceState(kind="unknown", why=why) for name in files.readers}
