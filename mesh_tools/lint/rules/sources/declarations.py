"""What is said of sources: how fresh they are, what loads them, and that each is declared once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.artifacts.manifest import SourceNode
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Project, Source

_Threshold = Literal["warn_after", "error_after"]


@rule("SRC001", "source-without-freshness", severity="warn", tier="strict")
def source_without_freshness(
    source: Source, *, require: tuple[_Threshold, ...] = (), loaded_at: bool = False, static: tuple[str, ...] = ()
) -> Found:
    """Nobody is told when the data of a source stops coming.

    Why:
        A load that fails upstream fails nowhere: models are built of old rows, and all tests pass.

    Options:
        require: Of `warn_after`, `error_after`: those that must be set. None: either of them.
        loaded_at: Whether a source must also name `loaded_at_field` or `loaded_at_query`; some warehouses know from
            their own metadata when a table was last written.
        static: Globs of sources whose data never change, as `source.table`.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # SRC001

    Good:
        models/_sources.yml:
            sources:
              - name: till
                config:
                  loaded_at_field: loaded_at
                  freshness:
                    warn_after: {count: 1, period: day}
                tables:
                  - name: receipts

    To do:
        Set `freshness` for the source or the table, and run `dbt source freshness` with every build.
    """
    node = source.node
    if any(fnmatchcase(f"{node.source_name}.{node.name}", glob) for glob in static):
        return
    if not node.has_freshness:
        yield source.raised("has no freshness", "config", "freshness")
        return
    missing = [name for name in require if not _count(node, name)]
    if missing:
        yield source.raised(f"has a freshness without {' and '.join(missing)}", "config", "freshness")
    if loaded_at and not (node.loaded_at_field or node.loaded_at_query):
        message = "has a freshness, but neither loaded_at_field nor loaded_at_query"
        yield source.raised(message, "config", "freshness", key="loaded_at")


def _count(node: SourceNode, threshold: _Threshold) -> int | None:
    found = getattr(node.freshness, threshold, None)
    return found.count if found else None


@rule("SRC002", "source-without-loader", severity="info", tier="strict")
def source_without_loader(source: Source, *, allowed: tuple[str, ...] = ()) -> Found:
    """Nothing says what loads a source.

    Why:
        When its data are wrong or late, that is where to look.

    Options:
        allowed: The loaders that there are; none: any.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                tables:
                  - name: receipts  # SRC002

    Good:
        models/_sources.yml:
            sources:
              - name: till
                loader: nightly_export
                tables:
                  - name: receipts

    To do:
        Set `loader`, best for the whole source.
    """
    loader = (source.node.loader or "").strip()
    if not loader:
        yield source.raised("has no loader")
    elif allowed and loader not in allowed:
        yield source.raised(f"has the loader '{loader}'; allowed: {', '.join(allowed)}")


@rule("SRC003", "duplicate-source", severity="warn", tier="recommended")
def duplicate_source(project: Project, *, case_sensitive: bool = False) -> Found:
    """Two sources of a project are the same table.

    Of several domains, OWN003 compares what they say of it.

    Why:
        Tests, freshness and descriptions stand at one of them, and lineage knows half of the readers.

    Options:
        case_sensitive: Whether the warehouse tells names apart that differ in case alone.

    Bad:
        models/_sources.yml:
            sources:
              - name: till
                schema: raw
                tables:
                  - name: receipts
              - name: warehouse
                schema: raw
                tables:
                  - name: slips  # SRC003
                    identifier: receipts

    Good:
        models/_sources.yml:
            sources:
              - name: till
                schema: raw
                tables:
                  - name: receipts
                  - name: returns

    To do:
        Keep one of them, and let all models read that.
    """
    firsts: dict[tuple[str, ...], SourceNode] = {}
    # By name: engines list them in different orders.
    for node in sorted(project.manifest.sources.values(), key=lambda source: source.unique_id):
        relation = _relation(node, case_sensitive=case_sensitive) if project.is_own(node) else None
        if relation is None:
            continue
        first = firsts.setdefault(relation, node)
        if first is not node:
            shown = f"{first.source_name}.{first.name}"
            yield Source(node, project).raised(f"is the same table as {shown}: {'.'.join(relation)}")


def _relation(node: SourceNode, *, case_sensitive: bool) -> tuple[str, ...] | None:
    if node.plugin or not node.schema:  # what a plugin loads has no relation of its own
        return None
    if (name := node.relation_name) and ("/" in name or "(" in name):  # DuckDB reads a file in its place
        return (name,)
    parts = tuple(filter(None, (node.database, node.schema, node.identifier or node.name)))
    return parts if case_sensitive else tuple(part.lower() for part in parts)
