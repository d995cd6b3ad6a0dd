"""What changed upstream of a project since its last sync, or since its lock, and whether that touches the project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from mesh_tools.interface.lock import LockDifference, locked_version
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Consumption, Interface, product_key

Touch = Literal["models", "may", "product", "not_columns", "not_used"]
"""``models``: models of the project use what changed. ``may``: models that were not traced may use it. ``product``: the
project uses the product, and no more is known. ``not_columns``: it uses the product, but no model used what changed
when the project was published last. ``not_used``: it does not use the product, or only other versions of it."""

_ORDER: tuple[Touch, ...] = ("models", "may", "product", "not_columns", "not_used")


class Uses(Struct, frozen=True, kw_only=True):
    """What a project uses of one upstream.

    Attributes:
        products: That its files ref, each with the versions meant, as text; no versions where they are not known.
        consumptions: Of its interface as published last.
    """

    products: Mapping[str, Collection[str | None]]
    consumptions: tuple[Consumption, ...] = ()


class News(Struct, frozen=True, kw_only=True):
    """A change upstream, and how it touches a project: ``by`` are the models of the project that use what changed."""

    change: Change
    touch: Touch
    by: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Whether the project uses the product."""
        return self.touch != "not_used"

    @property
    def text(self) -> str:
        """``operations.flights.v2: column carrier is gone``."""
        return f"{_subject(self.change)}: {self.change.message}"


class Unlocked(Struct, frozen=True, kw_only=True):
    """A product that is not as the lock has it: in words, and the changes as far as the locked promise is known."""

    difference: LockDifference
    text: str
    news: tuple[News, ...] = ()


def news(before: Interface, now: Interface, uses: Uses, *, today: date) -> tuple[News, ...]:
    """What changed from one interface of an upstream to the next; first what touches the project.

    Args:
        before: As the project has seen it last.
        now: As it is.
        uses: Of the project.
        today: Decides which deprecation dates are past.
    """
    found = [_news(change, uses) for change in _diff(before, now, today)]
    return tuple(sorted(found, key=lambda item: _ORDER.index(item.touch)))


def unlocked(
    difference: LockDifference, now: Interface, earlier: Iterable[Interface], uses: Uses, *, today: date
) -> Unlocked:
    """What is behind a difference between a lock and what would be used.

    Args:
        difference: Of one product.
        now: The upstream's interface.
        earlier: Interfaces of the upstream, of which one may be what was locked; the likeliest first.
        uses: Of the project.
        today: Decides which deprecation dates are past.
    """
    locked, used = difference.locked, difference.now
    named = used or locked
    label = f"{difference.upstream}.{named.key}" if named else difference.upstream
    if locked is None:
        return Unlocked(difference=difference, text=f"{label} is used, and not locked yet")
    if used is None:
        return Unlocked(difference=difference, text=f"{label} is locked, and not used")
    base = locked_version(earlier, locked)
    changes = _diff(base, now, today) if base else ()
    of_product = [change for change in changes if change.product == locked.product]
    about = [_news(change, uses) for change in of_product if change.v is None or str(change.v) in {locked.v, used.v}]
    text = f"{label}{_moved(difference)}"
    if base is None and locked.fingerprint != used.fingerprint:
        text += "; what changed is not known: the registry has not, or cannot list, what was locked"
    return Unlocked(difference=difference, text=text, news=tuple(about))


def _diff(before: Interface, now: Interface, today: date) -> tuple[Change, ...]:
    from mesh_tools.contracts.diff import diff  # noqa: PLC0415 - most syncs have nothing to compare

    return diff(before, now, today=today)


def _moved(difference: LockDifference) -> str:
    locked, now = difference.locked, difference.now
    if locked is None or now is None:
        return ""
    if locked.v != now.v:
        before = f"{difference.upstream}.{locked.key}"
        return f" is what a ref without version means now; it meant {before}"
    if locked.semantic_version != now.semantic_version:
        return f" changed from {locked.semantic_version} to {now.semantic_version}"
    return f" changed within {now.semantic_version}"


def _news(change: Change, uses: Uses) -> News:
    versions = uses.products.get(change.product)
    if versions is None or not _is_meant(change, versions):
        return News(change=change, touch="not_used")
    known = [use for use in uses.consumptions if use.product == change.product and _is_meant(change, (use.v,))]
    if not known:
        return News(change=change, touch="product")
    sure = [use for use in known if _is_hit(change, use) is True]
    unsure = [use for use in known if _is_hit(change, use) is None]
    touch: Touch = "models" if sure else "may" if unsure else "not_columns"
    by = tuple(sorted({name for use in sure or unsure for name in use.by}))
    return News(change=change, touch=touch, by=by)


def _is_meant(change: Change, versions: Collection[object]) -> bool:
    return change.v is None or not versions or str(change.v) in {str(v) for v in versions}


def _is_hit(change: Change, use: Consumption) -> bool | None:
    """Whether the models of ``use`` depend on what changed; ``None`` when their columns are not known."""
    from mesh_tools.contracts.rules.registry import RULES  # noqa: PLC0415 - as above

    rule = RULES.get(change.rule)
    refine = rule.refine if rule else "none"
    if refine == "unpinned":
        return not use.pinned
    if refine == "none" or not change.columns:
        return True
    if use.columns is None:
        return None
    if refine == "position":
        return bool(use.hazards)
    return bool({name.lower() for name in change.columns} & {name.lower() for name in use.columns})


def _subject(change: Change) -> str:
    return f"{change.project}.{product_key(change.product, change.v)}" if change.product else change.project
