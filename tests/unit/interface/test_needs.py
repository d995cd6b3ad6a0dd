"""What a project needs from upstream, told from its refs alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import ExitCode, Location
from mesh_tools.interface.needs import Needs, needs_of
from mesh_tools.mesh.local_names import LocalNames
from mesh_tools.model.interface import Interface, Product, ProductVersion
from mesh_tools.model.project import Project, Upstream
from mesh_tools.model.refs import Ref

PLACE = Location("models/report.sql", 3, 9)
KNOWN = ("shop", "stock", "sales", "far")


def interface(project: str, *names: str) -> Interface:
    version = ProductVersion(semantic_version="1.0.0", path="x.sql")
    return Interface(project=project, products=tuple(Product(name=name, versions=(version,)) for name in names))


SALES = Project(
    name="sales",
    path=Path("/sales"),
    domain="sales",
    upstreams=(Upstream("shop", Location("dependencies.yml", 2)), Upstream("stock", Location("dependencies.yml", 3))),
    where=Location("dbt_project.yml"),
)
UPSTREAMS = {"shop": interface("shop", "orders", "items"), "stock": interface("stock", "items", "places")}


def needs(
    *refs: tuple[str | None, str], nodes: frozenset[str] = frozenset(), described: dict[str, Location] | None = None
) -> Needs:
    local = LocalNames(nodes, described or {})
    found = (Ref(project, name, None, PLACE) for project, name in refs)
    return needs_of(SALES, found, local, UPSTREAMS, KNOWN)


def test_two_argument_refs_are_needed_once_each() -> None:
    found = needs(("shop", "orders"), ("shop", "items"), ("shop", "orders"), ("stock", "items"))
    assert found.products == {"shop": frozenset({"orders", "items"}), "stock": frozenset({"items"})}
    assert found.errors == found.warnings == ()


@pytest.mark.parametrize(
    "ref", [(None, "own"), ("sales", "own"), ("dbt_utils", "anything"), (None, "of_a_package")], ids=str
)
def test_refs_that_stay_at_home_need_nothing(ref: tuple[str | None, str]) -> None:
    assert needs(ref, nodes=frozenset({"own"})) == Needs(products={})


def test_a_model_of_its_own_wins_over_a_product_of_that_name() -> None:
    assert needs((None, "orders"), nodes=frozenset({"orders"})) == Needs(products={})


def test_a_one_argument_ref_is_needed_and_warned_of() -> None:
    found = needs((None, "orders"))
    assert found.products == {"shop": frozenset({"orders"})}
    assert found.errors == ()
    (warning,) = found.warnings
    assert warning.message.startswith("ref('orders') has no project: it means shop's product")
    assert (warning.hint, warning.where, warning.exit_code) == ("write ref('shop', 'orders')", PLACE, ExitCode.OK)


def test_a_one_argument_ref_that_two_upstreams_could_mean_is_refused() -> None:
    found = needs((None, "items"))
    (error,) = found.errors
    assert error.message == "ref('items') may mean a product of shop or of stock"
    assert error.hint == "write ref('shop', 'items'), or another project"
    assert found.products == {}


def test_a_project_that_is_not_declared_is_refused_with_what_to_declare() -> None:
    (error,) = needs(("far", "orders")).errors
    assert error.message == "sales uses far without declaring it"
    assert error.hint is not None
    assert "dependencies.yml: projects: [{name: far}]" in error.hint
    assert "packages.yml: packages: [{local: .mesh/far}]" in error.hint


def test_a_declared_upstream_without_an_interface_is_not_complained_of_twice() -> None:
    local = LocalNames(frozenset(), {})
    found = needs_of(SALES, [Ref("stock", "items", None, PLACE)], local, {"shop": UPSTREAMS["shop"]}, KNOWN)
    assert found == Needs(products={})


def test_a_yaml_entry_named_like_a_stub_is_refused_at_its_place() -> None:
    entry = Location("models/models.yml", 7)
    (error,) = needs(("shop", "orders"), described={"orders": entry, "items": entry}).errors
    assert error.message == "this entry describes 'orders', which is a product of shop and no model of this project"
    assert error.where == entry


def test_every_mistake_is_told_at_once() -> None:
    found = needs(("shop", "nothing"), ("far", "x"), (None, "items"), ("shop", "orders"))
    assert len(found.errors) == 3
    assert found.products == {"shop": frozenset({"orders"})}
