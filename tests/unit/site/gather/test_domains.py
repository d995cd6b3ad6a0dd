"""Domains, and who depends on whom."""

from __future__ import annotations

from mesh_tools.site.facts.graph import MapFacts
from mesh_tools.site.gather.domains import domains_of, map_of
from mesh_tools.site.gather.products import paths_of
from mesh_tools.site.gather.world import World
from support.worlds import consumer, project, use, world

OPERATIONS = project("operations", {"product": {"latest": 2}, "versions": {1: {}, 2: {}}})


def map_for(found: World) -> MapFacts:
    return map_of(found, paths_of(found))


def test_a_coupling_counts_the_models_that_read_each_version() -> None:
    uses = use(("int_a", "int_b"), v=2), use("int_c", v=1)
    (coupling,) = map_for(world(OPERATIONS, consumer("planning", *uses))).couplings
    assert (coupling.producer, coupling.consumer, coupling.strength) == ("operations", "planning", 3)
    assert [(ref.product, ref.models) for ref in coupling.refs] == [
        ("operations.flights.v1", 1),
        ("operations.flights.v2", 2),
    ]


def test_a_ref_that_follows_the_latest_version_is_not_pinned() -> None:
    found = world(OPERATIONS, consumer("planning", use("int_a", v=2, pinned=False)))
    assert not map_for(found).couplings[0].refs[0].pinned


def test_what_has_no_versions_cannot_be_left_unpinned() -> None:
    found = world(project("operations", {}), consumer("planning", use("int_a", pinned=False)))
    assert map_for(found).couplings[0].refs[0].pinned


def test_projects_of_one_domain_are_not_coupled() -> None:
    found = world(OPERATIONS, consumer("planning", use("int_a", v=2)), domains={"operations": "air", "planning": "air"})
    assert map_for(found).couplings == ()


def test_a_circle_of_domains_is_told() -> None:
    planning = project("planning", {"product": None, "others": {"seats": {}}}, use("int_a", v=2))
    back = {"project": "planning", "product": "seats", "by": ["int_b"]}
    operations = project("operations", {"product": {"latest": 2}, "versions": {1: {}, 2: {}}}, back)
    assert map_for(world(operations, planning)).cycles == (("operations", "planning", "operations"),)


def test_a_producer_that_published_nowhere_is_a_domain_without_products() -> None:
    found = world(consumer("planning", use("int_a")))
    boxes = {box.name: box.products for box in map_for(found).domains}
    assert boxes == {"operations": 0, "planning": 0}
    assert [domain.name for domain in domains_of(found)] == ["operations", "planning"]


def test_the_purpose_of_a_domain_is_that_of_the_mesh_file() -> None:
    found = world(OPERATIONS, domains={"operations": "air"}, purposes={"air": "What flies."})
    assert [(domain.name, domain.purpose) for domain in domains_of(found)] == [("air", "What flies.")]
