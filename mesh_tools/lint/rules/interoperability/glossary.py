"""Columns that the glossary of the mesh defines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Column, Raised
from mesh_tools.sqltypes import compare_types


class Term(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the glossary says of a column; what it leaves out may be anything.

    Attributes:
        type: SQL type, as any warehouse of the mesh writes it.
        semantic_type: Of ``meta.mesh``, as are the others.
        unit: Unit of measure.
        currency: ISO 4217 code.
        timezone: Of times that carry none.
        classification: Who may see it.
        roles: Whether it holds for columns that end with the name, too: ``origin_airport_code``.
        instead_of: Names that mean the same, and are not to be used.
    """

    type: str | None = None
    semantic_type: str | None = None
    unit: str | None = None
    currency: str | None = None
    timezone: str | None = None
    classification: str | None = None
    roles: bool = False
    instead_of: tuple[str, ...] = ()


_ATTRIBUTES = ("semantic_type", "unit", "currency", "timezone", "classification")


class _Index:
    """The glossary by all names that a column may have."""

    def __init__(self, glossary: Mapping[str, Term]) -> None:
        self.terms = {name.lower(): (name, term) for name, term in glossary.items()}
        self.instead = {other.lower(): name for name, term in glossary.items() for other in term.instead_of}
        self.endings = tuple(f"_{name}" for name, (_, term) in self.terms.items() if term.roles)

    def of(self, column: str) -> tuple[str, Term] | None:
        """The term that a column is, or has the role of."""
        found = self.terms.get(column)
        if found is None and self.endings and column.endswith(self.endings):
            return self.terms[max((end for end in self.endings if column.endswith(end)), key=len)[1:]]
        return found


@rule("IOP002", "column-not-as-in-glossary", severity="warn", tier="opt-in")
def column_not_as_in_glossary(column: Column, *, glossary: Mapping[str, Term]) -> Found:
    """A column of a public model is not typed, named or declared as the glossary of the mesh has it.

    Models with a deprecation date are left alone.

    Why:
        Keys and dimensions that all domains share are what products are joined by. They work only if everybody writes
        them alike.

    Options:
        glossary: By the name of a column what it is: `type`, and of `meta.mesh` `semantic_type`, `unit`, `currency`,
            `timezone`, `classification`; `roles: true`, if all of it holds for columns that end with the name, too,
            such as `billing_customer_id`; `instead_of`, names that are not to be used.

    Bad:
        mesh.yml:
            lint:
              rules:
                IOP002:
                  glossary:
                    customer_id: {type: bigint, semantic_type: customer, roles: true, instead_of: [cust_id]}
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - name: billing_customer_id
                    data_type: varchar  # IOP002
                    config: {meta: {mesh: {semantic_type: customer}}}
                  - name: customer_id
                    data_type: bigint
                    config:
                      meta:
                        mesh: {semantic_type: client}  # IOP002
                  - name: cust_id  # IOP002
                    data_type: bigint
        models/orders.sql:
            select '1' as billing_customer_id, 1 as customer_id, 1 as cust_id

    Good:
        mesh.yml:
            lint:
              rules:
                IOP002:
                  glossary:
                    customer_id: {type: bigint, semantic_type: customer, roles: true, instead_of: [cust_id]}
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - name: billing_customer_id
                    data_type: int8
                    config: {meta: {mesh: {semantic_type: customer}}}
        models/orders.sql:
            select 1 as billing_customer_id

    To do:
        Write the column as the glossary has it, in a new version of the product if it is in use; or mend the glossary.
    """
    model = column.model
    if not model.is_public or model.node.deprecation_date:
        return
    index = model.project.once("IOP002", lambda: _Index(glossary))
    name = column.name.lower()
    if name in index.instead:
        yield column.raised(f"is called {index.instead[name]} in the glossary", "name", key="name")
    found = index.of(name)
    if found is not None:
        yield from _compared(column, *found)


def _compared(column: Column, name: str, term: Term) -> Iterator[Raised]:
    written = column.data_type
    if term.type and written:
        change = compare_types(term.type, written, column.model.project.adapter).kind
        if change not in {"same", "unknown"}:
            yield column.raised(
                f"is {written}, but {name} is {term.type} in the glossary", "data_type", key="data_type"
            )
    for attribute in _ATTRIBUTES:
        wanted = getattr(term, attribute)
        actual = column.mesh_meta.get(attribute) if wanted else None
        if wanted and actual != wanted:
            told = f"has the {attribute} '{actual}'" if actual else f"has no {attribute}"
            message = f"{told}, but {name} has '{wanted}' in the glossary"
            yield column.raised(message, "config", "meta", "mesh", attribute, key=attribute)
