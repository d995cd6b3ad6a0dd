"""The steps that building any project takes: `dbt deps`, dbt, fingerprints, publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.jobs.asking import Steps
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.dbt import DbtOutcome, Folders, ask_fingerprints, needs_deps, run_dbt
from mesh_tools.build.jobs.nodes import keeps_state
from mesh_tools.build.plan.inputs import Gathered
from mesh_tools.build.publish import interface_to_publish
from mesh_tools.build.runs.history import now
from mesh_tools.build.storage import Record, Target
from mesh_tools.build.storage.profiles import provide_profile
from mesh_tools.contracts.synced import upstream_news
from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.sync import ProjectSync
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project

_ABSENT = "absent"
_UNREADABLE = "unreadable"


class Built(Struct, frozen=True, kw_only=True):
    """What dbt has built and nobody reads yet.

    Attributes:
        target: Where it is.
        gathered: What went in.
        began: Before dbt began: seconds since the epoch.
        partial: What was selected, when that was not everything.
    """

    target: Target
    gathered: Gathered
    began: float
    partial: str | None = None


class Prepared(Struct, frozen=True, kw_only=True):
    """What was built and is good: it only has to be published."""

    target: Target
    record: Record
    interface: Interface


def dbt_steps(
    context: Context, project: Project, target: Target, arguments: Sequence[str], artifacts: Path
) -> Steps[DbtOutcome]:
    """Run dbt in ``project``, after `dbt deps` when that is needed.

    Args:
        context: Of this build.
        project: To run in; its interface packages are there.
        target: Where dbt writes.
        arguments: dbt's command and options, such as ``["build", "--full-refresh"]``.
        artifacts: Becomes dbt's target path.

    Raises:
        MeshError: a profile cannot be written.
    """
    provide_profile(context.workspace, project)
    command = [*arguments, "--target", context.environment]
    if target.profiles is not None and context.workspace.config.environments[context.environment].storage == "duckdb":
        command += ["--profiles-dir", str(target.profiles)]
    if context.request.threads is not None and arguments[0] == "build":
        command += ["--threads", str(context.request.threads)]
    if context.request.variables is not None:
        command += ["--vars", context.request.variables]
    deps = [["deps"]] if needs_deps(project) else []
    cache = context.cache(project.name)
    if target.folder is None:
        cache /= "elsewhere"  # where the profile is another, dbt would not go on with a partial parse of this one
    folders = Folders(artifacts=artifacts, logs=context.artifacts(project.name), cache=cache)
    return (yield from run_dbt(project, [*deps, command], folders, context.tell))


def build_command(context: Context, selectors: Sequence[str] | None = None) -> list[str]:
    """Dbt's command; ``selectors`` name nodes one by one."""
    command = ["build"]
    if context.request.full_refresh:
        command.append("--full-refresh")
    if context.request.fail_fast:
        command.append("--fail-fast")
    if selectors is not None:
        # Each test is named: dbt must not add those whose other parents are not there yet.
        command += ["--indirect-selection", "empty", "--select", *selectors]
    return command


def publish_steps(context: Context, project: Project, built: Built, artifacts: Path) -> Steps[tuple[Interface, bool]]:
    """Publish what was built, data and interface together.

    Returns:
        The interface, and whether it differs from what was published before.

    Raises:
        MeshError: see :func:`prepare_steps`; or nothing can be written.
    """
    prepared = yield from prepare_steps(context, project, built, artifacts)
    return prepared.interface, publish_prepared(context, prepared)


def prepare_steps(context: Context, project: Project, built: Built, artifacts: Path) -> Steps[Prepared]:
    """Check what was built, and make its record.

    Raises:
        MeshError: the manifest says something that must not be; a product is not there.
    """
    from mesh_tools.contracts.consumption import lineage_cache, traced_interface  # noqa: PLC0415 - if anything is built

    path = artifacts / "manifest.json"
    manifest = read_manifest(path)
    interface = interface_to_publish(context.workspace, project, path, context.environment)
    interface = traced_interface(interface, path, lineage_cache(context.workspace))
    data = yield from _data(context, project, built.target, interface, artifacts)
    inputs = context.inputs.built(project, built.gathered, manifest, built.began)
    record = Record(
        id=built.target.id,
        project=project.name,
        run=context.run.id,
        built_at=now(),
        inputs=inputs if built.partial is None else None,
        data=data,
        pins=built.target.pins,
        stateful=_is_stateful(context, project, manifest),
        partial=built.partial,
    )
    return Prepared(target=built.target, record=record, interface=interface)


def publish_prepared(context: Context, prepared: Prepared) -> bool:
    """Let consumers see what was prepared; whether the interface differs from the one before.

    Raises:
        MeshError: the disk is full or protected; the registry is read-only or cannot be reached.
    """
    context.storage.publish(prepared.target, prepared.record, prepared.interface)
    return context.publish(prepared.interface, prepared.target.id)


def check_sync(synced: ProjectSync) -> None:
    """Raise what is wrong with the refs of a project.

    Raises:
        MeshError: all of it.
    """
    if synced.ok:
        return
    if len(synced.errors) == 1:
        raise synced.errors[0]
    raise MeshError("\n".join(str(error) for error in synced.errors), exit_code=ExitCode.FAILED)


def with_sync(outcome: DbtOutcome, synced: ProjectSync) -> DbtOutcome:
    """``outcome`` with what the sync before it had to say."""
    return replace(outcome, warnings=synced.warnings, changes=tuple(_news(synced)))


def _news(synced: ProjectSync) -> Iterator[str]:
    """What changed upstream in products that the project uses."""
    today = datetime.now(timezone.utc).astimezone().date()
    for upstream in synced.upstreams:
        if upstream.state == "changed":
            told = upstream_news(upstream, today=today)
            yield from (f"{news.text} ({news.change.cls})" for news in told if news.used)


def _is_stateful(context: Context, project: Project, manifest: Manifest) -> bool:
    """Whether the next build goes on from this one. What was removed may come back, and its history with it."""
    if context.request.full_refresh and not context.partial(project.name):
        return keeps_state(manifest)
    record = context.storage.record(project.name)
    return keeps_state(manifest) or (record is not None and record.stateful)


def _data(
    context: Context, project: Project, target: Target, interface: Interface, artifacts: Path
) -> Steps[dict[str, str]]:
    """A fingerprint of each product: equal when its data is. Where data cannot be read, the run stands for it."""
    if not context.storage.fingerprints or target.folder is None:
        return dict.fromkeys(interface.relations, f"built by {context.run.id}")
    relations = {
        key: (relation.database or project.name, relation.schema or "main", relation.identifier)
        for key, relation in interface.relations.items()
    }
    found = yield from ask_fingerprints(project, target.databases, relations, artifacts)
    _check_present(project, found)
    return {key: f"{_UNREADABLE} in {target.id}" if value == _UNREADABLE else value for key, value in found.items()}


def _check_present(project: Project, found: dict[str, str]) -> None:
    absent = [key for key, value in found.items() if value == _ABSENT]
    if absent:
        raise MeshError(
            f"{_listed(f'{project.name}.{key}' for key in absent)} was not built, so there is nothing to publish",
            where=project.where,
            hint=f"a product is a table or a view; build the whole project once: mesh build --select {project.name}",
            exit_code=ExitCode.FAILED,
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
