"""Columns that consumers use, against what producers promise."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.lint.subjects.mesh import Mesh
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.model.lineage import EdgeKind, ModelLineage
from mesh_tools.sqltypes import TypeChangeKind, compare_types

_UNCHANGED: frozenset[EdgeKind] = frozenset({"pass", "rename"})
_NOT_FOUND = re.compile(r"(?:column (\S+) is not found|\S+ has no column (\S+) that is known)\Z")
"""What the tracer says of a query that names a column which nothing has."""
_WORDS: dict[TypeChangeKind, str] = {
    "narrowed": "not every value fits",
    "lossy": "values change silently",
    "family": "another kind of value",
    "nested": "different inside",
}


@rule("CMP002", "column-not-in-contract", severity="error", tier="starter", side="consumer")
def column_not_in_contract(ref: CrossRef, lineage: Lineage) -> Found:
    """A model uses a column that the contract of another project's product does not have.

    Why:
        Either the column is not there, and the build fails; or it is there by chance, and may go without notice.

    Bad:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select
                order_id,
                amount  -- CMP002
            from {{ ref('shop', 'orders') }}

    Good:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders') }}

    To do:
        Use columns that are promised, or ask the producer to promise this one. After a change of the producer, take its
        new interface over first: `mesh sync`.
    """
    promise = ref.promise
    if ref.edge != "ref" or promise is None or not promise[1].contract:
        return
    promised = {column.name.lower() for column in promise[1].columns}
    for column in _used(ref, lineage):
        if column.lower() not in promised:
            yield ref.raised(
                f"uses the column {column}, which the contract does not have",
                place=CodePlace(file=ref.consumer.path, text=column),
                key=column,
            )


def _used(ref: CrossRef, lineage: Lineage) -> Iterable[str]:
    """Columns of the producer that the consumer names; where its SQL cannot be traced for one, that."""
    model = lineage.models.get(ref.consumer.unique_id)
    if model is None:
        return ()
    used = model.used_columns(ref.producer.unique_id)
    if used is not None:
        return sorted(used)
    missing = _NOT_FOUND.match(model.reason or "")
    column = (missing[1] or missing[2]) if missing else ""
    return (column,) if column and _is_nowhere(column, model, ref, lineage) else ()


def _is_nowhere(column: str, model: ModelLineage, ref: CrossRef, lineage: Lineage) -> bool:
    """Whether nothing that the consumer reads has the column, and ``ref`` is the first of its refs to products."""
    mesh, first = ref.mesh, ""
    for key in model.reads:
        node = mesh.graph.nodes.get(key)
        promise = mesh.promise_of(node) if node and node.project != ref.consumer.project else None
        if promise is not None:
            columns: Iterable[str] | None = [each.name for each in promise[1].columns] if promise[1].contract else None
            first = first or key
        else:
            own = lineage.models.get(key)
            columns = own.columns if own is not None and own.is_traced and own.complete else None
        if columns is None or column.lower() in {name.lower() for name in columns}:
            return False
    return first == ref.producer.key


@rule("CMP003", "incompatible-type", severity="warn", tier="recommended", side="consumer")
def incompatible_type(project: MeshProject, lineage: Lineage) -> Found:
    """A model declares another type for a column that it hands on unchanged from another project's product.

    Why:
        With a contract its build fails; without one the declaration is wrong, and whoever believes it is, too.

    Bad:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: varchar}]
        shop/models/orders.sql:
            select 'a' as order_id
        sales/models/report.yml:
            models:
              - name: report
                columns:
                  - name: order_id
                    data_type: integer  # CMP003
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: varchar}]
        shop/models/orders.sql:
            select 'a' as order_id
        sales/models/report.yml:
            models:
              - name: report
                columns:
                  - {name: order_id, data_type: varchar}
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Declare the type that the producer promises, or cast the column in the SQL.
    """
    mesh = project.mesh
    if not mesh.reads.get(project.name):
        return
    for key, node in project.member.summary.nodes.items():
        for column, data_type in lineage.types.get(key, {}).items():
            origin = _origin(key, column, project.name, lineage)
            theirs = _type_of(mesh, *origin) if origin else None
            if origin is None or theirs is None or mesh.graph.nodes[origin[0]].project == project.name:
                continue
            kind = compare_types(theirs, data_type, project.member.adapter).kind
            if kind in _WORDS:
                label = mesh.graph.nodes[origin[0]].label
                subject = subject_of(node)
                yield subject.raised(
                    f"declares {column} as {data_type}, which {label} promises as {theirs}: {_WORDS[kind]}",
                    *(("columns", column), "data_type"),
                    key=column,
                )


def _origin(key: str, column: str, project: str, lineage: Lineage) -> tuple[str, str] | None:
    """The column of another project that ``column`` is, by way of the project's own models."""
    seen = {(key, column)}
    while key.split(".")[1] == project:
        model = lineage.models.get(key)
        edges = model.columns.get(column, ()) if model else ()
        if len(edges) != 1 or edges[0].kind not in _UNCHANGED or (edges[0].node, edges[0].column) in seen:
            return None
        key, column = edges[0].node, edges[0].column
        seen.add((key, column))
    return key, column


def _type_of(mesh: Mesh, key: str, column: str) -> str | None:
    node = mesh.graph.nodes.get(key)
    promise = mesh.promise_of(node) if node else None
    columns = promise[1].columns if promise else ()
    return next((each.data_type for each in columns if each.name.lower() == column.lower()), None)
