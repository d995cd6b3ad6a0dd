"""What the linter compares with: a commit, a folder of manifests, or what is published in an environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.lint_services import manifest_services, manifests_below
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.runs import RunHistory
from mesh_tools.build.storage import open_storage
from mesh_tools.contracts.operands.git import Git
from mesh_tools.contracts.operands.spec import FORK, Operand, parse_operand
from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.linter import Linter, Progress
from mesh_tools.lint.policy import Policy
from mesh_tools.lint.providers import AT_HAND
from mesh_tools.lint.terms import Terms
from mesh_tools.mesh.config import FILE_NAME, RegistrySettings
from mesh_tools.mesh.workspace import Workspace

_KEPT = 3
"""Commits whose manifests are kept."""
_DONE = "parsed"
_INSTEAD = "name a folder of manifests that were parsed at the base: `--base FOLDER`"


class Base(Struct, frozen=True, kw_only=True):
    """The projects as they were.

    Attributes:
        label: In words.
        inputs: The projects.
        notes: What is not known of them.
    """

    label: str
    inputs: tuple[ProjectInput, ...]
    notes: tuple[str, ...] = ()

    def known(self, policy: Policy, terms: Terms, present: Sequence[ProjectInput]) -> frozenset[str]:
        """The fingerprints of what the same policy finds there.

        Args:
            policy: As it is now.
            terms: As now.
            present: The projects now: what was measured, and was not at the base, is taken from them.
        """
        now = {given.name: given for given in present if given.name}
        inputs = [_measured(given, now.get(given.name)) for given in self.inputs]
        services = {**AT_HAND, **manifest_services([given.manifest for given in inputs])}
        terms = replace(terms, baseline={}, known=None, reported=None, unread=())
        outcome = Linter(policy, services, terms).run(inputs)
        return frozenset(finding.fingerprint for finding in outcome.new)


def base_of(
    text: str, workspace: Workspace | None, environment: str, folder: Path, progress: Progress | None = None
) -> Base:
    """What ``text`` names.

    Args:
        text: A folder of manifests, ``registry:ENVIRONMENT``, or a git ref.
        workspace: The mesh; ``None`` outside any.
        environment: That is parsed at a commit.
        folder: The working directory.
        progress: Told what takes time.

    Raises:
        MeshError: there is nothing of the kind, or it cannot be parsed.
    """
    path = folder / text.removeprefix("file:")
    if path.exists() and not text.startswith(("git:", "registry:")):
        found = manifests_in(path)
        return Base(label=text, inputs=tuple(_input(name, manifest, workspace) for name, manifest in found.items()))
    operand = parse_operand(text, workspace.config.environments if workspace else ())
    if workspace is None or operand.kind not in {"git", "registry"}:
        hint = "outside a mesh, name a folder of manifests" if workspace is None else None
        raise MeshError(
            f"there is no '{text}' to compare with", hint=hint or "name a git ref, or a folder of manifests"
        )
    if operand.kind == "registry":
        return _published(workspace, operand.name)
    return _committed(workspace, operand, environment, progress)


def manifests_in(path: Path) -> Mapping[str, Path]:
    """The manifests in a folder by project: where dbt leaves them, at any depth, or files of any name.

    Raises:
        MeshError: there are none.
    """
    try:
        return manifests_below(path)
    except MeshError:
        places: Iterable[Path] = sorted(path.rglob("manifest.json")) or sorted(path.glob("*.json"))
        found: dict[str, Path] = {}
        for place in places if path.is_dir() else ():
            try:
                name = next(iter(manifests_below(place)))
            except MeshError:
                continue
            found.setdefault(name, place)
        if not found:
            raise
        return found


def _input(name: str, manifest: Path, workspace: Workspace | None) -> ProjectInput:
    root = manifest.resolve().parent.parent
    return ProjectInput(
        manifest=manifest,
        name=name,
        domain=workspace.config.domain_of(name) if workspace else "",
        root=root if (root / "dbt_project.yml").is_file() else None,
        catalog=_existing(manifest.with_name("catalog.json")),
        run_results=_existing(manifest.with_name("run_results.json")),
        sources=_existing(manifest.with_name("sources.json")),
    )


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _measured(given: ProjectInput, now: ProjectInput | None) -> ProjectInput:
    if now is None:
        return given
    return replace(
        given,
        catalog=given.catalog or now.catalog,
        run_results=given.run_results or now.run_results,
        sources=given.sources or now.sources,
    )


def _published(workspace: Workspace, environment: str) -> Base:
    name, _ = workspace.config.environment(environment)
    storage, history = open_storage(workspace, name), RunHistory(workspace.state)
    found: dict[str, Path] = {}
    try:
        for project in workspace.projects:
            record = storage.record(project)
            manifest = history.folder / record.run / project / "manifest.json" if record else None
            if manifest is not None and manifest.is_file():
                found[project] = manifest
    finally:
        storage.close()
    if not found:
        raise MeshError(
            f"no manifest is kept here of what is published in {name}",
            where=Location.of(history.folder),
            hint=f"they stay where `mesh build --env {name}` ran; elsewhere name a git ref, or a folder of manifests",
        )
    missing = [project for project in workspace.projects if project not in found]
    notes = (f"no manifest is kept of {', '.join(missing)}: what is found there counts",) if missing else ()
    inputs = tuple(_input(project, manifest, workspace) for project, manifest in found.items())
    return Base(label=f"registry:{name}", inputs=inputs, notes=notes)


def _committed(workspace: Workspace, operand: Operand, environment: str, progress: Progress | None) -> Base:
    git = Git(workspace.root)
    ref = operand.name.removesuffix(FORK)
    commit = git.fork(git.commit(ref))
    cache = workspace.state / "lint" / "base"
    checkout = cache / commit
    if not (checkout / _DONE).is_file():
        if progress is not None:
            progress(f"parsing the projects as of {ref}, which is done once for each commit")
        _parsed(workspace, commit, checkout, environment)
        _forget_old(cache, checkout)
    base = Workspace.open(checkout, _mesh_file(workspace, checkout))
    found = newest_manifests(base, base.config.environment(_environment(base, environment))[0])
    missing = [name for name in base.projects if name not in found]
    notes = (f"{', '.join(missing)} could not be parsed as of {ref}: what is found there counts",) if missing else ()
    inputs = tuple(
        replace(_input(name, manifest, workspace), root=base.projects[name].path, files=base.projects[name])
        for name, manifest in found.items()
    )
    return Base(label=ref, inputs=inputs, notes=notes)


def _parsed(workspace: Workspace, commit: str, checkout: Path, environment: str) -> None:
    """Check a commit out, and parse its projects.

    Raises:
        MeshError: dbt is not installed, or there was no mesh.
    """
    from mesh_tools.build.gates.gate import Scene  # noqa: PLC0415 - the gates know the linter
    from mesh_tools.build.gates.prepare import prepare  # noqa: PLC0415
    from mesh_tools.build.jobs.dbt import check_dbt_installed  # noqa: PLC0415

    try:
        check_dbt_installed()
    except MeshError as error:
        raise MeshError(f"the base cannot be parsed: {error.message}", hint=f"{error.hint or ''}\n{_INSTEAD}") from None
    shutil.rmtree(checkout, ignore_errors=True)
    check_out(workspace.root, commit, checkout)
    mesh_file = _mesh_file(workspace, checkout)
    if not mesh_file.is_file():
        raise MeshError(f"there was no {FILE_NAME} at {commit[:10]}", where=Location.of(workspace.root), hint=_INSTEAD)
    base = Workspace.open(checkout, mesh_file)
    _lend_registry(workspace, base)
    scene = Scene(base, _environment(base, environment), None, dict.fromkeys(base.projects, "other"), lambda _: None)
    prepare(scene)
    (checkout / _DONE).touch()


def check_out(folder: Path, commit: str, to: Path) -> None:
    """The whole repository of ``folder`` as of ``commit``, with an index of its own: git is told of no worktree.

    Raises:
        MeshError: git cannot.
    """
    to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="mesh-lint-") as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"GIT_INDEX_FILE": str(Path(scratch) / "index"), "LC_ALL": "C"}
        top = _git(folder, environment, "rev-parse", "--show-toplevel").removesuffix("\n")
        _git(Path(top), environment, "read-tree", commit)
        _git(Path(top), environment, "checkout-index", "--all", "--force", f"--prefix={to.resolve()}/")


def _git(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    command = [shutil.which("git") or "git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - a list
    if done.returncode:
        raise MeshError(f"git cannot check the base out: {done.stderr.strip()}", where=Location.of(folder))
    return done.stdout


def _mesh_file(workspace: Workspace, checkout: Path) -> Path:
    root = workspace.config.path.resolve()
    top = next((above for above in root.parents if (above / ".git").exists()), root.parent)
    return checkout / root.relative_to(top)


def _environment(base: Workspace, environment: str) -> str:
    return environment if environment in base.config.environments else base.config.default_environment


def _lend_registry(workspace: Workspace, base: Workspace) -> None:
    """What producers outside the mesh have published is no part of a commit."""
    settings: RegistrySettings = workspace.config.registry
    lent, there = workspace.root / settings.url, base.root / settings.url
    if "://" not in settings.url and lent.is_dir() and not there.exists():
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(lent.resolve(), target_is_directory=True)


def _forget_old(cache: Path, current: Path) -> None:
    others = [path for path in cache.iterdir() if path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
