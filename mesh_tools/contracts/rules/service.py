"""How the product is served: how fresh, for how long, from where, to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_tools.contracts.pairs import WHOLE_PROJECT, ColumnPair, InterfacePair, VersionPair
from mesh_tools.contracts.rules.durations import days
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.model.interface import Freshness, Relation

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_TIERS = (None, "bronze", "silver", "gold")
_SAME_DURATION = 0.02  # a year is 365 days, three months are 90: months are not equally long
_QUICK_TO_READ = frozenset({"table"})


@rule("CHG031", "freshness-loosened", cls="breaking", level="service", fields=("freshness",), seen=("S", "B"))
def freshness_loosened(pair: VersionPair) -> Iterator[Finding]:
    """The data may be older than was promised, or nothing is promised any more.

    Dangerous where the age is no greater, but measured on another column: which is older is not known.

    Why:
        Decisions are made on data that is older than those who make them believe.

    Example:
        before: {freshness: {count: 6, period: hour}}
        after: {freshness: {count: 1, period: day}}

    To do:
        Agree with the consumers on the new age, or make the change in a new version.
    """
    old, new = pair.old.freshness, pair.new.freshness
    if old is None:
        return
    if new is None:
        yield Finding(old=_age(old), message=f"it is not promised any more how old the data may be: {_age(old)}")
    elif _seconds(new) > _seconds(old):
        yield Finding(old=_age(old), new=_age(new), message=f"the data may be {_age(new)} old, not {_age(old)}")
    elif _measure(pair, new) != old.column:
        before, after = old.column or "the last build", new.column or "the last build"
        message = f"the age of the data is measured on {after}, not on {before}: which is older is not known"
        ages = f"{_age(old)} by {before}", f"{_age(new)} by {after}"
        yield Finding(old=ages[0], new=ages[1], cls="dangerous", message=message)


@rule("CHG032", "freshness-tightened", cls="safe", level="service", fields=("freshness",), seen=("S", "info"))
def freshness_tightened(pair: VersionPair) -> Iterator[Finding]:
    """The data is promised to be fresher than before.

    Why:
        Consumers get what they had, earlier.

    Example:
        before: {freshness: {count: 1, period: day}}
        after: {freshness: {count: 6, period: hour}}

    To do:
        Nothing.
    """
    old, new = pair.old.freshness, pair.new.freshness
    if new is None or (old and _measure(pair, new) != old.column):
        return
    if old is None or _seconds(new) < _seconds(old):
        before = None if old is None else _age(old)
        yield Finding(old=before, new=_age(new), message=f"the data is at most {_age(new)} old from now on")


@rule("CHG033", "retention-shortened", cls="breaking", level="service", fields=("retention",), seen=("-", "info"))
def retention_shortened(pair: VersionPair) -> Iterator[Finding]:
    """Less history is kept, or it is not promised any more how much.

    Dangerous where one of the texts is no duration, so that they cannot be compared. More history is safe.

    Why:
        Comparisons with last year find nothing, and sums over all time shrink.

    Example:
        before: {retention: 2 years}
        after: {retention: 18 months}

    To do:
        Keep the history, or make the change in a new version.
    """
    old, new = pair.old.retention, pair.new.retention
    if not old and not new:
        return
    if not old:
        yield Finding(new=new, cls="safe", message=f"history is kept for {new}, as is promised now")
        return
    if not new:
        yield Finding(old=old, message=f"it is not promised any more how long history is kept: it was {old}")
        return
    before, after = days(old), days(new)
    if before is None or after is None:
        message = f"history is kept for {new}, not {old}: which is longer is not known"
        yield Finding(old=old, new=new, cls="dangerous", message=message)
    elif before == after or abs(before - after) <= _SAME_DURATION * min(before, after):
        message = f"history is kept for {new}, which is {old} in other words"
        yield Finding(old=old, new=new, cls="safe", bump="patch", message=message)
    elif after > before:
        yield Finding(old=old, new=new, cls="safe", message=f"history is kept for {new}, longer than {old}")
    else:
        yield Finding(old=old, new=new, message=f"history is kept for {new}, not {old}")


@rule(
    "CHG034",
    "materialization-changed",
    cls="dangerous",
    level="service",
    fields=("materialized",),
    seen=("B*/S", "info"),
)
def materialization_changed(pair: VersionPair) -> Iterator[Finding]:
    """The product is materialized in another way.

    Safe when it becomes a table, or was ephemeral. What a view no longer enforces is told by the rules of guarantees.

    Why:
        A view costs its consumers what the producer saved, and shows what its sources are now; an incremental table
        may keep rows that a full build would not have.

    Example:
        before: {materialized: table}
        after: {materialized: view}

    To do:
        Tell the consumers what reading costs now, and acknowledge the change.
    """
    old, new = pair.old.materialized, pair.new.materialized
    if new != "ephemeral":
        safe = new in _QUICK_TO_READ or old == "ephemeral"
        message = f"the product is materialized as {new}, not as {old}"
        yield Finding(old=old, new=new, cls="safe" if safe else None, bump="patch" if safe else None, message=message)


@rule("CHG035", "made-ephemeral", cls="breaking", level="bind", fields=("materialized",), seen=("parse error", "-"))
def made_ephemeral(pair: VersionPair) -> Iterator[Finding]:
    """The product has no relation any more: it is ephemeral.

    Why:
        There is nothing that another project could select from.

    Example:
        before: {materialized: table}
        after: {materialized: ephemeral}

    To do:
        Materialize it as a view, a table or incrementally.
    """
    if pair.new.materialized == "ephemeral":
        message = "the product is ephemeral: there is nothing to select from"
        yield Finding(old=pair.old.materialized, new="ephemeral", message=message)


@rule("CHG036", "relation-moved", cls="breaking", level="shape", fields=("relation",), seen=("S", "B name/info server"))
def relation_moved(pair: VersionPair) -> Iterator[Finding]:
    """The product lies in another database or schema, or under another name.

    Compared where both sides know relations of the same environment, or both are manifests. Refs that are resolved
    through the mesh follow the move.

    Why:
        Dashboards and notebooks that read the relation by its name find nothing, or data that is never renewed.

    Example:
        before: {interface: {relations: {flights: {schema: ops, identifier: flights}}}}
        after: {interface: {relations: {flights: {schema: operations, identifier: flights}}}}

    To do:
        Leave a view behind under the old name, for as long as a deprecation lasts.
    """
    if pair.relations and _is_elsewhere(*pair.relations):
        old, new = map(_place, pair.relations)
        yield Finding(old=old, new=new, message=f"the relation is {new}, not {old}")


@rule(
    "CHG037",
    "physical-layout",
    cls="dangerous",
    bump="patch",
    level="service",
    fields=("physical",),
    seen=("S", "info"),
)
def physical_layout(pair: VersionPair) -> Iterator[Finding]:
    """The warehouse lays the data out in another way: partitions, clusters, sort keys, indexes.

    Why:
        Queries that were quick and cheap because of the layout become slow and dear.

    Example:
        before: {physical: {partition_by: flight_date}}
        after: {physical: {partition_by: carrier}}

    To do:
        Tell the consumers that filter by the old keys, and acknowledge the change.
    """
    old, new = pair.old.physical, pair.new.physical
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before != after:
            words = f"{key} is {after}" if after is not None else f"{key} is not set any more"
            message = words if before is None else f"{words}, it was {before}"
            yield Finding(old=before, new=after, key=key, message=message)


@rule(
    "CHG038",
    "access-revoked",
    cls="breaking",
    level="service",
    fields=("relation", "row_policy", "columns"),
    seen=("-", "info"),
)
def access_revoked(pair: VersionPair) -> Iterator[Finding]:
    """Somebody may see less: a grant is revoked, rows are restricted, or a column is masked.

    A new grant is safe. A policy that is lifted is dangerous: what was hidden for a reason can be seen. Grants are
    compared where relations are, see `relation-moved`.

    Why:
        Queries fail for want of rights, or, worse, go on with fewer rows and masked values.

    Example:
        before: {}
        after: {row_policy: each airline sees its own flights}

    To do:
        Agree with those who lose sight of data first, or make the change in a new version.
    """
    yield from _row_policy(pair.old.row_policy, pair.new.row_policy)
    for column in pair.columns_that_differ("policies"):
        yield from _policies(column)
    if pair.relations:
        yield from _grants(pair.relations[0].grants, pair.relations[1].grants)


def _row_policy(old: str | None, new: str | None) -> Iterator[Finding]:
    if new and new != old:
        yield Finding(old=old, new=new, key="rows", message=f"rows are restricted: {new}")
    elif old and not new:
        message = f"rows are not restricted any more: they were by {old}"
        yield Finding(old=old, key="rows", cls="dangerous", message=message)


def _policies(pair: ColumnPair) -> Iterator[Finding]:
    old, new = set(pair.old.policies), set(pair.new.policies)
    if new - old:
        names = sorted(new - old)
        message = f"{pair.name} is under another policy: {', '.join(names)}"
        yield Finding(columns=(pair.name,), new=names, key="policy", message=message)
    if old - new:
        names = sorted(old - new)
        message = f"{pair.name} is not under the policy {', '.join(names)} any more"
        yield Finding(columns=(pair.name,), old=names, key="policy lifted", cls="dangerous", message=message)


def _grants(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for privilege in sorted({*old, *new}):
        before, after = set(old.get(privilege, ())), set(new.get(privilege, ()))
        if before - after:
            names = sorted(before - after)
            message = f"{', '.join(names)} may not {privilege} any more"
            yield Finding(old=names, key=f"grant {privilege}", message=message)
        if after - before:
            names = sorted(after - before)
            message = f"{', '.join(names)} may {privilege} from now on"
            yield Finding(new=names, key=f"grant {privilege} given", cls="safe", bump="patch", message=message)


@rule("CHG063", "tier-lowered", cls="breaking", level="service", fields=("tier",))
def tier_lowered(pair: VersionPair) -> Iterator[Finding]:
    """The product's tier is lower than was promised, or not promised any more.

    Why:
        Consumers planned for its availability.

    Example:
        before: {tier: gold}
        after: {tier: silver}

    To do:
        Agree with the consumers, or make the change in a new version.
    """
    old, new = pair.old.tier, pair.new.tier
    if _TIERS.index(new) < _TIERS.index(old):
        yield Finding(old=old, new=new, message=f"the tier is {new or 'not promised any more'}, not {old}")


@rule("CHG064", "tier-raised", cls="safe", level="service", fields=("tier",))
def tier_raised(pair: VersionPair) -> Iterator[Finding]:
    """The product's tier is higher than before, or promised for the first time.

    Why:
        Consumers get what they had, and more.

    Example:
        before: {tier: silver}
        after: {tier: gold}

    To do:
        Nothing.
    """
    old, new = pair.old.tier, pair.new.tier
    if _TIERS.index(new) > _TIERS.index(old):
        message = f"the tier is {new}, not {old}" if old else f"the tier is promised now: {new}"
        yield Finding(old=old, new=new, message=message)


@rule("CHG066", "warehouse-changed", cls="dangerous", level="bind", fields=("adapter",))
def warehouse_changed(pair: InterfacePair) -> Iterator[Finding]:
    """The products lie in a warehouse of another kind.

    Told once for the whole project. Types are compared by the table of the new warehouse.

    Why:
        Whether the consumers reach it, and whether their SQL means the same there, is not known.

    Example:
        before: {interface: {adapter: duckdb}}
        after: {interface: {adapter: snowflake}}

    To do:
        Move the consumers as well, or leave the old relations until they have moved; then acknowledge the change.
    """
    old, new = pair.old.adapter, pair.new.adapter
    if old and new:
        yield Finding(product=WHOLE_PROJECT, old=old, new=new, message=f"the warehouse is {new}, not {old}")


def same_freshness(pair: VersionPair) -> bool:
    """Whether the same freshness is promised in other words."""
    old, new = pair.old.freshness, pair.new.freshness
    if old is None or new is None or (old.count, old.period) == (new.count, new.period):
        return False
    return _seconds(old) == _seconds(new) and _measure(pair, new) == old.column


def _seconds(freshness: Freshness) -> int:
    return freshness.count * _SECONDS[freshness.period]


def _age(freshness: Freshness) -> str:
    return f"{freshness.count} {freshness.period}{'' if freshness.count == 1 else 's'}"


def _measure(pair: VersionPair, freshness: Freshness) -> str | None:
    return pair.before(freshness.column) if freshness.column else None


def _is_elsewhere(old: Relation, new: Relation) -> bool:
    """Whether a part that both know differs."""
    parts = ((old.database, new.database), (old.schema, new.schema), (old.identifier, new.identifier))
    return any(before and after and before != after for before, after in parts)


def _place(relation: Relation) -> str:
    return ".".join(part for part in (relation.database, relation.schema, relation.identifier) if part)
