"""The changelog of products: what each publication changed, and for whom."""

from __future__ import annotations

from mesh_tools.model.interface import Interface
from mesh_tools.site.facts.product import Release
from mesh_tools.site.gather.releases import by_product, releases_of
from support.worlds import consumer, project, use, world

FIRST = project("operations", {}, at="2026-01-01T00:00:00Z")
WITHOUT_CARRIER = project("operations", {"columns": {"carrier": None}}, at="2026-02-01T00:00:00Z")
PLANNING = consumer("planning", use("int_a", columns=["carrier"]), at="2026-01-15T00:00:00Z")


def releases(*promises: Interface, others: tuple[Interface, ...] = ()) -> list[Release]:
    history = {"operations": promises, **{other.project: (other,) for other in others}}
    found = releases_of(world(promises[-1], *others, history=history))
    return [release for release in found if release.project == "operations"]


def test_the_first_publication_is_new_and_changes_nothing() -> None:
    (release,) = releases(FIRST)
    assert (release.first, release.changes, release.at) == (True, (), "2026-01-01T00:00:00Z")


def test_the_newest_comes_first_with_what_it_changed() -> None:
    newest, oldest = releases(FIRST, WITHOUT_CARRIER)
    assert [change.name for change in newest.changes] == ["column-removed"]
    assert oldest.first


def test_a_change_says_which_projects_of_the_time_it_hits() -> None:
    newest, _ = releases(FIRST, WITHOUT_CARRIER, others=(PLANNING,))
    (change,) = newest.changes
    assert change.effective == "breaking"
    assert [(effect.project, effect.effect, effect.models) for effect in change.effects] == [
        ("planning", "breaking", 1)
    ]


def test_names_of_private_models_are_in_no_effect() -> None:
    newest, _ = releases(FIRST, WITHOUT_CARRIER, others=(PLANNING,))
    assert "int_a" not in repr(newest)


def test_a_product_that_goes_and_one_that_comes() -> None:
    later = project("operations", {"product": None, "others": {"routes": {}}}, at="2026-03-01T00:00:00Z")
    found = {release.product: release for release in releases(FIRST, later) if release.at == "2026-03-01T00:00:00Z"}
    assert found["flights"].gone
    assert found["routes"].first


def test_a_product_that_was_renamed_goes_on_and_keeps_its_history() -> None:
    later = {"product": None, "others": {"departures": {"product": {"renamed_from": ["flights"]}}}}
    found = releases(FIRST, project("operations", later, at="2026-03-01T00:00:00Z"))
    newest, oldest = found
    assert (newest.product, newest.first, newest.gone) == ("departures", False, False)
    assert "product-removed" in [change.name for change in newest.changes]
    assert (oldest.product, oldest.first) == ("flights", True)
    assert by_product(found, [project("operations", later)]) == {("operations", "departures"): (newest, oldest)}


def test_a_name_that_another_product_has_by_now_keeps_its_own_history() -> None:
    later = project("operations", {"others": {"departures": {"product": {"renamed_from": ["flights"]}}}})
    (release,) = found = releases(FIRST)
    assert by_product(found, [later]) == {("operations", "flights"): (release,)}


MOVED = project("operations", {"path": "secret/flights.sql"}, at="2026-02-01T00:00:00Z")


def test_where_a_file_lies_is_no_news_for_others() -> None:
    (release,) = releases(FIRST, MOVED)
    assert release.first


def test_where_a_file_lies_is_news_for_who_may_see_everything() -> None:
    newest, _ = releases_of(world(MOVED, history={"operations": (FIRST, MOVED)}, profile="all"))
    assert "secret/flights.sql" in newest.changes[0].message


def test_without_a_history_there_is_none() -> None:
    assert releases_of(world(FIRST)) == ()
