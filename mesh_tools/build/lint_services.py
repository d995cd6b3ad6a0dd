"""What rules can ask for beyond the artifacts of one project: lineage, what changed since a base, what was built when.

Each is had by project, so that one project that was only parsed, or has no base, keeps no rule from the others; what
is worked out for all of them together is worked out once, and only when a rule asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.artifacts.run_results import read_run_results
from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from mesh_tools.build.stale import whole_manifests
from mesh_tools.build.status import checked_at
from mesh_tools.errors import MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.lineage.names import column_key
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.services import Changes, Lineage, Provider, Providers, Published, Traced, Unavailable
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface, product_key

if TYPE_CHECKING:
    from mesh_tools.build.comparing import Comparing
    from mesh_tools.contracts.compare import Comparison
    from mesh_tools.contracts.operands.resolve import Side
    from mesh_tools.contracts.operands.spec import Operand

_BUILT = "success"
_PLACES = (
    "manifest.json",
    "target/manifest.json",
    "*/manifest.json",
    "*/target/manifest.json",
    "*/*/target/manifest.json",
)


def mesh_services(workspace: Workspace, environment: str, base: str | None = None) -> Providers:
    """How rules have lineage, changes and builds of the projects of a mesh.

    Args:
        workspace: The mesh.
        environment: Whose manifests, builds and registry are asked.
        base: What changes are counted from: what `mesh contract diff --base` takes, or a folder of manifests. Default:
            contracts.base of mesh.yml, else the accepted interfaces.
    """
    from mesh_tools.contracts.consumption import lineage_cache

    lineages = _Lineages(lambda: whole_manifests(workspace, environment), lineage_cache(workspace))
    return {
        Lineage: lineages.of,
        Changes: _MeshChanges(workspace, environment, base).of,
        Published: _Builds(workspace, environment).of,
    }


def manifest_services(manifests: Sequence[Path], base: Path | None = None) -> Providers:
    """The same for manifests alone, outside any mesh.

    Args:
        manifests: All that are linted: they are one another's consumers.
        base: A manifest, or a folder of manifests, from which changes are counted.
    """
    lineages = _Lineages(lambda: {str(path): path for path in manifests}, None)
    return {
        Lineage: lineages.of,
        Changes: _changes_of_manifests(manifests, base),
        Published: _from_run_results,
    }


def manifests_below(folder: Path) -> dict[str, Path]:
    """The manifests in a folder of projects, or of their artifacts, by project; of a file that one.

    Raises:
        MeshError: there are none.
    """
    paths = [folder] if folder.is_file() else [path for place in _PLACES for path in sorted(folder.glob(place))]
    found: dict[str, Path] = {}
    for path in paths:
        with suppress(OSError, msgspec.MsgspecError):
            found.setdefault(_HEAD.decode(path.read_bytes()).metadata.project_name, path)
    if not found:
        raise MeshError(
            f"there is no manifest.json in {folder}",
            hint="name a folder of projects that were parsed, or of their manifests: PROJECT/target/manifest.json",
        )
    return found


class _Metadata(msgspec.Struct, frozen=True):
    project_name: str


class _Head(msgspec.Struct, frozen=True):
    metadata: _Metadata


_HEAD = msgspec.json.Decoder(_Head)


class _Lineages:
    """Column lineage over all projects, traced once.

    Args:
        paths: The manifests that hold SQL, by the project's name, or by the path of what is linted.
        cache: Where traced SQL is remembered.
    """

    def __init__(self, paths: Callable[[], Mapping[str, Path]], cache: Path | None) -> None:
        self._paths = paths
        self._cache = cache

    def of(self, given: ProjectInput | None) -> Lineage:
        """The lineage of all projects, traced once somebody looks at it."""
        return Lineage(lambda: self._traced_for(given))

    def _traced_for(self, given: ProjectInput | None) -> Traced:
        """If the one that asks was compiled; for the whole mesh if any was.

        Raises:
            Unavailable: it was not, or there is another sqlglot than is known.
        """
        asked = None if given is None else self._compiled.get(given.name) or self._compiled.get(str(given.manifest))
        if not (asked.has_sql if asked else given is None and self._with_sql):
            raise Unavailable(Lineage.need)  # a rule has been asked already: nobody else says which service it is
        return self._traced

    @cached_property
    def _compiled(self) -> dict[str, CompiledManifest]:
        from mesh_tools.contracts.compiled import read_whole

        found: dict[str, CompiledManifest] = {}
        for name, path in self._paths().items():
            with suppress(MeshError):  # the linter tells of one that cannot be read
                found[name] = read_whole(path)
        return found

    @cached_property
    def _with_sql(self) -> list[CompiledManifest]:
        return [manifest for manifest in self._compiled.values() if manifest.has_sql]

    @cached_property
    def _traced(self) -> Traced:
        from mesh_tools.lineage.inputs import inputs_of
        from mesh_tools.lineage.trace import trace

        try:
            return Traced(trace(inputs_of(self._with_sql), cache=self._cache), _types(self._with_sql))
        except MeshError as error:
            raise Unavailable(f"{Lineage.need}: {error.message}") from None


def _types(manifests: Iterable[CompiledManifest]) -> dict[str, dict[str, str]]:
    return {
        node.unique_id: types
        for manifest in manifests
        for node in manifest.nodes.values()
        if not node.is_stub and node.columns and (types := _declared(manifest, node.unique_id))
    }


def _declared(manifest: CompiledManifest, key: str) -> dict[str, str]:
    columns = (manifest.nodes[key].columns or {}).values()
    return {
        column_key(column.name, manifest.dialect, quoted=bool(column.quote)): column.data_type
        for column in columns
        if column.data_type
    }


class _MeshChanges:
    """Compares each project of a mesh with the base, as `mesh contract check` does."""

    def __init__(self, workspace: Workspace, environment: str, base: str | None) -> None:
        self._workspace = workspace
        self._written = base or workspace.config.file.contracts.base
        self._environment = environment

    @cached_property
    def _comparing(self) -> Comparing:
        from mesh_tools.build.comparing import Comparing

        return Comparing(self._workspace, self._environment, Path.cwd())

    def of(self, given: ProjectInput | None) -> Changes:
        """What has changed in a project.

        Raises:
            Unavailable: it is none of the mesh.
            MeshError: the base cannot be read.
        """
        from mesh_tools.contracts.operands.resolve import present_side

        project = self._workspace.projects.get(given.name) if given else None
        if project is None:
            raise Unavailable
        base, head = self._base(project.name), present_side(self._comparing.present(project))
        return _changes(self._comparing.compare(project.name, base, head))

    def _base(self, project: str) -> Operand | Side:
        from mesh_tools.contracts.operands.resolve import Side
        from mesh_tools.contracts.operands.spec import Operand

        if self._folder is not None:
            path = self._folder.get(project)
            return Operand("file", str(path)) if path else Side(label=str(self._written), interface=None)
        return self._comparing.operand(self._written).at_fork if self._written else Operand("accepted")

    @cached_property
    def _folder(self) -> dict[str, Path] | None:
        path = Path.cwd() / self._written.removeprefix("file:") if self._written else None
        return manifests_below(path) if path is not None and path.is_dir() else None


def _changes_of_manifests(manifests: Sequence[Path], base: Path | None) -> Provider:
    @cache
    def compared_by() -> Comparing:
        from mesh_tools.build.comparing import Comparing

        return Comparing(None, "", Path.cwd(), [path.resolve() for path in manifests])

    def provide(given: ProjectInput | None) -> Changes:
        if base is None or given is None:
            raise Unavailable("a base to compare with (--base)")
        from mesh_tools.contracts.operands.resolve import Side
        from mesh_tools.contracts.operands.spec import Operand

        comparing = compared_by()
        head = Operand("file", str(given.manifest.resolve()))
        project = comparing.operands.project_of(head) or ""
        old = manifests_below(base.resolve()).get(project)
        side = Operand("file", str(old)) if old else Side(label=str(base), interface=None)
        return _changes(comparing.compare(project, side, head))

    return provide


def _changes(comparison: Comparison) -> Changes:
    before = {comparison.project: comparison.old} if comparison.old is not None else {}
    return Changes({comparison.project: comparison.verdicts}, before)


class _Builds:
    """When the products of a mesh were built: as `mesh status` judges it, else by run results."""

    def __init__(self, workspace: Workspace, environment: str) -> None:
        self._workspace = workspace
        self._environment = environment

    def of(self, given: ProjectInput | None) -> Published:
        """The builds of a project.

        Raises:
            Unavailable: it was never published, and there are no run results.
            MeshError: the registry cannot be read.
        """
        if given is None:
            raise Unavailable
        interface = self._upstreams.registry.get(given.name, self._environment)
        _, last = self._lasts.get(given.name, (None, None))
        moment = checked_at(interface, last)
        if interface is None or moment is None:
            return _from_run_results(given)
        return Published(dict.fromkeys(_labels(interface), moment), datetime.now(timezone.utc))

    @cached_property
    def _upstreams(self) -> Upstreams:
        return Upstreams(self._workspace)

    @cached_property
    def _lasts(self) -> Mapping[str, tuple[Run, ProjectRun]]:
        return RunHistory(self._workspace.state).last_of_each(self._environment)


def _labels(interface: Interface) -> list[str]:
    return [
        f"{interface.project}.{product_key(product.name, version.v)}"
        for product in interface.products
        for version in product.versions
    ]


def _from_run_results(given: ProjectInput | None) -> Published:
    if given is None or given.run_results is None:
        raise Unavailable
    read = read_run_results(given.run_results)
    moment = _moment(read.metadata.generated_at or "")
    # `dbt compile` leaves successes, too; only what was run has something to say.
    built = [result.unique_id for result in read.results if result.status == _BUILT and result.message]
    if moment is None or not built:
        raise Unavailable
    labels = [unique_id.partition(".")[2] for unique_id in built]
    return Published(dict.fromkeys(labels, moment), datetime.now(timezone.utc))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
