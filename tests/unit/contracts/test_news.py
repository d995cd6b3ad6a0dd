"""What a sync tells of upstream: what changed, how bad that is, and whether it touches the project."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from msgspec.structs import replace

from mesh_tools.contracts.news import Uses, news, unlocked
from mesh_tools.interface.lock import LockDifference, LockedProduct, promise_fingerprint
from mesh_tools.model.interface import Consumption, Interface
from support.interfaces import interface_from

TODAY = date(2027, 1, 15)
CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "news.yml").read_text(encoding="utf-8")
)
NOW = interface_from({"columns": {"carrier": None}, "others": {"airports": {}}})
BEFORE = interface_from({"others": {"airports": {}}})
USES = Uses(products={"flights": {None}})


def uses_of(case: dict[str, Any]) -> Uses:
    refs = case.get("refs", [])
    v = int(refs[0]) if refs else None
    common = {"project": "operations", "product": "flights", "v": v}
    consumptions = msgspec.convert([{**common, **use} for use in case.get("uses", [])], tuple[Consumption, ...])
    return Uses(products={} if refs is None else {"flights": frozenset(refs)}, consumptions=consumptions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_change_is_told_with_what_it_touches(case: dict[str, Any]) -> None:
    found = news(interface_from(case.get("before", {})), interface_from(case["after"]), uses_of(case), today=TODAY)
    assert [[item.text, item.change.cls, item.touch, list(item.by)] for item in found] == [case["news"]]


def test_what_touches_the_project_comes_first() -> None:
    before = interface_from({"others": {"airports": {}}})
    now = interface_from({"columns": {"carrier": None}, "others": {"airports": {"columns": {"carrier": None}}}})
    assert [item.used for item in news(before, now, USES, today=TODAY)] == [True, False]


def entry(interface: Interface, **fields: Any) -> LockedProduct:
    product = interface.product("flights")
    assert product is not None
    version = product.versions[0]
    standard = LockedProduct(
        product="flights",
        v=None if version.v is None else str(version.v),
        semantic_version=version.semantic_version,
        fingerprint=promise_fingerprint(product, version),
    )
    return replace(standard, **fields)


def told(locked: LockedProduct | None, now: LockedProduct | None, *earlier: Interface) -> tuple[str, list[str]]:
    difference = LockDifference(upstream="operations", locked=locked, now=now)
    found = unlocked(difference, NOW, earlier, USES, today=TODAY)
    return found.text, [item.text for item in found.news]


def test_what_is_not_locked_is_told_by_its_changes_since_then() -> None:
    text, changes = told(entry(BEFORE), entry(NOW), NOW, BEFORE)
    assert text == "operations.flights changed within 1.0.0"
    assert changes == ["operations.flights: column carrier is gone"]


def test_changes_are_not_known_when_what_was_locked_is_nowhere() -> None:
    text, changes = told(entry(BEFORE), entry(NOW, semantic_version="1.1.0"), NOW)
    assert text.startswith("operations.flights changed from 1.0.0 to 1.1.0; what changed is not known: ")
    assert changes == []


def test_a_new_semantic_version_of_the_same_promise_is_told_without_changes() -> None:
    text, changes = told(entry(NOW), entry(NOW, semantic_version="1.1.0"), NOW)
    assert (text, changes) == ("operations.flights changed from 1.0.0 to 1.1.0", [])


def test_what_is_used_and_not_locked_or_locked_and_not_used_is_told() -> None:
    assert told(None, entry(NOW))[0] == "operations.flights is used, and not locked yet"
    assert told(entry(NOW), None)[0] == "operations.flights is locked, and not used"


def test_a_ref_without_version_is_told_what_it_means_now() -> None:
    before, now = (entry(NOW, v=v, follows_latest=True) for v in ("1", "2"))
    expected = "operations.flights.v2 is what a ref without version means now; it meant operations.flights.v1"
    assert told(before, now)[0] == expected
