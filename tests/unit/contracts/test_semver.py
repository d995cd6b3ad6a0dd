"""Semantic versions: what the next one is, and that of each version of an interface."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.semver import next_version, with_semantic_versions
from mesh_tools.interface.document import fingerprint
from mesh_tools.model.change import Bump, Change
from mesh_tools.model.interface import Interface, ProductVersion
from support.interfaces import interface_from
from support.meshes import REPOSITORY

CASES: list[dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "tests" / "cases" / "contracts" / "semantic_versions.yml").read_text(encoding="utf-8")
)
TODAY = date(2027, 1, 15)


def change(bump: Bump) -> Change:
    return Change(
        rule="CHG048", name="x", project="p", product="flights", cls="safe", bump=bump, level="meaning", message="x"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["says"]))
def test_the_next_semantic_version(case: dict[str, Any]) -> None:
    old = None if case["old"] is None else ProductVersion(semantic_version=case["old"], path="flights.sql")
    assert next_version(old, [change(bump) for bump in case["bumps"]], case["v"]) == case["next"]


def accepted(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, str]:
    """The semantic version of each product version after ``after`` was accepted."""
    old, new = None if before is None else interface_from(before), interface_from(after)
    result = with_semantic_versions(old, new, diff(old, new, today=TODAY))
    assert result.fingerprint == fingerprint(result)
    return versions_of(result)


def versions_of(interface: Interface) -> dict[str, str]:
    return {
        f"{product.name} {version.v}": version.semantic_version
        for product in interface.products
        for version in product.versions
    }


def test_a_change_concerns_its_own_version_alone() -> None:
    before = {
        "versions": {1: {"semantic_version": "1.2.3"}, 2: {"semantic_version": "2.0.5"}},
        "product": {"latest": 1},
    }
    after = {"versions": {1: {}, 2: {"tier": "gold"}}, "product": {"latest": 2}}
    assert accepted(before, after) == {"flights 1": "1.2.3", "flights 2": "2.1.0"}


def test_a_change_of_a_product_concerns_all_its_versions() -> None:
    before = {"versions": {1: {}, 2: {"semantic_version": "2.0.0"}}, "product": {"latest": 1}}
    after = {**before, "product": {"latest": 1, "owner": {"name": "Ops"}}, "others": {"airports": {}}}
    assert accepted(before, after) == {"airports None": "1.0.0", "flights 1": "1.0.1", "flights 2": "2.0.1"}


def test_a_change_of_the_whole_project_concerns_all_versions() -> None:
    before = {"others": {"airports": {"semantic_version": "1.4.2"}}}
    after = {**before, "interface": {"adapter": "snowflake"}}
    assert accepted(before, after) == {"airports None": "1.5.0", "flights None": "1.1.0"}


def test_a_model_that_loses_its_versions_goes_on_as_its_latest() -> None:
    before = {"versions": {1: {"semantic_version": "1.2.3"}, 2: {}}, "product": {"latest": 1}}
    assert accepted(before, {"path": "marts/flights_v1.sql", "tags": ["a"]}) == {"flights None": "1.2.4"}


def test_a_new_version_leaves_the_old_one_as_it_was() -> None:
    before = {"versions": {1: {"semantic_version": "1.2.3"}}, "product": {"latest": 1}}
    after = {"versions": {1: {}, 2: {"columns": {"carrier": None}}}, "product": {"latest": 2}}
    assert accepted(before, after) == {"flights 1": "1.2.3", "flights 2": "2.0.0"}


def test_a_model_that_gets_versions_goes_on() -> None:
    before = {"semantic_version": "1.2.3", "path": "marts/flights_v1.sql"}
    after = {"versions": {1: {"tier": "gold"}, 2: {}}, "product": {"latest": 1}}
    assert accepted(before, after) == {"flights 1": "1.3.0", "flights 2": "2.0.0"}


def test_a_renamed_product_goes_on() -> None:
    after = {"product": {"name": "departures", "renamed_from": ["flights"]}, "tags": ["a"], "path": "marts/flights.sql"}
    assert accepted({"semantic_version": "1.2.3"}, after) == {"departures None": "1.2.4"}


def test_what_was_never_accepted_begins() -> None:
    assert accepted(None, {"versions": {1: {}, 2: {}}, "semantic_version": "9.9.9"}) == {
        "flights 1": "1.0.0",
        "flights 2": "2.0.0",
    }
