"""Who uses a product version, and what of it."""

from __future__ import annotations

from mesh_tools.site.facts.product import ConsumerFacts
from mesh_tools.site.gather.consumers import consumers_of
from mesh_tools.site.gather.products import paths_of
from mesh_tools.site.gather.world import World
from support.worlds import consumer, project, use, world

OPERATIONS = project("operations", {})
VERSIONED = project("operations", {"product": {"latest": 2}, "versions": {1: {}, 2: {}}})


def consumers(found: World, key: str = "flights") -> tuple[ConsumerFacts, ...]:
    return consumers_of(found, paths_of(found)).get(("operations", key), ())


def test_private_models_are_a_count() -> None:
    found = world(OPERATIONS, consumer("planning", use(("int_a", "int_b"), columns=["carrier"])))
    (fact,) = consumers(found)
    assert (fact.name, fact.models, fact.href) == ("2 internal models of planning", 2, None)


def test_private_models_that_use_other_columns_stand_apart() -> None:
    uses = use("int_a", columns=["carrier"]), use("int_b", columns=["carrier", "flight_id"], indirect=["flight_id"])
    facts = consumers(world(OPERATIONS, consumer("planning", *uses)))
    assert [(fact.selected, fact.filtered) for fact in facts] == [(("carrier",), ()), (("carrier",), ("flight_id",))]


def test_for_everybody_who_may_see_them_private_models_have_names() -> None:
    (fact,) = consumers(world(OPERATIONS, consumer("planning", use("int_a")), profile="all"))
    assert fact.name == "planning.int_a"


def test_a_product_that_reads_a_product_has_its_name_and_page() -> None:
    planning = project("planning", {"others": {"seats": {}}, "product": None}, use("seats", columns=["carrier"]))
    (fact,) = consumers(world(OPERATIONS, planning))
    assert (fact.name, fact.href) == ("planning.seats", "products/planning/seats/index.html")


def test_an_exposure_is_known_by_name_where_only_interfaces_are_known() -> None:
    (fact,) = consumers(world(OPERATIONS, consumer("planning", use("exposure:seat_plan"))))
    assert (fact.kind, fact.name) == ("exposure", "seat_plan")


def test_what_was_not_traced_is_not_taken_for_nothing() -> None:
    (fact,) = consumers(world(OPERATIONS, consumer("planning", use("int_a"))))
    assert fact.selected is None


def test_a_ref_without_a_version_follows_the_latest_one() -> None:
    found = world(VERSIONED, consumer("planning", use("int_a", v=1, pinned=False), use("int_b", v=1)))
    assert [fact.models for fact in consumers(found, "flights.v2")] == [1]
    assert [fact.pinned for fact in consumers(found, "flights.v1")] == [True]


def test_a_use_of_what_no_longer_is_there_is_nobodys() -> None:
    found = world(OPERATIONS, consumer("planning", use("int_a", product="gone")))
    assert consumers_of(found, paths_of(found)) == {}
