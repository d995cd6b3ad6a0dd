"""Who may use a product, and whether its contract is enforced."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import InterfacePair, ProductPair, VersionPair
from mesh_tools.contracts.rules.rule import Finding, rule


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
