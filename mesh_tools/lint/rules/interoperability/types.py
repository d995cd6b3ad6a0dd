"""One name, two types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.interoperability.camps import TOO_COMMON, Promised, outliers, promised
from mesh_tools.lint.subjects import Mesh, Product
from mesh_tools.sqltypes import compare_types

_OTHER_VALUES = ("family", "nested")

_Told = Mapping[str, Sequence[tuple[str, str]]]
"""Columns and messages by the label of the product that is told."""


@rule("IOP001", "type-differs-between-domains", severity="warn", tier="recommended", side="mesh")
def type_differs_between_domains(
    product: Product, *, ignore: tuple[str, ...] = TOO_COMMON, exact: bool = False
) -> Found:
    """A column has another type than the columns of the same name in other domains' products.

    Why:
        The name promises that the two can be joined. They cannot, or only with a cast that each consumer writes anew,
        and that is silently wrong for some values, such as numbers with leading zeros.

    Options:
        ignore: Names of columns that may differ, because they mean nothing without their table.
        exact: Whether types must be the same; else they may differ in size and precision, such as `integer` and
            `bigint`. Only types of one kind of warehouse are compared.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: customer_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as customer_id
        crm/models/customers.yml:
            models:
              - name: customers
                config: {access: public}
                columns: [{name: customer_id, data_type: bigint}]
        crm/models/customers.sql:
            select 1 as customer_id
        support/models/tickets.yml:
            models:
              - name: tickets
                config: {access: public}
                columns:
                  - name: customer_id
                    data_type: varchar  # IOP001
        support/models/tickets.sql:
            select '1' as customer_id

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: customer_id, data_type: integer}, {name: status, data_type: integer}]
        shop/models/orders.sql:
            select 1 as customer_id, 1 as status
        support/models/tickets.yml:
            models:
              - name: tickets
                config: {access: public}
                columns: [{name: customer_id, data_type: bigint}, {name: status, data_type: varchar}]
        support/models/tickets.sql:
            select 1 as customer_id, 'open' as status

    To do:
        Agree on one type, in the glossary of the mesh (IOP002), and change the product in a new version; or give the
        column another name, if it means something else.
    """
    told = product.mesh.once("IOP001", lambda: _told(product.mesh, frozenset(ignore), exact=exact))
    for column, message in told.get(product.label, ()):
        yield product.raised(message, ("columns", column), "data_type", key=column.lower())


def _told(mesh: Mesh, ignore: frozenset[str], *, exact: bool) -> _Told:
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, all_ in promised(mesh).items():
        if name in ignore:
            continue
        by_adapter: defaultdict[str | None, list[Promised]] = defaultdict(list)
        for one in all_:
            if one.column.canonical_type:
                by_adapter[one.adapter].append(one)
        for alike in by_adapter.values():
            for outlier in outliers(_camps(alike, exact=exact)):
                first, norm = outlier.first, outlier.norm
                message = (
                    f"has {first.column.name} as {first.column.canonical_type}{outlier.too}, "
                    f"but it is {norm.column.canonical_type} in {outlier.elsewhere}"
                )
                found[first.label].append((first.column.name, message))
    return found


def _camps(all_: Iterable[Promised], *, exact: bool) -> list[list[Promised]]:
    """Those whose types go together."""
    camps: list[list[Promised]] = []
    for one in all_:
        camp = next((camp for camp in camps if _fits(camp[0], one, exact=exact)), None)
        if camp is None:
            camps.append([one])
        else:
            camp.append(one)
    return camps


def _fits(known: Promised, one: Promised, *, exact: bool) -> bool:
    old, new = known.column.canonical_type, one.column.canonical_type
    return old == new or (not exact and compare_types(old, new, one.adapter).kind not in _OTHER_VALUES)
