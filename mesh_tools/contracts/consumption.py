"""What a project's models use of other projects' products, column by column; and digests of how its own are made.

An interface made from a manifest knows only which models read a product. Their compiled SQL tells the rest.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode
from mesh_tools.contracts.compiled import read_whole
from mesh_tools.errors import MeshError
from mesh_tools.interface.document import sealed
from mesh_tools.lineage.graph import MeshLineage
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.logic import Composer
from mesh_tools.lineage.trace import trace
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Consumption, Interface, Logic, Product, Version, product_key
from mesh_tools.model.lineage import ColumnEdge, EdgeKind, Hazard, ModelLineage

_UNCHANGED: frozenset[EdgeKind] = frozenset({"pass", "rename"})
_KEEPS_ROWS = frozenset({"incremental", "snapshot"})


def unique_id_of(project: str, product: str, v: Version | None) -> str:
    """The name that dbt has for a product version."""
    return f"model.{project}.{product_key(product, v)}"


def lineage_cache(workspace: Workspace) -> Path:
    """Where traced SQL is remembered, for all commands."""
    return workspace.state / "cache" / "lineage.sqlite"


def traced_interface(interface: Interface, manifest: Path, cache: Path | None) -> Interface:
    """``interface`` with the columns that its models use of other projects, and with digests of its products' logic.

    What cannot be traced stays as it is: columns ``None``, no digests.

    Args:
        interface: Made from ``manifest``.
        manifest: Of a project that was built or compiled.
        cache: Where traced SQL is remembered.

    Raises:
        MeshError: the manifest cannot be read.
    """
    if not interface.products and not interface.consumptions:
        return interface
    compiled = read_whole(manifest)
    if not compiled.has_sql:
        return interface
    try:
        lineage = trace(inputs_of([compiled]), cache=cache)
    except (MeshError, ImportError):  # another sqlglot than is known, or none: nothing that a build must end for
        return interface
    return with_usage(interface, compiled, lineage)


def with_usage(interface: Interface, manifest: CompiledManifest, lineage: Mapping[str, ModelLineage]) -> Interface:
    """The same from what is in memory: ``lineage`` of the project's models by unique_id."""
    usage = _Usage(manifest, lineage)
    uses = [split for use in interface.consumptions for split in _split(use, usage)]
    logic = _Logic(manifest, lineage)
    products = tuple(logic.added(interface.project, product) for product in interface.products)
    return sealed(replace(interface, consumptions=tuple(uses), products=products))


def with_usage_of(interface: Interface, published: Interface | None) -> Interface:
    """``interface`` of a project that was only parsed, with the columns that its readers used when it was published.

    What reads a product only since then stays untraced.
    """
    if published is None:
        return interface
    known = {(_key(use), name): use for use in published.consumptions if use.columns is not None for name in use.by}
    uses: list[Consumption] = []
    for use in interface.consumptions:
        told = [name for name in use.by if (_key(use), name) in known]
        uses += [replace(known[_key(use), name], pinned=use.pinned, by=(name,)) for name in told]
        if rest := tuple(name for name in use.by if name not in told):
            uses.append(replace(use, by=rest))
    return sealed(replace(interface, consumptions=tuple(uses)))


def _key(use: Consumption) -> tuple[str, str, str]:
    return use.project, use.product, str(use.v)


class _Columns(Struct, frozen=True):
    """What one reader uses of a product: the fields of a consumption."""

    columns: tuple[str, ...] | None
    indirect: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()


_UNKNOWN = _Columns(None)


def _split(use: Consumption, usage: _Usage) -> Iterator[Consumption]:
    """One consumption for each set of columns; models that use the same stand together."""
    product = unique_id_of(use.project, use.product, use.v)
    groups: defaultdict[_Columns, list[str]] = defaultdict(list)
    for name in use.by:
        groups[usage.of(name, product)].append(name)
    for found, names in groups.items():
        yield replace(
            use,
            columns=found.columns,
            indirect=found.indirect,
            typed=found.typed,
            hazards=found.hazards,
            by=tuple(names),
        )


class _Logic:
    """Digests of how the products of one project are made."""

    def __init__(self, manifest: CompiledManifest, lineage: Mapping[str, ModelLineage]) -> None:
        self._own = {key: node for key, node in manifest.nodes.items() if not node.is_stub}
        self._composer = Composer(lineage, frozenset(self._own))

    def added(self, project: str, product: Product) -> Product:
        """``product``, each version with its digests."""
        versions = (
            replace(version, logic=self._of(unique_id_of(project, product.name, version.v)))
            for version in product.versions
        )
        return replace(product, versions=tuple(versions))

    def _of(self, node: str) -> Logic | None:
        """Of a build of a part alone there is none: what rests on SQL that was not compiled would seem to differ."""
        return self._composer.logic(node) if self._is_compiled(node) else None

    def _is_compiled(self, node: str) -> bool:
        pending, seen = [node], {node}
        while pending:
            found = self._own.get(pending.pop())
            if found is None:
                continue
            if found.sql is None and found.resource_type != "seed" and found.language in {None, "sql"}:
                return False
            further = [key for key in found.depends_on.nodes if key not in seen]
            pending += further
            seen.update(further)
        return True


class _Usage:
    """Usage of products by the models and snapshots of one project."""

    def __init__(self, manifest: CompiledManifest, lineage: Mapping[str, ModelLineage]) -> None:
        self._lineage = MeshLineage(lineage)
        self._nodes = {key: node for key, node in manifest.nodes.items() if not node.is_stub}
        self._by_name: defaultdict[str, list[CompiledNode]] = defaultdict(list)
        self._readers: defaultdict[str, list[str]] = defaultdict(list)
        for key, node in self._nodes.items():
            if node.package_name == manifest.project:
                self._by_name[node.name].append(node)
            for parent in node.depends_on.nodes:
                self._readers[parent].append(key)

    def of(self, name: str, product: str) -> _Columns:
        """What the reader called ``name`` uses; of a model with versions, what any of them does."""
        readers = [node.unique_id for node in self._by_name.get(name, ()) if product in node.depends_on.nodes]
        used = [self._lineage.used_columns(reader, product) for reader in readers]
        known = [columns for columns in used if columns is not None]
        if not readers or len(known) < len(used):
            return _UNKNOWN
        direct = {
            edge.column
            for reader in readers
            for edges in self._columns(reader)
            for edge in edges
            if edge.node == product
        }
        every = frozenset[str]().union(*known)
        hazards = {
            read.hazard for reader in readers for read in self._lineage.models[reader].hazards if read.node == product
        }
        typed = {column for reader in readers for column in self._typed(reader, product)}
        return _Columns(
            columns=tuple(sorted(every)),
            indirect=tuple(sorted(every - direct)),
            typed=tuple(sorted(typed)),
            hazards=tuple(sorted(hazards)),
        )

    def _columns(self, node: str) -> Iterable[tuple[ColumnEdge, ...]]:
        lineage = self._lineage.models.get(node)
        return lineage.columns.values() if lineage else ()

    def _typed(self, reader: str, product: str) -> set[str]:
        """Columns of ``product`` that reach an enforced contract, or a table that keeps its rows, as they are."""
        found: set[str] = set()
        pending = deque(
            (node, column, origin)
            for node in self._sql_readers(reader)
            for column, origin in self._unchanged(node, product)
        )
        seen = set(pending)
        while pending:
            node, column, origin = pending.popleft()
            if self._pins_types(node):
                found.add(origin)
                continue
            for further in self._readers[node]:
                for sql in self._sql_readers(further):
                    onward = [(sql, made, origin) for made, of in self._unchanged(sql, node) if of == column]
                    pending.extend(step for step in onward if step not in seen)
                    seen.update(onward)
        return found

    def _sql_readers(self, reader: str) -> set[str]:
        """``reader`` itself; in place of an ephemeral model, those into whose SQL it goes."""
        if self._nodes[reader].materialized != "ephemeral":
            return {reader}
        return {node for further in self._readers[reader] for node in self._sql_readers(further)}

    def _unchanged(self, node: str, parent: str) -> Iterator[tuple[str, str]]:
        """Columns of ``node`` that are columns of ``parent``, with these."""
        lineage = self._lineage.models.get(node)
        for name, edges in lineage.columns.items() if lineage else ():
            for edge in edges:
                if edge.node == parent and edge.kind in _UNCHANGED:
                    yield name, edge.column

    def _pins_types(self, key: str) -> bool:
        node = self._nodes[key]
        return node.contract_enforced or node.materialized in _KEEPS_ROWS or node.resource_type == "snapshot"
