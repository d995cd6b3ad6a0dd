"""Who uses a product, a version or a column, across three small projects with real SQL."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from mesh_tools.contracts.impact.impact import Known, impact
from mesh_tools.contracts.impact.values import Impact, Use
from mesh_tools.interface.document import sealed
from mesh_tools.model.interface import Consumption, Interface, Owner, Product, ProductVersion
from support.compiled import manifest_of
from support.impact_meshes import SALES, SHOP, TAX, known_of


@pytest.fixture(scope="module")
def mesh() -> Known:
    """All three projects, traced."""
    return known_of({"shop": SHOP, "sales": SALES, "tax": TAX})


def use(found: Impact, label: str) -> Use:
    return next(use for use in found.uses if use.label == label)


def labels(found: Impact) -> list[str]:
    return [use.label for use in found.uses]


def made(found: Impact, label: str) -> dict[str, str]:
    return {one.column: one.kind for one in use(found, label).made}


def test_a_product_is_used_directly_and_downstream_in_every_project(mesh: Known) -> None:
    found = impact("shop.orders.v2", mesh)
    assert labels(found)[:2] == ["sales.stg", "shop.open_orders"]
    assert [use.label for use in found.uses if use.direct] == ["sales.stg", "shop.open_orders"]
    assert set(labels(found)) == {
        "sales.stg", "sales.open", "sales.counted", "sales.totals", "sales.ids", "sales.magic", "sales.spell",
        "sales.exposure:board", "shop.open_orders", "tax.due",
    }  # fmt: skip
    assert use(found, "sales.stg").reads == ("amount", "id", "state")
    assert use(found, "shop.open_orders").reads == ("id", "state")
    assert use(found, "tax.due").through == ("sales.stg", "sales.totals")
    assert found.untouched == ()


def test_a_version_is_used_by_those_alone_who_read_it(mesh: Known) -> None:
    assert labels(impact("shop.orders.v1", mesh)) == []
    assert labels(impact("orders", mesh)) == labels(impact("shop.orders.v2", mesh))


def test_a_column_is_followed_through_renames_and_computations(mesh: Known) -> None:
    found = impact("shop.orders.v2.state", mesh)
    assert made(found, "sales.stg") == {"status": "rename"}
    assert made(found, "sales.totals") == {"label": "transform"}
    assert use(found, "sales.totals").uses == ("group",)
    assert use(found, "sales.totals").effect == "values"


def test_a_column_that_decides_rows_is_told_apart_also_further_on(mesh: Known) -> None:
    found = impact("shop.orders.v2.state", mesh)
    assert (use(found, "shop.open_orders").effect, use(found, "shop.open_orders").uses) == ("rows", ("filter",))
    assert (use(found, "sales.open").effect, use(found, "sales.open").uses) == ("rows", ("filter",))
    assert (use(found, "sales.counted").effect, use(found, "sales.counted").rows) == ("rows", True)


def test_what_was_not_traced_may_use_it_and_what_rests_on_that_too(mesh: Known) -> None:
    found = impact("shop.orders.v2.amount", mesh)
    assert (use(found, "sales.magic").effect, use(found, "sales.magic").reason) == ("may", "a Python model")
    assert use(found, "sales.spell").effect == "may"
    assert use(found, "sales.exposure:board").effect == "may"


def test_what_does_not_use_a_column_is_named_apart(mesh: Known) -> None:
    found = impact("shop.orders.v2.amount", mesh)
    assert found.untouched == ("sales.counted", "sales.ids", "sales.open", "shop.open_orders")
    assert made(found, "tax.due") == {"due": "aggregate"}


def test_owners_are_told_but_not_those_of_the_product(mesh: Known) -> None:
    found = impact("shop.orders.v2.amount", mesh)
    assert [(notice.owner.email, notice.nodes) for notice in found.notify] == [
        ("board@example.com", ("sales.exposure:board",)),
        ("sales@example.com", ("sales.magic", "sales.spell", "sales.stg", "sales.totals")),
    ]
    assert found.unowned == ("tax.due",)
    assert use(found, "sales.exposure:board").url == "https://bi.example.com/board"


def test_without_lineage_everything_downstream_may_use_a_column() -> None:
    found = impact("orders.v2.id", known_of({"shop": SHOP, "sales": SALES}, traced=False))
    assert {use.effect for use in found.uses} == {"may"}
    assert found.untouched == ()


OTHER = Interface(
    project="far",
    owner=Owner(email="far@example.com"),
    consumptions=(
        Consumption(project="sales", product="totals", columns=("label",), indirect=("label",), by=("filtered",)),
        Consumption(project="sales", product="totals", columns=("total",), by=("summed",)),
        Consumption(project="sales", product="counted", by=("unseen",)),
        Consumption(project="shop", product="orders", v=2, columns=("id",), by=("keys",)),
        Consumption(project="shop", product="orders", v=2, by=("exposure:page",)),
    ),
    products=(Product(name="report", versions=(ProductVersion(semantic_version="1.0.0", path="x.sql"),)),),
)
READER = manifest_of(
    "last", {"end": {"reads": ["far.report"], "stub_columns": {"far.report": ("x",)}, "sql": "select x from {report}"}}
)


@pytest.fixture(scope="module")
def wide() -> Known:
    """A fourth project is known by what it published alone; a fifth reads it."""
    return known_of({"shop": SHOP, "sales": SALES, "last": READER}, sealed(OTHER))


def test_a_project_that_only_published_is_looked_at_by_its_consumptions(wide: Known) -> None:
    found = impact("shop.orders.v2.state", wide)
    far = {use.node: use.effect for use in found.uses if use.project == "far"}
    assert far == {
        "filtered": "rows",
        "summed": "rows",  # of groups by the column
        "unseen": "may",
        "exposure:page": "may",
        "report": "may",
    }
    assert {use.evidence for use in found.uses if use.project == "far"} == {"published"}
    assert "far.keys" in found.untouched
    assert any(note.startswith("far is known by what it published alone") for note in found.notes)


def test_a_column_goes_into_what_a_project_says_it_selects(wide: Known) -> None:
    found = impact("shop.orders.v2.amount", wide)
    assert use(found, "far.summed").effect == "values"
    assert use(found, "far.summed").owner.email == "far@example.com"


def test_any_product_of_such_a_project_may_be_made_of_it(wide: Known) -> None:
    found = impact("shop.orders.v2.amount", wide)
    assert use(found, "last.end").effect == "may"
    assert use(found, "last.end").through[-1] == "far.report"


def test_the_product_of_such_a_project_can_be_asked_for(wide: Known) -> None:
    assert labels(impact("far.report", wide)) == ["last.end"]
    assert use(impact("far.report", wide), "last.end").reads == ("x",)
    assert impact("far.report", wide).notes == (
        "the manifest of far is not at hand, so what else in it uses the product is not known",
    )


def test_projects_that_read_each_other_are_no_endless_loop() -> None:
    one = replace(OTHER, project="one", consumptions=(Consumption(project="two", product="report", by=("a",)),))
    two = replace(OTHER, project="two", consumptions=(Consumption(project="one", product="report", by=("b",)),))
    found = impact("one.report", known_of({}, sealed(one), sealed(two)))
    assert labels(found) == ["two.b", "two.report", "one.a"]


def test_a_source_that_another_project_builds_is_a_use_of_its_product() -> None:
    reader = json.loads(
        json.dumps(manifest_of("past", {"stg": {"sql": 'select state from "memory"."shop"."orders_v2"'}}))
    )
    reader["nodes"]["model.past.stg"]["depends_on"] = {"nodes": ["source.past.raw.orders"]}
    reader["sources"] = {
        "source.past.raw.orders": {
            "resource_type": "source", "unique_id": "source.past.raw.orders", "name": "orders", "source_name": "raw",
            "package_name": "past", "database": "memory", "schema": "shop", "identifier": "orders_v2",
            "relation_name": '"memory"."shop"."orders_v2"',
        }
    }  # fmt: skip
    found = impact("orders.v2.state", known_of({"shop": SHOP, "past": reader}))
    assert (use(found, "past.stg").direct, made(found, "past.stg")) == (True, {"state": "pass"})
    assert labels(impact("orders.v2.amount", known_of({"shop": SHOP, "past": reader}))) == []


def test_a_column_in_other_letters_is_the_same_column(mesh: Known) -> None:
    assert impact("orders.v2.STATE", mesh) == impact("orders.v2.state", mesh)


def test_a_product_that_nobody_uses_has_no_impact(mesh: Known) -> None:
    found = impact("items", mesh)
    assert (found.uses, found.notify, found.unowned, found.notes) == ((), (), (), ())
