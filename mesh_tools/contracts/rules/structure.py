"""What there is: products, versions, columns, their names and their order."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import ColumnPair, InterfacePair, ProductPair, VersionPair
from mesh_tools.contracts.pairs.columns import misplaced
from mesh_tools.contracts.pairs.identifiers import are_one_name
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.contracts.rules.type_words import judged_type
from mesh_tools.model.change import Bump, ChangeClass
from mesh_tools.model.interface import product_key
from mesh_tools.sqltypes import NestedChange


@rule("CHG001", "product-removed", cls="breaking", level="bind", seen=("B", "B"))
def product_removed(pair: InterfacePair) -> Iterator[Finding]:
    """A product is gone: removed, renamed or disabled.

    A new name is recognised by `renamed_from` in `meta.mesh`, and told as a rename. Safe once all its versions are
    past their deprecation dates.

    Why:
        Every ref to it fails when its consumers parse.

    Example:
        before: {}
        after: {product: null}

    To do:
        Give it a deprecation date and keep it until then. To rename it, add the product under its new name, and let
        the old one select from it for as long as the deprecation lasts.
    """
    for product in pair.removed:
        if pair.new.access_of(product.name) is None:
            over = all(pair.context.is_past(version.deprecation_date) for version in product.versions)
            yield Finding(
                product=product.name,
                old=product.name,
                cls="safe" if over else None,
                message=f"{product.name} is gone{', after its deprecation date' if over else ''}",
            )
    for old, new in pair.products:
        if old.name != new.name:
            message = f"{old.name} is called {new.name} now"
            yield Finding(product=old.name, old=old.name, new=new.name, message=message)


@rule("CHG002", "version-removed", cls="breaking", level="bind", fields=("versions",), seen=("B", "info"))
def version_removed(pair: ProductPair) -> Iterator[Finding]:
    """A version of a product is gone before its deprecation date.

    After that date it is safe.

    Why:
        Refs that pin this version fail; whoever pinned it was promised that it stays until the date.

    Example:
        before: {product: {latest: 2}, versions: {1: {}, 2: {}}}
        after: {product: {latest: 2}, versions: {2: {}}}

    To do:
        Keep it until its `deprecation_date`; set one if it has none.
    """
    for version in pair.removed:
        over = pair.context.is_past(version.deprecation_date)
        until = version.deprecation_date
        why = (
            f", after its deprecation date {until}"
            if over
            else f" before its deprecation date {until}"
            if until
            else ""
        )
        yield Finding(
            v=version.v,
            old=str(version.v),
            cls="safe" if over else None,
            message=f"version {version.v} of {pair.old.name} is gone{why}",
        )


@rule("CHG003", "column-removed", cls="breaking", level="bind", refine="column", fields=("columns",), seen=("B", "B"))
def column_removed(pair: VersionPair) -> Iterator[Finding]:
    """A column is gone.

    Safe when it was marked `deprecated_until` a date that is past.

    Why:
        SQL that names it fails; what is promised of it ends with it.

    Example:
        before: {columns: {tail_number: {data_type: varchar}}}
        after: {}

    To do:
        Mark the column `deprecated_until` a date and keep it until then, or remove it in a new version.
    """
    for column in pair.columns.removed:
        over = pair.context.is_past(column.deprecated_until)
        yield Finding(
            columns=(column.name,),
            old=column.name,
            cls="safe" if over else None,
            message=f"column {column.name} is gone{f', deprecated until {column.deprecated_until}' if over else ''}",
        )


@rule("CHG004", "column-renamed", cls="breaking", level="bind", refine="column", fields=("columns",), seen=("B", "B"))
def column_renamed(pair: VersionPair) -> Iterator[Finding]:
    """A column has another name.

    Recognised when a column of the same type stands in the same place, and the same is promised or said of it, it is
    computed in the same way, or its name is similar. What else changed about the column is told besides.

    Why:
        SQL that uses the old name fails.

    Example:
        before: {columns: {carrier: {data_type: varchar}}}
        after:
          columns: {carrier: null, carrier_code: {data_type: varchar}}
          order: [flight_id, carrier_code, distance_km]

    To do:
        Keep the old column beside the new one until consumers have moved, marked `deprecated_until` a date.
    """
    for new, old in pair.columns.renamed.items():
        yield Finding(columns=(old,), old=old, new=new, message=f"column {old} is called {new} now")


@rule(
    "CHG005",
    "column-name-case",
    cls="breaking",
    level="bind",
    refine="column",
    fields=("name", "quote"),
    seen=("B", "B"),
)
def column_name_case(pair: ColumnPair) -> Iterator[Finding]:
    """A column's name changed in case, or whether it is quoted.

    Safe where both are one name to the warehouse: it ignores case, or folds names that are not quoted.

    Why:
        In a warehouse that tells quoted names apart by case, SQL that uses the old name fails.

    Example:
        before: {interface: {adapter: postgres}, columns: {carrier: {quote: true}}}
        after:
          interface: {adapter: postgres}
          columns: {carrier: null, Carrier: {quote: true, data_type: varchar}}
          order: [flight_id, Carrier, distance_km]

    To do:
        Keep the name as it was, or keep both columns until consumers have moved.
    """
    if pair.is_renamed:
        return
    adapter = pair.context.adapter
    same = are_one_name(pair.old, pair.new, adapter)
    old, new = (f'"{column.name}"' if column.quote else column.name for column in (pair.old, pair.new))
    verdict: tuple[ChangeClass, Bump, str]
    if same:
        verdict = "safe", "patch", "the same to the warehouse"
    elif same is None:
        verdict = "dangerous", "minor", f"how {adapter or 'the warehouse'} compares names is not known"
    else:
        verdict = "breaking", "major", "another name to the warehouse"
    cls, bump, why = verdict
    yield Finding(old=old, new=new, cls=cls, bump=bump, message=f"column {old} is written {new} now, {why}")


@rule("CHG006", "column-added", cls="safe", level="bind", refine="position", fields=("columns",), seen=("S", "info"))
def column_added(pair: VersionPair) -> Iterator[Finding]:
    """There is a new column.

    Dangerous for consumers that select `*`, combine by position, join by NATURAL JOIN, or do not qualify names that
    the new column may share.

    Why:
        SQL that names its columns goes on as before.

    Example:
        before: {}
        after: {columns: {tail_number: {data_type: varchar}}}

    To do:
        Nothing. Describe the column, so that it can be used.
    """
    for column in pair.columns.added:
        type_ = f" ({column.data_type})" if column.data_type else ""
        yield Finding(columns=(column.name,), new=column.name, message=f"column {column.name}{type_} is new")


@rule("CHG007", "column-order", cls="dangerous", level="shape", refine="position", fields=("columns",), seen=("-", "-"))
def column_order(pair: VersionPair) -> Iterator[Finding]:
    """Columns stand in another order.

    The order of the columns in YAML is that of the relation when the contract is enforced. Columns that come or go
    do not count.

    Why:
        A consumer that combines rows by position, such as by `union all` of `*`, swaps values without an error.

    Example:
        before: {order: [flight_id, carrier, distance_km]}
        after: {order: [flight_id, distance_km, carrier]}

    To do:
        Put the columns back in their order, and add new ones at the end.
    """
    before, after = pair.order
    if before:
        columns = misplaced(before, after)
        message = f"columns stand in another order: {', '.join(columns)} moved"
        yield Finding(columns=tuple(columns), old=before, new=after, message=message)


@rule(
    "CHG008",
    "nested-field",
    cls="breaking",
    level="shape",
    refine="column",
    fields=("type:nested",),
    seen=("partly", "B/info"),
)
def nested_field(pair: ColumnPair) -> Iterator[Finding]:
    """A part of a nested type changed: a field of a struct, the element of a list, the key or value of a map.

    Judged as a column would be: a field that is gone is breaking, a new one safe, another order dangerous, another
    type by how its values fare.

    Why:
        Consumers reach into the value, and what they reach for is not there, or is something else.

    Example:
        before: {columns: {origin: {data_type: 'struct(code varchar, name varchar)'}}}
        after: {columns: {origin: {data_type: 'struct(code varchar)'}}}

    To do:
        Keep the field, or make the change in a new version.
    """
    for part in pair.type_change.parts:
        cls, bump, words = _judged_part(part)
        where = f"{pair.name}{'' if part.path.startswith(('[', '{')) or not part.path else '.'}{part.path}"
        yield Finding(old=part.old, new=part.new, key=part.path, cls=cls, bump=bump, message=f"{where} {words}")


def _judged_part(part: NestedChange) -> tuple[ChangeClass, Bump, str]:
    if part.kind == "added":
        return "safe", "minor", f"({part.new}) is new"
    if part.kind == "removed":
        return "breaking", "major", "is gone"
    if part.kind == "reordered" or part.change is None:
        return "dangerous", "minor", "has its fields in another order"
    cls, bump, words = judged_type(part.change.kind)
    return cls, bump, f"is {part.new}, not {part.old}: {words}"


@rule("CHG049", "product-added", cls="safe", level="bind")
def product_added(pair: InterfacePair) -> Iterator[Finding]:
    """There is a new product.

    Why:
        Nobody uses it yet. From now on what it promises is kept.

    Example:
        before: {product: null}
        after: {}

    To do:
        Nothing. A contract, an owner and a description help those who will use it.
    """
    for product in pair.added:
        if pair.old.access_of(product.name) is None:
            yield Finding(product=product.name, new=product.name, message=f"{product.name} is new")


@rule("CHG050", "version-added", cls="safe", level="bind", fields=("versions",))
def version_added(pair: ProductPair) -> Iterator[Finding]:
    """There is a new version of a product.

    Why:
        Refs that pin a version mean what they meant; where the others lead is told by `latest-version-moved`.

    Example:
        before: {product: {latest: 1}, versions: {1: {}}}
        after: {product: {latest: 1}, versions: {1: {}, 2: {}}}

    To do:
        Give the older version a deprecation date, so that consumers know how long they have.
    """
    for version in pair.added:
        label = product_key(pair.new.name, version.v)
        yield Finding(v=version.v, new=str(version.v), message=f"{label} is new")


@rule("CHG051", "versions-introduced", cls="safe", level="bind", fields=("versions",))
def versions_introduced(pair: ProductPair) -> Iterator[Finding]:
    """A product without versions has versions now.

    The product lives on in the version that promises the same, else in that of the same file, else in version 1: only
    what differs between the two is told.

    Why:
        Refs without a version go on to work: they mean the latest one.

    Example:
        before: {}
        after: {product: {latest: 1}, versions: {1: {}}}

    To do:
        Tell consumers that they may pin the version.
    """
    if pair.new.is_versioned and not pair.old.is_versioned:
        now = pair.versions[0].new.v
        message = f"{pair.old.name} has versions now, and lives on as version {now}"
        yield Finding(old=None, new=str(now), message=message)
