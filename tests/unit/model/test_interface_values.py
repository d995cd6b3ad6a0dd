"""The small values of the model: refs as text, product keys, versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import Location
from mesh_tools.model.interface import (
    Group,
    Interface,
    Owner,
    Product,
    ProductVersion,
    Relation,
    Version,
    product_key,
    withheld_key,
)
from mesh_tools.model.project import Project, Upstream
from mesh_tools.model.refs import Ref

HERE = Location("models/a.sql", 1)


def _version(v: Version | None) -> ProductVersion:
    return ProductVersion(v=v, semantic_version="1.0.0", path="flights.sql")


@pytest.mark.parametrize(
    ("ref", "text", "key"),
    [
        pytest.param(Ref(None, "airports", None, HERE), "ref('airports')", "airports", id="own"),
        pytest.param(
            Ref("operations", "flights", None, HERE), "ref('operations', 'flights')", "flights", id="another project's"
        ),
        pytest.param(
            Ref("operations", "flights", 2, HERE), "ref('operations', 'flights', v=2)", "flights.v2", id="pinned"
        ),
        pytest.param(Ref(None, "flights", "2", HERE), "ref('flights', v='2')", "flights.v2", id="pinned by a string"),
        pytest.param(Ref(None, "flights", 2.5, HERE), "ref('flights', v=2.5)", "flights.v2.5", id="pinned by a float"),
    ],
)
def test_a_ref_is_shown_as_one_would_write_it(ref: Ref, text: str, key: str) -> None:
    assert str(ref) == text
    assert ref.key == key


@pytest.mark.parametrize(("v", "key"), [(None, "flights"), (1, "flights.v1"), ("1a", "flights.v1a")])
def test_product_key_is_dbts_own_name(v: Version | None, key: str) -> None:
    assert product_key("flights", v) == key


def test_a_version_is_found_by_its_text_since_dbt_takes_both_forms() -> None:
    product = Product(name="flights", latest=1, versions=(_version(1), _version(2)))
    assert product.version(2) == product.version("2") == _version(2)
    assert product.version(3) is None
    assert product.is_versioned


def test_an_unpinned_ref_means_the_latest_version() -> None:
    assert Product(name="flights", latest=1, versions=(_version(1), _version(2))).latest_version.v == 1
    assert Product(name="flights", latest=9, versions=(_version(1), _version(2))).latest_version.v == 2
    assert not Product(name="airports", versions=(_version(None),)).is_versioned


def test_an_owner_is_reachable_by_mail_or_channel() -> None:
    assert Owner(email="a@example.com").reachable
    assert Owner(channel="#a").reachable
    assert not Owner(name="A").reachable
    assert not Group(name="g").owner.reachable


def test_an_interface_answers_by_name() -> None:
    product = Product(name="flights", versions=(_version(2),))
    interface = Interface(
        project="operations",
        products=(product,),
        relations={"flights.v2": Relation(identifier="flights_v2")},
        withheld={withheld_key("operations", "stg_flights"): "protected"},
    )
    assert interface.product("flights") is product
    assert interface.product("x") is None
    assert interface.relation("flights", 2) == Relation(identifier="flights_v2")
    assert interface.relation("flights", None) is None
    assert interface.access_of("flights") == "public"
    assert interface.access_of("stg_flights") == "protected"
    assert interface.access_of("x") is None


def test_a_withheld_name_stays_at_home() -> None:
    key = withheld_key("operations", "stg_flights")
    assert "stg" not in key
    assert key != withheld_key("planning", "stg_flights")


def test_a_project_lists_its_upstreams_in_the_order_of_the_file(tmp_path: Path) -> None:
    upstreams = (Upstream("b", HERE), Upstream("a", HERE))
    project = Project(name="p", path=tmp_path, domain="p", upstreams=upstreams, where=HERE)
    assert project.upstream_names == ("b", "a")
