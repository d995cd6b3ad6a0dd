"""Sync: upstream interfaces become the packages that make a project's refs resolve."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.lock import Lock, LockDifference, check_lock, lock_of
from mesh_tools.interface.needs import Needs, needs_of
from mesh_tools.interface.package.files import read_seen, remove_packages, write_package, write_seen
from mesh_tools.interface.package.render import PackageSettings, render_package
from mesh_tools.interface.upstreams import Origin, ResolvedUpstream, Upstreams
from mesh_tools.mesh.config import SyncSettings
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.local_names import local_names
from mesh_tools.mesh.refs import scan_refs
from mesh_tools.mesh.workspace import RESERVED_NAMES, STATE_FOLDER, Workspace
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import InstalledPackage, Project, Upstream

State = Literal["new", "changed", "unchanged"]
Locking = Literal["tell", "check"]


class UpstreamSync(Struct, frozen=True, kw_only=True):
    """What became of one upstream of a project.

    Attributes:
        name: Of the producer.
        origin: Where its interface came from.
        state: Of its interface, since the last sync of this project.
        stubs: Products that got a stub.
        written: Whether a file had to be written.
        digest: Of everything in the package.
        before: The whole interface at the last sync, without what belongs to one environment, if it is known.
        now: The same now; ``None`` while it is only assumed.
    """

    name: str
    origin: Origin
    state: State
    stubs: tuple[str, ...]
    written: bool
    digest: str = ""
    before: Interface | None = None
    now: Interface | None = None


class ProjectSync(Struct, frozen=True, kw_only=True):
    """What became of one project. Unless it is ``ok``, nothing of it was written.

    Attributes:
        project: The consumer.
        upstreams: That it declares.
        removed: Packages of upstreams that it declares no longer.
        lock: What it uses of them, if that was asked for and nothing is wrong.
        unlocked: How that differs from its lock, when it must not.
        warnings: What is only unwise.
        errors: What is wrong.
    """

    project: str
    upstreams: tuple[UpstreamSync, ...] = ()
    removed: tuple[str, ...] = ()
    lock: Lock | None = None
    unlocked: tuple[LockDifference, ...] = ()
    warnings: tuple[MeshError, ...] = ()
    errors: tuple[MeshError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the project can be parsed now."""
        return not self.errors and not self.unlocked


class Sync:
    """Syncs the projects of a workspace for one environment. Interfaces are read once for all of them."""

    def __init__(self, workspace: Workspace, environment: str, upstreams: Upstreams | None = None) -> None:
        self._workspace = workspace
        self._environment = environment
        self._upstreams = upstreams or Upstreams(workspace)

    def project(self, project: Project, *, write: bool = True, lock: Locking | None = None) -> ProjectSync:
        """Sync one project. What is wrong with it is in the result; other projects are not concerned.

        Args:
            project: The consumer.
            write: Else only tell what would be written.
            lock: Tell what the project uses (``tell``), and write nothing unless its lock says the same (``check``).
        """
        resolved: dict[str, ResolvedUpstream] = {}
        errors: list[MeshError] = list(_package_errors(project))
        for upstream in project.upstreams:
            try:
                resolved[upstream.name] = self._upstreams.resolve(upstream, self._environment)
            except MeshError as error:
                errors.append(error)
        try:
            needs = self._needs(project, {name: upstream.interface for name, upstream in resolved.items()})
        except MeshError as error:
            return ProjectSync(project=project.name, errors=(*errors, error))
        errors += needs.errors
        if errors:
            return ProjectSync(project=project.name, warnings=needs.warnings, errors=tuple(errors))
        used = self._lock(project, needs, resolved) if lock else None
        try:
            unlocked = check_lock(project, used) if used and lock == "check" else ()
        except MeshError as error:
            return ProjectSync(project=project.name, lock=used, warnings=needs.warnings, errors=(error,))
        result = self._write(project, resolved, needs, write=write and not unlocked)
        return replace(result, lock=used, unlocked=unlocked)

    def _lock(self, project: Project, needs: Needs, resolved: Mapping[str, ResolvedUpstream]) -> Lock:
        # What is only assumed, while a cycle of projects is built, was never accepted by anybody.
        known = {name: upstream.interface for name, upstream in resolved.items() if upstream.origin != "assumed"}
        return lock_of(project.name, needs, known, everything=self._workspace.config.file.sync.stubs == "all")

    def _needs(self, project: Project, interfaces: dict[str, Interface]) -> Needs:
        known = (*self._workspace.projects, *self._workspace.config.file.upstreams)
        return needs_of(project, scan_refs(project), local_names(project), interfaces, known)

    def _write(
        self, project: Project, resolved: dict[str, ResolvedUpstream], needs: Needs, *, write: bool
    ) -> ProjectSync:
        state = project.path / STATE_FOLDER
        done: list[UpstreamSync] = []
        try:
            for name, upstream in resolved.items():
                used = needs.products.get(name, frozenset())
                done.append(self._write_one(state / name, upstream, used, write=write))
            removed = remove_packages(state, resolved) if write else []
        except MeshError as error:
            return ProjectSync(project=project.name, upstreams=tuple(done), errors=(error,))
        return ProjectSync(project=project.name, upstreams=tuple(done), removed=tuple(removed), warnings=needs.warnings)

    def _write_one(
        self, folder: Path, upstream: ResolvedUpstream, used: frozenset[str], *, write: bool
    ) -> UpstreamSync:
        settings = self._workspace.config.file.sync
        interface = upstream.interface
        wanted = [p for p in interface.products if settings.stubs == "all" or p.name in used]
        files = render_package(interface, wanted, upstream.relations, self._settings(settings, interface.project))
        written = write and write_package(folder, files)
        # What is only assumed, while a cycle of projects is built, is no news.
        seen = _promise(interface) if upstream.origin != "assumed" else None
        before = read_seen(folder, self._environment)
        if write and seen is not None and seen != before:
            write_seen(folder, self._environment, seen)
        differs = before is not None and seen is not None and before.products != seen.products
        state: State = "new" if before is None else "changed" if differs else "unchanged"
        return UpstreamSync(
            name=interface.project,
            origin=upstream.origin,
            state=state,
            stubs=tuple(p.name for p in wanted),
            written=written,
            digest=_digest(files),
            before=before,
            now=seen,
        )

    def _settings(self, settings: SyncSettings, producer: str) -> PackageSettings:
        return PackageSettings(
            default_environment=self._workspace.config.default_environment,
            fallback=settings.fallback == "default",
            guards=settings.guards,
            built_here=producer in self._workspace.projects,
        )


def _promise(interface: Interface) -> Interface:
    """Without what changes with every build, so that an unchanged interface is an unchanged file."""
    return replace(
        interface,
        environment=None,
        published_at=None,
        promised_since=None,
        relations={},
        withheld={},
        consumptions=(),
        dbt_version=None,
        mesh_version=None,
    )


def _digest(files: Mapping[str, str]) -> str:
    text = "\0".join(f"{name}\0{content}" for name, content in sorted(files.items()))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _package_errors(project: Project) -> Iterator[MeshError]:
    for upstream in project.upstreams:
        if upstream.name in RESERVED_NAMES:
            yield MeshError(
                f"an upstream project cannot be called {upstream.name}: mesh keeps files of its own in "
                f"{STATE_FOLDER}/{upstream.name}",
                where=upstream.where,
                exit_code=ExitCode.FAILED,
            )
        expected = f"{STATE_FOLDER}/{upstream.name}"
        local = any(p.kind == "local" and p.source.strip("/").removeprefix("./") == expected for p in project.packages)
        real = _installed_as(upstream, project.packages, project.path)
        if real is not None:
            yield MeshError(
                f"{upstream.name} is an upstream project and also installed as a package ({real.source})",
                where=real.where,
                hint="keep one: its interface (dependencies.yml) or its whole code (packages.yml)",
                exit_code=ExitCode.FAILED,
            )
        elif not local:
            yield MeshError(
                f"{upstream.name} is declared as an upstream project, but its interface package is not installed",
                where=upstream.where,
                hint=f"add to packages.yml: packages: [{{local: {expected}}}]",
                exit_code=ExitCode.FAILED,
            )


def _installed_as(upstream: Upstream, packages: Iterable[InstalledPackage], root: Path) -> InstalledPackage | None:
    return next((package for package in packages if _package_name(package, root) == upstream.name), None)


def _package_name(package: InstalledPackage, root: Path) -> str | None:
    """The dbt name of a package, as far as it can be told without installing it."""
    if package.kind != "local":
        return package.source.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1].replace("-", "_")
    if package.source.strip("/").removeprefix("./").startswith(f"{STATE_FOLDER}/"):
        return None
    project_file = root / package.source / PROJECT_FILE
    if not project_file.is_file():
        return None
    content = YamlFile.read(project_file).value
    return str(content.get("name")) if isinstance(content, dict) else None
