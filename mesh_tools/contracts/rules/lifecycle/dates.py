"""Until when versions and columns are kept, and where refs without a version lead."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import ColumnPair, ProductPair, VersionPair
from mesh_tools.contracts.pairs.context import parsed
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.model.interface import Product, Version


@rule(
    "CHG042",
    "latest-version-moved",
    cls="dangerous",
    level="service",
    refine="unpinned",
    fields=("latest", "versions"),
    seen=("S", "-"),
)
def latest_version_moved(pair: ProductPair) -> Iterator[Finding]:
    """A ref without a version leads to another version now.

    Breaking when the version that it leads to breaks the one that it led to. Refs that pin a version are not concerned.

    Why:
        Consumers who did not pin a version get another product without having asked for it.

    Example:
        before: {product: {latest: 1}, versions: {1: {}, 2: {}}}
        after: {product: {latest: 2}, versions: {1: {}, 2: {}}}

    To do:
        Ask the consumers to pin the old version first. Keep `latest_version` where it is until they have.
    """
    was_missing, is_missing = _is_missing(pair.old), _is_missing(pair.new)
    if was_missing or is_missing:
        if was_missing != is_missing:
            yield _refused(pair, now=is_missing)
    elif pair.latest is not None:
        old, new = pair.latest.old.v, pair.latest.new.v
        message = f"a ref without a version means {_version(new)}, not {_version(old)}"
        breaking = [change.message for change in pair.judge(pair.latest) if change.cls == "breaking"]
        if breaking:
            others = f", and {len(breaking) - 1} more" if len(breaking) > 1 else ""
            message = f"{message}, which it breaks: {breaking[0]}{others}"
        yield Finding(old=_text(old), new=_text(new), cls="breaking" if breaking else None, message=message)


def _refused(pair: ProductPair, *, now: bool) -> Finding:
    old, new = _text(pair.old.latest), _text(pair.new.latest)
    if now:
        message = f"a ref without a version is refused: the latest, {new}, is not public"
        return Finding(old=old, new=new, key="refused", cls="breaking", message=message)
    message = f"a ref without a version is not refused any more: it means {_version(pair.new.latest)}"
    return Finding(old=old, new=new, key="refused", cls="safe", message=message)


def _is_missing(product: Product) -> bool:
    """Whether the latest version is not public."""
    return product.latest is not None and product.version(product.latest) is None


@rule("CHG043", "deprecation-set", cls="safe", level="service", fields=("deprecation_date",), seen=("S", "info"))
def deprecation_set(pair: VersionPair) -> Iterator[Finding]:
    """A version has a deprecation date now.

    Dangerous when the date is nearer than the grace period of the mesh (`contracts.grace_days` in `mesh.yml`), or is
    no date.

    Why:
        Consumers have until then to move; that must be long enough.

    Example:
        before: {}
        after: {deprecation_date: '2030-01-01'}

    To do:
        Tell the consumers, and what to use instead.
    """
    date = pair.new.deprecation_date
    if date and not pair.old.deprecation_date:
        yield _end_is_set(
            pair.context.days_until(date), pair.context.grace_days, f"the version is deprecated as of {date}", date
        )


@rule("CHG044", "deprecation-moved", cls="breaking", level="service", fields=("deprecation_date",), seen=("S", "info"))
def deprecation_moved(pair: VersionPair) -> Iterator[Finding]:
    """A deprecation date is earlier than was announced.

    Safe when it is later, or there is none any more; dangerous when one of the two is no date.

    Why:
        Consumers planned by the date.

    Example:
        before: {deprecation_date: '2030-01-01'}
        after: {deprecation_date: '2029-01-01'}

    To do:
        Keep the date.
    """
    old, new = pair.old.deprecation_date, pair.new.deprecation_date
    if old:
        yield _end_is_moved("the version", old, new)


@rule("CHG059", "column-deprecated", cls="safe", level="guarantee", refine="column", fields=("deprecated_until",))
def column_deprecated(pair: ColumnPair) -> Iterator[Finding]:
    """A column is marked deprecated until a date.

    Dangerous when the date is nearer than the grace period of the mesh (`contracts.grace_days` in `mesh.yml`), or is
    no date.

    Why:
        Consumers have until then to do without it; that must be long enough.

    Example:
        before: {}
        after: {columns: {carrier: {deprecated_until: '2030-01-01'}}}

    To do:
        Tell the consumers, and what to use instead.
    """
    date, context = pair.new.deprecated_until, pair.context
    if date and not pair.old.deprecated_until:
        words = f"{pair.name} is deprecated until {date}"
        yield _end_is_set(context.days_until(date), context.grace_days, words, date)


@rule(
    "CHG060",
    "column-deprecation-moved",
    cls="breaking",
    level="guarantee",
    refine="column",
    fields=("deprecated_until",),
)
def column_deprecation_moved(pair: ColumnPair) -> Iterator[Finding]:
    """The date until which a deprecated column is kept is earlier than was announced.

    Safe when it is later, or there is none any more; dangerous when one of the two is no date.

    Why:
        Consumers planned by the date.

    Example:
        before: {columns: {carrier: {deprecated_until: '2030-01-01'}}}
        after: {columns: {carrier: {deprecated_until: '2029-01-01'}}}

    To do:
        Keep the date.
    """
    old, new = pair.old.deprecated_until, pair.new.deprecated_until
    if old:
        yield _end_is_moved(pair.name, old, new)


def _end_is_set(left: int | None, grace: int, what: str, date: str) -> Finding:
    if left is None:
        return Finding(new=date, cls="dangerous", message=f"{what}, which is no date")
    if left < grace:
        when = f"in {left} days" if left > 0 else "which is now or past"
        return Finding(new=date, cls="dangerous", message=f"{what}, {when}: less than the {grace} days of grace")
    return Finding(new=date, message=what)


def _end_is_moved(what: str, old: str, new: str | None) -> Finding:
    if not new:
        return Finding(old=old, cls="safe", message=f"{what} is not deprecated any more: it was until {old}")
    before, after = parsed(old), parsed(new)
    if before is None or after is None:
        message = f"{what} is deprecated as of {new}, not {old}: which is earlier is not known"
        return Finding(old=old, new=new, cls="dangerous", message=message)
    if before == after:
        return Finding(
            old=old, new=new, cls="safe", bump="patch", message=f"{what} is deprecated as of {new}, as before"
        )
    message = f"{what} is deprecated as of {new}, {'later' if after > before else 'earlier'} than {old}"
    return Finding(old=old, new=new, cls="safe" if after > before else None, message=message)


def _version(v: Version | None) -> str:
    return "the product without versions" if v is None else f"version {v}"


def _text(v: Version | None) -> str | None:
    return None if v is None else str(v)
