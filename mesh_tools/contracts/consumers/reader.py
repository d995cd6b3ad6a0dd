"""What reads products: models, snapshots and exposures; and what they read besides: seeds, sources, other products."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode

ReaderKind = Literal["model", "snapshot", "seed", "source", "exposure", "product"]
"""``product``: of another project whose manifest is not at hand, known by its stub alone."""

_KEEPS_ROWS = frozenset({"incremental", "microbatch", "snapshot"})


class Place(Struct, frozen=True):
    """Where a relation lies, and how the SQL of one project names it."""

    database: str | None
    schema: str | None
    identifier: str
    written: str | None = None


class Reader(Struct, frozen=True, kw_only=True):
    """One node of a project, as far as it matters to what it reads and to those who read it.

    Attributes:
        key: dbt's unique_id; with the project behind an ``@`` for a model of a package, which several projects install.
        unique_id: dbt's, by which lineage knows it.
        project: Whose it is.
        name: As hits have it: ``route_punctuality``, ``flights.v2``, ``exposure:on_time_report``.
        kind: What it is.
        adapter: dbt's name of its warehouse.
        dialect: sqlglot's name of its SQL.
        sql: Compiled; ``None`` when there is none, see :attr:`silence`.
        silence: Why there is no SQL.
        declared: Columns of its YAML with their types, in their order.
        enforced: Whether dbt enforces them.
        stored: Whether its table keeps its rows between builds.
        on_schema_change: What dbt does when the columns of such a table change.
        reads: Keys of what it depends on.
        is_public: Whether other projects may read it.
        owner: Whom to tell.
    """

    key: str
    unique_id: str
    project: str
    name: str
    kind: ReaderKind
    adapter: str | None = None
    dialect: str = ""
    sql: str | None = None
    silence: str = ""
    declared: tuple[tuple[str, str | None], ...] = ()
    enforced: bool = False
    stored: bool = False
    on_schema_change: str = "ignore"
    reads: tuple[str, ...] = ()
    is_public: bool = False
    owner: str | None = None

    @property
    def label(self) -> str:
        """``punctuality.route_punctuality``."""
        return f"{self.project}.{self.name}"

    @property
    def consumes(self) -> bool:
        """Whether a change of what it reads can hit it."""
        return self.kind in {"model", "snapshot", "exposure"}


def key_of(unique_id: str, manifest: CompiledManifest, projects: frozenset[str]) -> str:
    """The key of a node of ``manifest``; models of ordinary packages are each project's own."""
    node = manifest.nodes.get(unique_id) or manifest.sources.get(unique_id)
    if node is None or node.package_name in {"", manifest.project} or is_foreign(node, manifest, projects):
        return unique_id
    return f"{unique_id}@{manifest.project}"


def is_foreign(node: CompiledNode, manifest: CompiledManifest, projects: frozenset[str]) -> bool:
    """Whether ``node`` stands for a product of another project: a stub of ours, or what another tool injects."""
    return node.is_stub or (node.package_name != manifest.project and node.package_name in projects)


def reader_of(node: CompiledNode, manifest: CompiledManifest, projects: frozenset[str], owner: str | None) -> Reader:
    """The reader that ``node`` is."""
    foreign = is_foreign(node, manifest, projects)
    kind = _kind(node, foreign=foreign)
    sql = None if foreign or kind == "exposure" else node.sql
    return Reader(
        key=key_of(node.unique_id, manifest, projects),
        unique_id=node.unique_id,
        project=node.package_name if foreign else manifest.project,
        name=_name(node, kind),
        kind=kind,
        adapter=manifest.adapter_type,
        dialect=manifest.dialect,
        sql=sql,
        silence="" if sql else _silence(node, kind),
        declared=tuple((column.name, column.data_type) for column in (node.columns or {}).values()),
        enforced=node.contract_enforced,
        stored=kind == "snapshot" or node.materialized in _KEEPS_ROWS,
        on_schema_change=str((node.config or {}).get("on_schema_change") or "ignore"),
        reads=tuple(key_of(upstream, manifest, projects) for upstream in node.depends_on.nodes),
        is_public=node.access == "public",
        owner=owner,
    )


def plain(column: str) -> str:
    """A column's name without case and quotes: rather taken for another one than overlooked."""
    return column.strip('"').lower()


def place_of(node: CompiledNode) -> Place:
    """Where ``node`` lies."""
    return Place(node.database, node.schema, node.identifier, node.relation_name)


def _kind(node: CompiledNode, *, foreign: bool) -> ReaderKind:
    if foreign:
        return "product"
    found = node.unique_id.partition(".")[0]
    return found if found in {"snapshot", "seed", "source", "exposure"} else "model"  # type: ignore[return-value]


def _name(node: CompiledNode, kind: ReaderKind) -> str:
    if kind == "exposure":
        return f"exposure:{node.name}"
    return node.name if node.version is None else f"{node.name}.v{node.version}"


def _silence(node: CompiledNode, kind: ReaderKind) -> str:
    if kind == "exposure":
        return "what an exposure reads is not known by column"
    if node.language not in {None, "sql"}:
        return f"a {node.language} model has no SQL"
    return "it was not compiled" if kind in {"model", "snapshot"} else "it has no SQL"
