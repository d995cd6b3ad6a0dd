"""Who answers for a product, and what it and its project are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_tools.contracts.pairs import WHOLE_PROJECT, InterfacePair, ProductPair
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.model.interface import Group, Owner


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


@rule("CHG069", "domain-changed", cls="safe", bump="none", level="meaning", fields=("domain",))
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


def _owner(owner: Owner) -> str:
    return owner.name or owner.email or owner.channel or "nobody"


def _plain_owner(owner: Owner) -> dict[str, str] | None:
    plain = {key: value for key in ("name", "email", "channel") if (value := getattr(owner, key))}
    return plain or None


def _plain_group(group: Group | None) -> dict[str, Any] | None:
    if group is None:
        return None
    return {"name": group.name, "description": group.description, "owner": _plain_owner(group.owner)}
