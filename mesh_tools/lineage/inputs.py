"""From compiled manifests to what can be traced: each node once, with the names by which SQL calls the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from mesh_tools.artifacts.catalog import Catalog
from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode
from mesh_tools.lineage.names import RelationName, column_key, parse_relation, relation_key

_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")


class TraceInput(Struct, frozen=True, kw_only=True):
    """A node that lineage knows: a model with its SQL, or something without SQL that models read.

    Attributes:
        key: dbt's unique_id.
        project: The project that it belongs to.
        sql: Compiled; ``None`` when there is none.
        reason: Why there is none, for a model that cannot be traced.
        dialect: sqlglot's name of its SQL.
        reads: unique_ids of the nodes that dbt says it reads, ephemeral models left out: their SQL is part of its own.
        relations: Those nodes by their names in the SQL.
        others: All nodes of the project by their names, for SQL that names a relation without a ref.
        appended: Columns that dbt adds to those of the SQL, each with the columns of the SQL that it is made of.
        columns: All its columns in their order as a contract promises them; ``None`` without a contract.
        otherwise: Columns to go by where neither a contract nor its SQL tells them.
        all_of_them: Whether ``otherwise`` are all columns in their order (of a catalog), or some that it has (YAML).
    """

    key: str
    project: str = ""
    sql: str | None = None
    reason: str | None = None
    dialect: str = ""
    reads: tuple[str, ...] = ()
    relations: Mapping[RelationName, str] = {}
    others: Mapping[RelationName, str] = {}
    appended: tuple[tuple[str, tuple[str, ...]], ...] = ()
    columns: tuple[str, ...] | None = None
    otherwise: tuple[str, ...] = ()
    all_of_them: bool = False


def inputs_of(
    manifests: Iterable[CompiledManifest], *, catalogs: Mapping[str, Catalog] | None = None
) -> list[TraceInput]:
    """All nodes of the projects, each as its own project knows it; a stub only where that project is not there.

    Args:
        manifests: One for each project.
        catalogs: What the warehouse was found to hold, by project; none is needed.

    Raises:
        MeshError: a project was not compiled.
    """
    found: dict[str, TraceInput] = {}
    stubs: dict[str, TraceInput] = {}
    for manifest in manifests:
        manifest.require_sql()
        catalog = (catalogs or {}).get(manifest.project)
        for node in _inputs(manifest, catalog):
            own = not manifest.nodes[node.key].is_stub if node.key in manifest.nodes else True
            (found if own else stubs).setdefault(node.key, node)
    return [*found.values(), *(stub for key, stub in stubs.items() if key not in found)]


def _inputs(manifest: CompiledManifest, catalog: Catalog | None) -> Iterable[TraceInput]:
    dialect = manifest.dialect
    names = {node.unique_id: _names(node, dialect) for node in manifest.relations()}
    others = _by_name(names)
    inlined = {key for key, node in manifest.nodes.items() if node.materialized == "ephemeral"}
    for node in manifest.relations():
        reads = tuple(key for key in dict.fromkeys(node.depends_on.nodes) if key in names and key not in inlined)
        columns = tuple(
            column_key(column.name, dialect, quoted=bool(column.quote)) for column in (node.columns or {}).values()
        )
        actual = _actual(node, catalog, dialect)
        yield TraceInput(
            key=node.unique_id,
            project=manifest.project if not node.is_stub else node.package_name,
            sql=node.sql,
            reason=_reason(node),
            dialect=dialect,
            reads=reads,
            relations={name: key for key in reads for name in names[key] if others.get(name) == key},
            others=others,
            appended=_snapshot_columns(node, dialect),
            columns=columns if node.contract_enforced and columns else None,
            otherwise=actual or columns,
            all_of_them=bool(actual),
        )


def _names(node: CompiledNode, dialect: str) -> list[RelationName]:
    """By what names SQL may call a node: dbt's own, and with fewer parts."""
    whole = parse_relation(node.relation_name, dialect) if node.relation_name else ()
    parts = relation_key(part for part in (node.database, node.schema, node.identifier) if part)
    return [name for name in dict.fromkeys((whole, parts, parts[-2:])) if name]


def _by_name(names: Mapping[str, list[RelationName]]) -> dict[RelationName, str]:
    """Nodes by name. A short name that several have means none of them; dbt's own name always counts."""
    short: dict[RelationName, str | None] = {}
    for key, known in names.items():
        for name in known[1:]:
            short[name] = key if short.get(name, key) == key else None
    whole = {known[0]: key for key, known in names.items() if known}
    return {**{name: key for name, key in short.items() if key is not None}, **whole}


def _actual(node: CompiledNode, catalog: Catalog | None, dialect: str) -> tuple[str, ...]:
    table = (catalog.nodes.get(node.unique_id) or catalog.sources.get(node.unique_id)) if catalog else None
    columns = sorted(table.columns.values(), key=lambda column: column.index) if table else ()
    return tuple(column_key(column.name, dialect, quoted=True) for column in columns)


def _snapshot_columns(node: CompiledNode, dialect: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The columns that dbt adds to a snapshot, made of its key and of what tells that a row was updated."""
    if node.resource_type != "snapshot":
        return ()
    config = node.config or {}
    key = config.get("unique_key")
    written = [*(key if isinstance(key, list) else [key]), config.get("updated_at")]
    made_of = tuple(column_key(name, dialect) for name in written if isinstance(name, str))
    names = config.get("snapshot_meta_column_names")
    renamed = names if isinstance(names, dict) else {}
    added = [*_SNAPSHOT_COLUMNS, *(["dbt_is_deleted"] if config.get("hard_deletes") == "new_record" else [])]
    return tuple((column_key(str(renamed.get(name) or name), dialect), made_of) for name in added)


def _reason(node: CompiledNode) -> str | None:
    """Why a model has no SQL that could be traced."""
    if node.sql is not None or node.resource_type not in {"model", "snapshot"} or node.is_stub:
        return None
    if node.language not in {None, "sql"}:
        return f"a {(node.language or '').capitalize()} model"
    return "it was not compiled"
