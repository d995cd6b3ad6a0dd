"""Which nodes of a project come first, which are spoilt by a failure, and which need not run again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mesh_tools.artifacts.manifest import Manifest, decode_manifest
from mesh_tools.build.jobs.nodes import (
    broken_products,
    buildable,
    finished_before,
    keeps_state,
    needed_for_products,
    selectors_of,
    stateful,
)
from mesh_tools.errors import Location

# A stub, private models, two products of which one reads the other, tests of several of them, and things aside.
NODES: dict[str, dict[str, Any]] = {
    "model.stock.products": {"tags": ["mesh_external"], "access": "public"},
    "seed.shop.countries": {},
    "model.shop.base": {"reads": ["model.stock.products", "source.shop.raw.events"]},
    "model.shop.orders": {"reads": ["model.shop.base"], "access": "public"},
    "model.shop.totals": {"reads": ["model.shop.orders", "seed.shop.countries"], "access": "public"},
    "model.shop.report": {"reads": ["model.shop.orders"]},
    "model.shop.audit": {"reads": ["model.shop.base"]},
    "test.shop.unique_base": {"reads": ["model.shop.base"]},
    "test.shop.totals_match_audit": {"reads": ["model.shop.totals", "model.shop.audit"]},
    "test.shop.report_is_fine": {"reads": ["model.shop.report"]},
    "snapshot.shop.prices": {"reads": ["model.shop.report"]},
    "analysis.shop.what_if": {"reads": ["model.shop.orders"]},
}
UNIT_TESTS = {"unit_test.shop.orders.adds_up": {"reads": ["model.shop.orders"]}}


def manifest(nodes: dict[str, dict[str, Any]] = NODES) -> Manifest:
    schema = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    document = {
        "metadata": {"dbt_schema_version": schema, "dbt_version": "1.11.0", "project_name": "shop"},
        "nodes": {key: node(key, written) for key, written in nodes.items()},
        "unit_tests": {key: node(key, written) for key, written in UNIT_TESTS.items()},
    }
    return decode_manifest(json.dumps(document).encode(), Location("manifest.json"))


def node(key: str, written: dict[str, Any]) -> dict[str, Any]:
    kind, package, *names = key.split(".")
    return {
        "unique_id": key,
        "resource_type": kind,
        "package_name": package,
        "name": names[-1],
        "fqn": [package, *names],
        "depends_on": {"nodes": written.get("reads", [])},
        "config": {"materialized": written.get("materialized", "table"), **written.get("config", {})},
        **{name: written[name] for name in ("access", "tags") if name in written},
    }


def short(keys: Any) -> set[str]:
    return {key.split(".")[-1] for key in keys}


def test_dbt_builds_all_but_stubs_and_analyses() -> None:
    everything = set(NODES) | set(UNIT_TESTS)
    assert set(buildable(manifest())) == everything - {"model.stock.products", "analysis.shop.what_if"}


def test_nodes_are_named_one_by_one() -> None:
    nodes = buildable(manifest())
    chosen = [nodes[key] for key in ("model.shop.orders", "unit_test.shop.orders.adds_up", "model.shop.orders")]
    assert selectors_of(chosen) == ["fqn:shop.orders", "fqn:shop.orders.adds_up"]


def test_products_need_what_they_read_and_what_tests_any_of_it() -> None:
    needed = short(needed_for_products(manifest()))
    assert needed == {
        "countries", "base", "orders", "totals", "unique_base", "adds_up", "totals_match_audit", "audit"
    }  # fmt: skip


def test_a_project_without_products_needs_nothing() -> None:
    nodes = {key: {**written, "access": "private"} for key, written in NODES.items()}
    assert needed_for_products(manifest(nodes)) == frozenset()


@pytest.mark.parametrize(
    ("failed", "broken"),
    [
        ("model.shop.base", {"orders", "totals"}),
        ("model.shop.totals", {"totals"}),
        ("seed.shop.countries", {"totals"}),
        ("model.shop.report", set()),
        ("test.shop.unique_base", {"orders", "totals"}),
        ("test.shop.totals_match_audit", {"totals"}),
        ("test.shop.report_is_fine", set()),
        ("unit_test.shop.orders.adds_up", {"orders", "totals"}),
        ("test.shop.of_another_time", set()),
    ],
)
def test_what_fails_breaks_the_products_that_are_made_of_it(failed: str, broken: set[str]) -> None:
    assert broken_products(manifest(), [failed]) == broken


class TestFinishedBefore:
    digests = dict.fromkeys([*NODES, *UNIT_TESTS], "same")

    def again(self, before: dict[str, str], now: dict[str, str]) -> set[str]:
        """The nodes that must run again."""
        found = manifest()
        return short(buildable(found).keys() - finished_before(before, now, found).keys())

    def test_what_was_finished_and_is_the_same_need_not_run_again(self) -> None:
        assert self.again(self.digests, self.digests) == set()

    def test_what_was_not_finished_runs_with_all_that_reads_it(self) -> None:
        before = {key: digest for key, digest in self.digests.items() if key != "model.shop.report"}
        assert self.again(before, self.digests) == {"report", "report_is_fine", "prices"}

    def test_what_was_mended_runs_with_all_that_reads_it(self) -> None:
        now = {**self.digests, "model.shop.totals": "mended"}
        assert self.again(self.digests, now) == {"totals", "totals_match_audit"}

    def test_a_test_that_failed_runs_alone(self) -> None:
        before = {key: digest for key, digest in self.digests.items() if key != "test.shop.unique_base"}
        assert self.again(before, self.digests) == {"unique_base"}

    def test_what_is_new_runs(self) -> None:
        before = {key: digest for key, digest in self.digests.items() if key != "seed.shop.countries"}
        assert self.again(before, self.digests) == {"countries", "totals", "totals_match_audit"}

    def test_without_anything_known_all_runs(self) -> None:
        assert self.again({}, self.digests) == short(buildable(manifest()))


@pytest.mark.parametrize(
    ("materialized", "expected"),
    [("table", set()), ("view", set()), ("ephemeral", set()), ("incremental", {"base"}), ("my_own", {"base"})],
)
def test_what_needs_its_earlier_data(materialized: str, expected: set[str]) -> None:
    nodes = {**NODES, "model.shop.base": {**NODES["model.shop.base"], "materialized": materialized}}
    assert short(stateful(manifest(nodes))) == expected | {"prices"}


def test_so_do_nodes_of_packages_but_no_stubs() -> None:
    nodes: dict[str, dict[str, Any]] = {
        "snapshot.calendar.holidays": {},
        "model.calendar.days": {"materialized": "incremental"},
        "model.stock.products": {"materialized": "incremental", "tags": ["mesh_external"]},
    }
    assert short(stateful(manifest(nodes))) == {"holidays", "days"}


@pytest.mark.parametrize(
    ("key", "written", "expected"),
    [
        ("model.shop.base", {}, False),
        ("model.shop.base", {"config": {"pre-hook": [], "post-hook": []}}, False),
        ("model.shop.base", {"config": {"pre-hook": [{"sql": "insert"}]}}, True),
        ("seed.calendar.days", {"config": {"post-hook": [{"sql": "insert"}]}}, True),
        ("model.shop.base", {"materialized": "incremental"}, True),
        ("operation.audit.audit-on-run-end-0", {}, True),
        ("model.stock.products", {"tags": ["mesh_external"], "config": {"pre-hook": [{"sql": "x"}]}}, False),
    ],
)
def test_hooks_may_need_what_an_earlier_build_has_left(key: str, written: dict[str, Any], *, expected: bool) -> None:
    assert keeps_state(manifest({key: written})) == expected
