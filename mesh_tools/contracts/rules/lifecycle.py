"""Who may use the product, until when, who answers for it; and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from mesh_tools.contracts.pairs import WHOLE_PROJECT, ColumnPair, InterfacePair, ProductPair, VersionPair
from mesh_tools.contracts.pairs.context import parsed
from mesh_tools.contracts.rules.labels import plain_meta, plain_tags, rank, sensitivity
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.contracts.rules.service import same_freshness
from mesh_tools.model.interface import Column, Group, Owner, Product, ProductVersion, Version

_LABELS = ("tags", "meta", "columns")


@rule("CHG039", "access-narrowed", cls="breaking", level="bind", seen=("S", "-"))
def access_narrowed(pair: InterfacePair) -> Iterator[Finding]:
    """A product is not public any more: it is protected or private now.

    Known when the new side knows the models that are not public, as a manifest and a registry do; else the product
    is told as removed.

    Why:
        Other projects may use public models alone: their refs are refused.

    Example:
        before: {}
        after: {product: null, interface: {withheld: {flights: protected}}}

    To do:
        Keep it public until its consumers have moved; give it a deprecation date that says until when.
    """
    for product in pair.removed:
        access = pair.new.access_of(product.name)
        if access is not None:
            yield Finding(
                product=product.name, old="public", new=access, message=f"{product.name} is {access}, not public"
            )


@rule("CHG040", "made-public", cls="safe", level="bind", seen=("S", "-"))
def made_public(pair: InterfacePair) -> Iterator[Finding]:
    """A model that was protected or private is public now: a product.

    Why:
        Nobody used it from outside. From now on what it promises is kept.

    Example:
        before: {product: null, interface: {withheld: {flights: protected}}}
        after: {}

    To do:
        Give it a contract, an owner and a description.
    """
    for product in pair.added:
        access = pair.old.access_of(product.name)
        if access is not None:
            message = f"{product.name} is public, not {access}"
            yield Finding(product=product.name, old=access, new="public", message=message)


@rule("CHG041", "contract-not-enforced", cls="breaking", level="guarantee", fields=("contract",), seen=("B", "-"))
def contract_not_enforced(pair: VersionPair) -> Iterator[Finding]:
    """The contract is not enforced any more.

    Constraints that no longer hold because of it are told by their own rules.

    Why:
        Names and types of the columns may change without anything that fails.

    Example:
        before: {contract: true}
        after: {contract: false}

    To do:
        Keep `contract: {enforced: true}`, or make the change in a new version.
    """
    if pair.old.contract:
        yield Finding(old=True, new=False, message="the contract is not enforced any more")


@rule("CHG065", "contract-enforced", cls="safe", level="guarantee", fields=("contract",))
def contract_enforced(pair: VersionPair) -> Iterator[Finding]:
    """The contract is enforced from now on.

    Why:
        What is declared of columns and types holds.

    Example:
        before: {contract: false}
        after: {contract: true}

    To do:
        Nothing.
    """
    if pair.new.contract:
        yield Finding(old=False, new=True, message="the contract is enforced from now on")


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


@rule("CHG059", "column-deprecated", cls="safe", level="service", refine="column", fields=("deprecated_until",))
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
    "CHG060", "column-deprecation-moved", cls="breaking", level="service", refine="column", fields=("deprecated_until",)
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


@rule("CHG061", "allowed-consumers-narrowed", cls="breaking", level="bind", fields=("allowed_consumers",))
def allowed_consumers_narrowed(pair: ProductPair) -> Iterator[Finding]:
    """Projects that might use the product may not any more.

    Why:
        Their refs are refused.

    Example:
        before: {product: {allowed_consumers: [punctuality, weather]}}
        after: {product: {allowed_consumers: [punctuality]}}

    To do:
        Ask the projects that lose access to move first.
    """
    old, new = pair.old.allowed_consumers, pair.new.allowed_consumers
    if new is not None and old is None:
        message = f"{pair.old.name} is for {', '.join(new) or 'no project'} alone, not for every project"
        yield Finding(new=list(new), message=message)
    elif new is not None and old is not None and (gone := sorted({*old} - {*new})):
        yield Finding(old=gone, message=f"{pair.old.name} is not for {', '.join(gone)} any more")


@rule("CHG062", "allowed-consumers-widened", cls="safe", level="bind", fields=("allowed_consumers",))
def allowed_consumers_widened(pair: ProductPair) -> Iterator[Finding]:
    """More projects may use the product.

    Why:
        Those who use it today are not concerned.

    Example:
        before: {product: {allowed_consumers: [punctuality]}}
        after: {product: {allowed_consumers: [punctuality, weather]}}

    To do:
        Nothing.
    """
    old, new = pair.old.allowed_consumers, pair.new.allowed_consumers
    if old is not None and new is None:
        message = f"{pair.old.name} is for every project, not for {', '.join(old) or 'no project'} alone"
        yield Finding(old=list(old), message=message)
    elif new is not None and old is not None and (come := sorted({*new} - {*old})):
        yield Finding(new=come, message=f"{pair.old.name} is for {', '.join(come)} as well")


@rule(
    "CHG045",
    "owner-changed",
    cls="safe",
    bump="patch",
    level="meaning",
    fields=("owner", "group", "groups"),
    seen=("-", "info"),
)
def owner_changed(pair: ProductPair) -> Iterator[Finding]:
    """The product has another owner, belongs to another group, or its group is described otherwise.

    Why:
        Consumers must know whom to ask.

    Example:
        before: {product: {owner: {email: ops@example.com}}}
        after: {product: {owner: {email: flights@example.com}}}

    To do:
        Tell the consumers.
    """
    old, new = pair.old, pair.new
    if old.group != new.group:
        message = f"the group is {new.group or 'none'}, not {old.group or 'none'}"
        yield Finding(old=old.group, new=new.group, key="group", message=message)
    if old.owner != new.owner:
        message = f"the owner is {_owner(new.owner)}, not {_owner(old.owner)}"
        yield Finding(old=_plain_owner(old.owner), new=_plain_owner(new.owner), key="owner", message=message)
    elif old.group == new.group and pair.groups[0] != pair.groups[1]:
        before, after = map(_plain_group, pair.groups)
        message = f"the group {new.group} is described otherwise"
        yield Finding(old=before, new=after, key="group", message=message)


@rule("CHG069", "domain-changed", cls="safe", bump="patch", level="meaning", fields=("domain",))
def domain_changed(pair: InterfacePair) -> Iterator[Finding]:
    """The project belongs to another domain.

    Told once for the whole project.

    Why:
        Other people answer for it.

    Example:
        before: {interface: {domain: operations}}
        after: {interface: {domain: flights}}

    To do:
        Tell the consumers.
    """
    old, new = pair.old.domain, pair.new.domain
    message = f"the domain is {new or 'not stated'}{f', not {old}' if old else ''}"
    yield Finding(product=WHOLE_PROJECT, old=old, new=new, message=message)


@rule("CHG067", "project-renamed", cls="breaking", level="bind", fields=("project",))
def project_renamed(pair: InterfacePair) -> Iterator[Finding]:
    """The project has another name.

    Told once for the whole project; its products are compared as if it had kept its name.

    Why:
        Every ref names the project.

    Example:
        before: {interface: {project: operations}}
        after: {interface: {project: flight_operations}}

    To do:
        Keep the name; or publish the products in a new project, and keep the old one until consumers have moved.
    """
    old, new = pair.old.project, pair.new.project
    yield Finding(product=WHOLE_PROJECT, old=old, new=new, message=f"the project {old} is called {new} now")


@rule(
    "CHG046",
    "classification-raised",
    cls="dangerous",
    level="meaning",
    refine="column",
    fields=_LABELS,
    seen=("-", "info"),
)
def classification_raised(pair: VersionPair) -> Iterator[Finding]:
    """A column, or the whole product, is more sensitive than it was declared: up to `pii`.

    By `classification` in `meta.mesh`, or a tag or key of `meta` that says PII. Classifying something as `public` for
    the first time is safe.

    Why:
        Consumers must protect what they copied when it was not classified.

    Example:
        before: {columns: {carrier: {classification: public}}}
        after: {columns: {carrier: {classification: pii}}}

    To do:
        Tell every consumer that holds a copy, and acknowledge the change.
    """
    for name, columns, before, after in _labelled(pair):
        old, new = sensitivity(before), sensitivity(after)
        if rank(new) > rank(old):
            first = old is None and new == "public"
            message = f"{name} is classified as {new}{f', not as {old}' if old else ''}"
            found = Finding(columns=columns, old=old, new=new, message=message)
            yield replace(found, cls="safe", bump="patch") if first else found


@rule(
    "CHG047",
    "classification-lowered",
    cls="dangerous",
    level="meaning",
    fields=_LABELS,
    seen=("-", "info"),
)
def classification_lowered(pair: VersionPair) -> Iterator[Finding]:
    """A column, or the whole product, is less sensitive than it was declared, or not classified any more.

    By `classification` in `meta.mesh`, or a tag or key of `meta` that says PII.

    Why:
        If the values are what they were, personal data leaks.

    Example:
        before: {columns: {carrier: {classification: pii}}}
        after: {columns: {carrier: {classification: internal}}}

    To do:
        Let the owner, or who answers for privacy, approve it; name them in the acknowledgement.
    """
    for name, columns, before, after in _labelled(pair):
        old, new = sensitivity(before), sensitivity(after)
        if rank(new) < rank(old):
            message = f"{name} is {f'classified as {new}' if new else 'not classified any more'}, it was {old}"
            yield Finding(columns=columns, old=old, new=new, message=message)


@rule(
    "CHG048",
    "documentation-changed",
    cls="safe",
    bump="patch",
    level="meaning",
    fields=("path", "freshness", *_LABELS),
    seen=("-", "info"),
)
def documentation_changed(pair: VersionPair) -> Iterator[Finding]:
    """Tags or `meta` that no other rule reads, the file of the model, or a promise in other words that are the same.

    Why:
        Nothing is promised otherwise.

    Example:
        before: {tags: [daily]}
        after: {tags: [hourly]}

    To do:
        Nothing.
    """
    if pair.old.path != pair.new.path:
        message = f"the file is {pair.new.path}, not {pair.old.path}"
        yield Finding(old=pair.old.path, new=pair.new.path, key="path", message=message)
    if same_freshness(pair):
        yield Finding(key="freshness", message="the freshness is promised in other words")
    for name, columns, before, after in _labelled(pair):
        yield from _labels(name, columns, before, after)


@rule("CHG068", "earlier-names", cls="safe", bump="patch", level="meaning", fields=("renamed_from",))
def earlier_names(pair: ProductPair) -> Iterator[Finding]:
    """The earlier names of a product are listed otherwise.

    Why:
        A ref to an earlier name fails either way; only what the error says differs.

    Example:
        before: {}
        after: {product: {renamed_from: [departures]}}

    To do:
        Nothing.
    """
    if {*pair.old.renamed_from, pair.old.name} - {pair.new.name} != {*pair.new.renamed_from} - {pair.new.name}:
        old, new = list(pair.old.renamed_from), list(pair.new.renamed_from)
        message = f"the earlier names are {', '.join(new) or 'not listed any more'}"
        yield Finding(old=old, new=new, message=message)


def _labelled(
    pair: VersionPair,
) -> Iterator[tuple[str, tuple[str, ...], Column | ProductVersion, Column | ProductVersion]]:
    """The version, then each column whose labels differ: name, columns, before, now."""
    yield pair.product, (), pair.old, pair.new
    for column in pair.columns_that_differ("classification", "tags", "meta"):
        yield column.name, (column.name,), column.old, column.new


def _labels(
    name: str, columns: tuple[str, ...], old: Column | ProductVersion, new: Column | ProductVersion
) -> Iterator[Finding]:
    # What speaks of privacy is told by the classification, where that changes.
    told = sensitivity(old) != sensitivity(new)
    is_column = bool(columns)
    sides: dict[str, tuple[Any, Any]] = {
        "tags": (plain_tags(old.tags), plain_tags(new.tags)) if told else (list(old.tags), list(new.tags)),
        "meta": (
            plain_meta(old.meta, column=is_column, privacy=not told),
            plain_meta(new.meta, column=is_column, privacy=not told),
        ),
    }
    if isinstance(old, Column) and isinstance(new, Column) and not told:
        sides["classification"] = (old.classification, new.classification)
    for key, (before, after) in sides.items():
        if before != after:
            message = f"{key} of {name} changed"
            yield Finding(columns=columns, old=before, new=after, key=key, message=message)


def _version(v: Version | None) -> str:
    return "the product without versions" if v is None else f"version {v}"


def _text(v: Version | None) -> str | None:
    return None if v is None else str(v)


def _owner(owner: Owner) -> str:
    return owner.name or owner.email or owner.channel or "nobody"


def _plain_owner(owner: Owner) -> dict[str, str] | None:
    plain = {key: value for key in ("name", "email", "channel") if (value := getattr(owner, key))}
    return plain or None


def _plain_group(group: Group | None) -> dict[str, Any] | None:
    if group is None:
        return None
    return {"name": group.name, "description": group.description, "owner": _plain_owner(group.owner)}
