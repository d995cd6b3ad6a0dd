"""Contracts against what the warehouse has."""

from __future__ import annotations

import re

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model
from mesh_tools.sqltypes import TypeChange, compare_types

_NUMBERS = re.compile(r"\([\d\s,]*\)")


@rule("CMP005", "contract-differs-from-catalog", severity="error", tier="recommended")
def contract_differs_from_catalog(model: Model, catalog: Catalog) -> Found:
    """A model's contract and its relation in the warehouse disagree about columns or types.

    Types are compared by the warehouse's own names for them; where the catalog leaves out the length or the precision,
    so does the comparison. Models that are not in the catalog are not looked at.

    Why:
        Consumers read the relation, and believe the contract. They differ when the contract was changed and the model
        not built since, or when somebody has changed the table by hand.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - name: order_id
                    data_type: integer  # CMP005
        models/orders.sql:
            select 1 as order_id
        catalog.json:
            nodes:
              model.shop.orders:
                columns: {order_id: {name: order_id, type: VARCHAR, index: 1}}

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - name: order_id
                    data_type: int
        models/orders.sql:
            select 1 as order_id
        catalog.json:
            nodes:
              model.shop.orders:
                columns: {order_id: {name: order_id, type: INTEGER, index: 1}}

    To do:
        Build the model, then run `dbt docs generate`; where they still differ, mend the contract, as a change of a
        product.
    """
    table = catalog.nodes.get(model.node.unique_id)
    if table is None or not model.node.contract_enforced:
        return
    there = {name.lower(): column for name, column in table.columns.items()}
    for column in model.columns:
        found = there.pop(column.name.lower(), None)
        steps = ("columns", column.name)
        if found is None:
            yield model.raised(
                f"promises the column {column.name}, which the warehouse does not have", steps, key=column.name
            )
        elif column.data_type and _compared(column.data_type, found.type, model.project.adapter).kind not in _FINE:
            yield model.raised(
                f"promises {column.name} as {column.data_type}, which is {found.type} in the warehouse",
                *(steps, "data_type"),
                key=column.name,
            )
    for extra in there.values():
        yield model.raised(
            f"does not promise the column {extra.name}, which the warehouse has", "columns", key=extra.name
        )


_FINE = frozenset({"same", "unknown"})


def _compared(promised: str, found: str, adapter: str | None) -> TypeChange:
    if "(" not in found:
        promised = _NUMBERS.sub("", promised)
    return compare_types(promised, found, adapter)
