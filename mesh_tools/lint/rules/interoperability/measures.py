"""Numbers and times that only make sense with what their type leaves open."""

from __future__ import annotations

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Column
from mesh_tools.sqltypes import canonical_type

_AMOUNTS = (
    "amount", "price", "cost", "costs", "revenue", "fee", "fees", "charge", "charges", "balance", "budget", "salary",
    "wage", "turnover", "profit", "spend", "gmv", "arr", "mrr",
)  # fmt: skip
_QUANTITIES = (
    "quantity", "qty", "weight", "volume", "distance", "duration", "length", "width", "height", "depth", "area",
    "speed", "temperature", "pressure", "energy", "power",
)  # fmt: skip
_NUMBERS = (
    "int",
    "bigint",
    "smallint",
    "tinyint",
    "hugeint",
    "dec",
    "num",
    "float",
    "double",
    "real",
    "money",
    "byteint",
)
_MOMENT = ("timestamp", "datetime")
# Where the bare word means a moment rather than what a clock on the wall shows.
_MOMENTS_BY_NAME = ("bigquery", "databricks", "spark")


@rule("IOP003", "amount-without-unit", severity="warn", tier="recommended")
def amount_without_unit(
    column: Column,
    *,
    amounts: tuple[str, ...] = _AMOUNTS,
    quantities: tuple[str, ...] = _QUANTITIES,
    companions: tuple[str, ...] = ("unit", "currency", "currency_code", "uom"),
) -> Found:
    """An amount of money or a quantity in a public model has no unit.

    Neither its `meta.mesh` says it, nor its name, nor a column beside it.

    Why:
        Whoever adds up prices of two products adds dollars to cents. Nothing fails, and the sum is wrong.

    Options:
        amounts: Last words of the names of columns that hold money; these need a currency, or a unit.
        quantities: Last words of the names of columns that hold other quantities; these need a unit.
        companions: Names of columns that say the unit of all, or of the column whose name they go on from: `currency`,
            `price_currency`.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: total_price, data_type: "decimal(12, 2)"}  # IOP003
                  - {name: parcel_weight, data_type: double}  # IOP003
        models/orders.sql:
            select 1 as total_price, 1 as parcel_weight

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: total_price, data_type: "decimal(12, 2)", config: {meta: {mesh: {currency: USD}}}}
                  - {name: shipping_fee, data_type: "decimal(12, 2)"}
                  - {name: shipping_fee_currency, data_type: varchar}
                  - {name: parcel_weight, data_type: double, config: {meta: {mesh: {unit: kg}}}}
                  - {name: parcel_weight_kg, data_type: double}
                  - {name: parcel_volume, data_type: varchar, description: "Small, medium or large."}
        models/orders.sql:
            select 1 as total_price

    To do:
        Declare `unit` or `currency` in the column's `meta.mesh`, put the unit into the name (`weight_kg`), or add a
        column that says it.
    """
    if not column.model.is_public:
        return
    name = column.name.lower()
    word = name.rpartition("_")[2]
    if word not in amounts and word not in quantities:
        return
    meta = column.mesh_meta
    if meta.get("unit") or meta.get("currency") or not _is_number(column) or _has_companion(column, companions):
        return
    what, key = ("a currency", "currency") if word in amounts else ("a unit", "unit")
    yield column.raised(f"holds {'money' if word in amounts else 'a quantity'} without {what}", key=key)


def _is_number(column: Column) -> bool:
    written = column.data_type.lower()
    return not written or (written.startswith(_NUMBERS) and not written.startswith("interval"))


def _has_companion(column: Column, companions: tuple[str, ...]) -> bool:
    names = {name.lower() for name in column.model.node.columns or {}}
    name = column.name.lower()
    stem = name.rpartition("_")[0]
    return any(one in names or f"{name}_{one}" in names or f"{stem}_{one}" in names for one in companions)


@rule("IOP004", "timestamp-without-timezone", severity="info", tier="strict")
def timestamp_without_timezone(
    column: Column, *, suffixes: tuple[str, ...] = ("_utc",), assumed: str = "", private: bool = False
) -> Found:
    """A timestamp without time zone in a public model does not say what its clock shows.

    Neither its `meta.mesh` says it, nor its name.

    Why:
        The same value is up to 26 hours apart, depending on who reads it. Products with different conventions join, and
        are wrong by hours.

    Options:
        suffixes: Endings of names that say it.
        assumed: A time zone that the mesh has agreed on for all that say nothing; then only columns that declare
            another one are told.
        private: Whether models that are not public are asked, too.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: ordered_at, data_type: timestamp}  # IOP004
        models/orders.sql:
            select timestamp '2026-01-01 10:00:00' as ordered_at

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: ordered_at_utc, data_type: timestamp}
                  - {name: paid_at, data_type: timestamp with time zone}
                  - {name: sent_at, data_type: timestamp, config: {meta: {mesh: {timezone: Europe/Berlin}}}}
        models/orders.sql:
            select timestamp '2026-01-01 10:00:00' as ordered_at_utc

    To do:
        Declare `timezone` in the column's `meta.mesh`, end its name with `_utc`, or use a type with a time zone.
    """
    model = column.model
    if not column.node.data_type or not (private or model.is_public):
        return
    if not is_local_time(column.data_type, model.project.adapter):
        return
    declared = column.mesh_meta.get("timezone")
    if assumed:
        if declared and declared != assumed:
            message = f"is in the time zone {declared}, but the mesh has agreed on {assumed}"
            yield column.raised(message, "config", "meta", "mesh", "timezone")
    elif not declared and not column.name.lower().endswith(suffixes):
        yield column.raised(f"is a {column.data_type} of no time zone")


def is_local_time(data_type: str, adapter: str | None) -> bool:
    """Whether a type holds what a clock shows, rather than a moment."""
    written = data_type.lower()
    if not written.startswith(_MOMENT):
        return False
    name = (canonical_type(written, adapter) or written).lower()
    if "ntz" in name or "without" in name:
        return True
    if "tz" in name or "with" in name:
        return False
    return name.startswith("datetime") or adapter not in _MOMENTS_BY_NAME
