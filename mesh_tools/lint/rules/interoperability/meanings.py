"""One name, two meanings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.interoperability.camps import TOO_COMMON, Promised, outliers, promised
from mesh_tools.lint.subjects import Mesh, Product

_Attribute = Literal["unit", "currency", "timezone", "encoding", "semantic_type", "classification", "description"]

_Told = Mapping[str, Sequence[tuple[str, str, str]]]
"""Columns, attributes and messages by the label of the product that is told."""


@rule("IOP005", "definition-differs-between-domains", severity="info", tier="recommended", side="mesh")
def definition_differs_between_domains(
    product: Product,
    *,
    attributes: tuple[_Attribute, ...] = ("unit", "currency", "timezone", "encoding", "semantic_type"),
    ignore: tuple[str, ...] = TOO_COMMON,
) -> Found:
    """A column means something else than the columns of the same name in other domains' products.

    It declares another unit, currency, time zone, encoding or semantic type. A product that declares none is left
    alone.

    Why:
        Whoever puts the two together adds minutes to seconds, or joins codes of two systems, and nothing fails.

    Options:
        attributes: Keys of `meta.mesh` that must agree. `classification` and `description` may be added: how
            confidential a column is may well depend on its rows, and one thing has many descriptions.
        ignore: Names of columns that may differ, because they mean nothing without their table.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: delivery_time, config: {meta: {mesh: {unit: minute}}}}
        shop/models/orders.sql:
            select 1 as delivery_time
        logistics/models/parcels.yml:
            models:
              - name: parcels
                config: {access: public}
                columns:
                  - {name: delivery_time, config: {meta: {mesh: {unit: Minute}}}}
        logistics/models/parcels.sql:
            select 1 as delivery_time
        support/models/complaints.yml:
            models:
              - name: complaints
                config: {access: public}
                columns:
                  - name: delivery_time
                    config:
                      meta:
                        mesh:
                          unit: day  # IOP005
        support/models/complaints.sql:
            select 1 as delivery_time

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: delivery_time, config: {meta: {mesh: {unit: minute}}}}
        shop/models/orders.sql:
            select 1 as delivery_time
        support/models/complaints.yml:
            models:
              - name: complaints
                config: {access: public}
                columns:
                  - {name: delivery_days, config: {meta: {mesh: {unit: day}}}}
        support/models/complaints.sql:
            select 1 as delivery_days

    To do:
        Agree on one meaning, or give the column another name.
    """
    told = product.mesh.once("IOP005", lambda: _told(product.mesh, attributes, frozenset(ignore)))
    for column, attribute, message in told.get(product.label, ()):
        steps = (attribute,) if attribute == "description" else ("config", "meta", "mesh", attribute)
        yield product.raised(message, ("columns", column), *steps, key=f"{column.lower()}.{attribute}")


def _told(mesh: Mesh, attributes: Sequence[_Attribute], ignore: frozenset[str]) -> _Told:
    found: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for name, all_ in promised(mesh).items():
        for attribute in attributes if name not in ignore else ():
            for label, column, message in _of(attribute, all_):
                found[label].append((column, attribute, message))
    return found


def _of(attribute: _Attribute, all_: Sequence[Promised]) -> Iterator[tuple[str, str, str]]:
    camps: defaultdict[str, list[Promised]] = defaultdict(list)
    for one in all_:
        value = getattr(one.column, attribute)
        if value:
            camps[_normal(value)].append(one)
    for outlier in outliers(camps.values()):
        first, norm = outlier.first, outlier.norm
        if attribute == "description":
            message = f"describes {first.column.name}{outlier.too} otherwise than {outlier.elsewhere}"
        else:
            mine, usual = getattr(first.column, attribute), getattr(norm.column, attribute)
            message = (
                f"gives {first.column.name} the {attribute.replace('_', ' ')} '{mine}'{outlier.too}, "
                f"but it has '{usual}' in {outlier.elsewhere}"
            )
        yield first.label, first.column.name, message


def _normal(value: str) -> str:
    return " ".join(value.casefold().split()).rstrip(".")
