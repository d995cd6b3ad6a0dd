"""A project's interface on two sides, what changed between them, and what that means: for every command and page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.diff import GRACE_DAYS, diff
from mesh_tools.contracts.operands.resolve import Side
from mesh_tools.contracts.semver import with_semantic_versions
from mesh_tools.errors import MeshError
from mesh_tools.interface.document.canonical import ordered
from mesh_tools.model.change import Change, Level, Verdict
from mesh_tools.model.interface import Consumption, Interface, Product, ProductVersion


class Terms(Struct, frozen=True, kw_only=True):
    """What a comparison is judged by.

    Attributes:
        today: Decides what dates mean.
        consumers: Says who uses what, as far as it is known; asked once something has changed.
        level: The strictness profile of the project.
        grace_days: How long before its end a deprecation is announced, at least.
        acknowledge_days: How long an acknowledgement counts, at most.
    """

    today: date
    consumers: Callable[[], Consumers] = Consumers.none
    level: Level = "guarantee"
    grace_days: int = GRACE_DAYS
    acknowledge_days: int = 180


class Comparison(Struct, frozen=True, kw_only=True):
    """What changed in one project.

    Attributes:
        project: Its name.
        base: What it is compared with; without an interface, everything is new.
        head: What it is.
        new: The interface of the head, with the semantic versions that its changes need, unless it has its own.
        changes: Between them, sorted.
        verdicts: One for each change, in the same order.
    """

    project: str
    base: Side
    head: Side
    new: Interface
    changes: tuple[Change, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def old(self) -> Interface | None:
        """The interface of the base."""
        return self.base.interface

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader has to know about either side."""
        return tuple(side.note for side in (self.base, self.head) if side.note)


def comparison_of(project: str, base: Side, head: Side, terms: Terms) -> Comparison:
    """Compare two sides of a project.

    Raises:
        MeshError: there is nothing at the head.
    """
    old, new = base.interface, _present(project, head)
    if old is not None and old.environment and new.environment and old.environment != new.environment:
        # Each environment has relations of its own: that they differ is no change.
        old, new = replace(old, relations={}), replace(new, relations={})
    changes = diff(old, new, today=terms.today, grace_days=terms.grace_days)
    if old is None or not changes:
        verdicts = _all_new(changes)
    else:
        verdicts = judge(changes, base=old, head=new, consumers=terms.consumers())
    numbered = new if head.is_numbered else with_semantic_versions(old, new, changes)
    return Comparison(project=project, base=base, head=head, new=numbered, changes=changes, verdicts=verdicts)


def with_known_logic(present: Interface, accepted: Interface | None) -> Interface:
    """``present`` with what was accepted of its logic and its consumptions, where its SQL was not compiled.

    So that accepting a project that was only parsed forgets nothing.
    """
    if accepted is None:
        return present
    products = tuple(_with_logic(product, accepted.product(product.name)) for product in present.products)
    known = {_reads(use): use for use in accepted.consumptions if use.columns is not None}
    uses: list[Consumption] = []
    for use in present.consumptions:
        same = [found for key, found in known.items() if key[:-1] == _reads(use)[:-1] and key[-1] <= set(use.by)]
        covered = {name for found in same for name in found.by}
        uses += same if use.columns is None and covered == set(use.by) else [use]
    # Neither is part of the promise, so the fingerprint stays.
    return ordered(replace(present, products=products, consumptions=tuple(uses)))


def _with_logic(product: Product, accepted: Product | None) -> Product:
    versions: list[ProductVersion] = []
    for version in product.versions:
        before = accepted.version(version.v) if accepted else None
        keeps = version.logic is None and before is not None
        versions.append(replace(version, logic=before.logic) if keeps and before else version)
    return replace(product, versions=tuple(versions))


def _reads(use: Consumption) -> tuple[str, str, str, bool, frozenset[str]]:
    return use.project, use.product, str(use.v), use.pinned, frozenset(use.by)


def _present(project: str, head: Side) -> Interface:
    if head.interface is None:
        raise MeshError(
            head.note or f"{project} has no interface at {head.label}",
            hint="swap --base and --head, or name another --head",
        )
    return head.interface


def _all_new(changes: tuple[Change, ...]) -> tuple[Verdict, ...]:
    """Nobody can rely on what was never promised."""
    reason = "nothing was promised before"
    return tuple(Verdict(change=change, effective="safe", bump="minor", reason=reason) for change in changes)
