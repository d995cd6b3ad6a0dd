"""Rules about products and refs, over manifests that dbt 1 of the tests would not write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.linter import Linter
from mesh_tools.lint.outcome import Outcome
from mesh_tools.lint.policy import Policy
from mesh_tools.lint.providers import AT_HAND
from mesh_tools.lint.registry import built_in
from mesh_tools.lint.terms import Terms
from mesh_tools.mesh.config import LintSettings
from support.manifests import model, reader, stub, write_manifest

Nodes = dict[str, tuple[dict[str, Any], ...]]
ORDERS = model("shop", "orders", {"order_id": "integer"})
OLD = model("shop", "orders", {"order_id": "integer"}, v=1, latest=2, deprecation_date="2027-03-31T00:00:00+00:00")
NEW = model("shop", "orders", {"order_id": "integer"}, v=2)


def lint(folder: Path, projects: Mapping[str, tuple[dict[str, Any], ...]], code: str, **settings: Any) -> Outcome:
    """Ask one rule about manifests, on 1 March 2027."""
    rules = {code: settings} if settings else {}
    policy = Policy(built_in(), LintSettings(preset="none", select=(code,), rules=rules))
    inputs = [ProjectInput(manifest=write_manifest(folder / name, name, *nodes)) for name, nodes in projects.items()]
    return Linter(policy, AT_HAND, Terms(today=date(2027, 3, 1))).run(inputs)


def found(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Severity, subject and message of each finding."""
    return [(finding.severity, finding.subject, finding.message) for finding in outcome.findings]


def calling(node: dict[str, Any], name: str, package: str, version: int | None = None) -> dict[str, Any]:
    """``node`` with a call of ``ref``."""
    return {**node, "refs": [{"name": name, "package": package, "version": version}]}


class TestDeprecation:
    @pytest.fixture
    def mesh(self) -> Nodes:
        report = calling(reader("sales", "report", "select 1", OLD), "orders", "shop", 1)
        return {"shop": (OLD, NEW), "sales": (stub(OLD), stub(NEW), report)}

    def test_before_the_date_it_is_a_warning(self, mesh: Nodes, tmp_path: Path) -> None:
        label = "sales.report -> shop.orders.v1"
        expected = [("warn", label, "reads what is to go on 2027-03-31, in 30 days")]
        assert found(lint(tmp_path, mesh, "REF003")) == expected

    def test_long_before_the_date_it_is_nothing(self, mesh: Nodes, tmp_path: Path) -> None:
        assert found(lint(tmp_path, mesh, "REF003", notice_days=29)) == []

    def test_after_the_date_it_is_an_error(self, mesh: Nodes, tmp_path: Path) -> None:
        gone = {**OLD, "deprecation_date": "2027-03-01"}
        mesh["shop"] = (gone, NEW)
        expected = ("error", "sales.report -> shop.orders.v1", "reads what is deprecated since 2027-03-01")
        assert found(lint(tmp_path, mesh, "REF003")) == [expected]

    def test_a_policy_decides_after_all(self, mesh: Nodes, tmp_path: Path) -> None:
        mesh["shop"] = ({**OLD, "deprecation_date": "2020-01-01"}, NEW)
        (only,) = found(lint(tmp_path, mesh, "REF003", severity="info"))
        assert only[0] == "info"


def test_a_private_model_that_another_tool_resolves_is_no_product(tmp_path: Path) -> None:
    private = {**ORDERS, "access": "private"}
    report = calling(reader("sales", "report", "select 1", private), "orders", "shop")
    expected = [("error", "sales.report -> shop.orders", "reads a model of shop that is private, not public")]
    assert found(lint(tmp_path, {"shop": (private,), "sales": (report,)}, "REF001")) == expected


def test_a_product_may_be_kept_for_some_projects(tmp_path: Path) -> None:
    kept = {**ORDERS, "meta": {"mesh": {"allowed_consumers": ["stock"]}}}
    report = calling(reader("sales", "report", "select 1", kept), "orders", "shop")
    expected = [("error", "sales.report -> shop.orders", "reads a product that is for stock alone")]
    assert found(lint(tmp_path, {"shop": (kept,), "sales": (report,)}, "REF001")) == expected


def test_a_version_that_the_producer_does_not_have_is_nothing_to_read(tmp_path: Path) -> None:
    report = calling(reader("sales", "report", "select 1", OLD), "orders", "shop", 1)
    expected = ("error", "sales.report -> shop.orders.v1", "reads a version that shop does not have: it has v2")
    assert found(lint(tmp_path, {"shop": (NEW,), "sales": (report,)}, "REF008")) == [expected]


def test_a_ref_that_follows_an_older_latest_version_is_stale(tmp_path: Path) -> None:
    report = calling(reader("sales", "report", "select 1", OLD), "orders", "shop")
    message = "follows the latest version, which is v2 by now: the manifest is stale"
    mesh = {"shop": (OLD, NEW), "sales": (stub(OLD), report)}
    assert found(lint(tmp_path, mesh, "REF008")) == [("error", "sales.report -> shop.orders.v1", message)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from shop.main.orders",
        'select * from "SHOP"."main"."orders"',
        "select 1 from x join `shop`.`main`.`orders` on true",
    ],
)
def test_a_relation_of_another_project_by_name_bypasses_it(sql: str, tmp_path: Path) -> None:
    report = {**reader("sales", "report", "select 1"), "raw_code": sql}
    (only,) = found(lint(tmp_path, {"shop": (ORDERS,), "sales": (report,)}, "REF002"))
    assert only[1] == "sales.report -> shop.orders"


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 -- from shop.main.orders",
        "select 1 /* from shop.main.orders */",
        "select {# from shop.main.orders #} 1",
        "select 'from shop.main.orders'",
        "select * from main.orders",  # of the project's own database
        "select orders.id from {{ ref('shop', 'orders') }} as orders",
    ],
)
def test_what_only_looks_like_its_name_does_not(sql: str, tmp_path: Path) -> None:
    report = {**reader("sales", "report", "select 1"), "raw_code": sql}
    assert found(lint(tmp_path, {"shop": (ORDERS,), "sales": (report,)}, "REF002")) == []


def test_python_imports_are_no_relations(tmp_path: Path) -> None:
    report = {**reader("sales", "report", ""), "raw_code": "from main.orders import x", "language": "python"}
    orders = {**ORDERS, "database": "sales"}
    assert found(lint(tmp_path, {"shop": (orders,), "sales": (report,)}, "REF002")) == []


def test_an_ephemeral_product_cannot_be_read(tmp_path: Path) -> None:
    orders = {**ORDERS, "config": {"materialized": "ephemeral"}}
    expected = [("warn", "shop.orders", "is ephemeral: there is no relation that others could read")]
    assert found(lint(tmp_path, {"shop": (orders,)}, "PUB007")) == expected


def test_of_one_project_alone_nobody_can_tell_whether_a_product_is_read(tmp_path: Path) -> None:
    outcome = lint(tmp_path, {"shop": (ORDERS,)}, "PUB010")
    assert found(outcome) == []
    assert [one.need for one in outcome.not_checked] == ["the manifests of the other projects"]


def test_a_direction_without_an_arrow_is_not_checked(tmp_path: Path) -> None:
    report = calling(reader("sales", "report", "select 1", ORDERS), "orders", "shop")
    outcome = lint(tmp_path, {"shop": (ORDERS,), "sales": (report,)}, "REF007", forbid=["sales, shop"])
    assert [one.code for one in outcome.not_checked] == ["REF007"]


def test_a_primary_key_that_the_warehouse_does_not_enforce_is_no_grain(tmp_path: Path) -> None:
    orders = {
        **ORDERS,
        "config": {"materialized": "view", "contract": {"enforced": True}},
        "constraints": [{"type": "primary_key", "columns": ["order_id"]}],
    }
    message = "declares a primary key, order_id, that duckdb does not enforce for it"
    assert found(lint(tmp_path, {"shop": (orders,)}, "PUB004")) == [("warn", "shop.orders", message)]


def test_a_ref_without_version_is_told_the_ref_to_write(tmp_path: Path) -> None:
    report = calling(reader("sales", "report", "select 1", NEW), "orders", "shop")
    outcome = lint(tmp_path, {"shop": (OLD, NEW), "sales": (stub(NEW), report)}, "REF004")
    assert ["`ref('shop', 'orders', v=2)`" in finding.hint for finding in outcome.findings] == [True]
