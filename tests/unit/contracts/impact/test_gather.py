"""From where a question about impact is answered, and what is said of what is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_tools.contracts.impact.gather import gather
from mesh_tools.contracts.impact.impact import Known, impact
from mesh_tools.interface.document import sealed, to_yaml
from mesh_tools.interface.registry import open_registry
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Consumption, Interface, Product, ProductVersion
from support.compiled import manifest_of, write_manifest
from support.impact_meshes import SALES, SHOP, STUB


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A mesh of two projects, and an upstream that does not use mesh."""
    (tmp_path / "mesh.yml").write_text(
        "name: m\nprojects: [shop, sales]\nupstreams: {erp: {manifest: erp/manifest.json}}\n"
    )
    for name in ("shop", "sales"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dbt_project.yml").write_text(f"name: {name}\n")
    accounts = {"accounts": {"sql": "select 1 as id", "columns": ("id",), "access": "public"}}
    write_manifest(tmp_path / "erp" / "manifest.json", manifest_of("erp", accounts))
    return tmp_path


def known(root: Path, **manifests: Any) -> Known:
    paths = {name: write_manifest(root / name / "target" / "manifest.json", manifests[name]) for name in manifests}
    return gather(Workspace.open(root), "dev", paths)


def test_everything_at_hand_leaves_nothing_to_say(root: Path) -> None:
    found = known(root, shop=SHOP, sales=SALES)
    assert found.notes == ()
    assert set(found.interfaces) == {"shop", "sales", "erp"}
    assert found.lineage["model.sales.stg"].is_traced
    assert (root / ".mesh" / "cache" / "lineage.sqlite").is_file()


def test_a_project_that_was_only_parsed_is_said_to_need_a_compile(root: Path) -> None:
    parsed = manifest_of("sales", {"stg": {"reads": ["shop.orders.v2"], "stub_columns": STUB}})
    found = impact("shop.orders.v2.id", known(root, shop=SHOP, sales=parsed))
    assert [(use.label, use.effect) for use in found.uses if use.project == "sales"] == [("sales.stg", "may")]
    advice = "run `dbt compile` in it, or `mesh build --force --select sales`"
    assert found.notes == (f"sales was only parsed, so which columns it uses is not known: {advice}",)


def test_a_project_that_was_never_built_is_named(root: Path) -> None:
    assert known(root, shop=SHOP).notes == (
        "sales was never built, so what it uses is not known: run `mesh build --select +sales`",
    )


def test_a_project_without_manifest_is_known_by_what_it_published_or_committed(root: Path) -> None:
    uses = (Consumption(project="shop", product="orders", v=2, columns=("id",), by=("stg",)),)
    sales = sealed(Interface(project="sales", consumptions=uses, environment="dev"))
    (root / "sales" / "interface.yml").write_text(to_yaml(sales))
    committed = impact("orders.v2.id", known(root, shop=SHOP))
    assert [use.label for use in committed.uses if use.evidence == "published"] == ["sales.stg"]
    open_registry(".mesh/registry", base=root).publish(sealed(Interface(project="sales", environment="dev")))
    published = impact("orders.v2.id", known(root, shop=SHOP))
    assert [use.label for use in published.uses if use.evidence == "published"] == []


def test_a_project_of_another_repository_is_known_by_what_it_published(root: Path) -> None:
    uses = (Consumption(project="shop", product="items", columns=("id",), by=("far_away",)),)
    open_registry(".mesh/registry", base=root).publish(
        sealed(Interface(project="far", consumptions=uses, environment="dev"))
    )
    found = impact("shop.items.id", known(root, shop=SHOP, sales=SALES))
    assert [(use.label, use.effect) for use in found.uses] == [("far.far_away", "values")]


def test_a_damaged_interface_is_said_to_be_damaged(root: Path) -> None:
    place = root / ".mesh" / "registry" / "dev" / "far" / "current.json"
    place.parent.mkdir(parents=True)
    place.write_text("{")
    (note,) = known(root, shop=SHOP, sales=SALES).notes
    assert note.startswith("the interface of far cannot be read: ")


def test_a_damaged_manifest_is_said_to_be_damaged_and_what_was_published_counts(root: Path) -> None:
    uses = (Consumption(project="shop", product="items", columns=("id",), by=("stg",)),)
    open_registry(".mesh/registry", base=root).publish(
        sealed(Interface(project="sales", consumptions=uses, environment="dev"))
    )
    found = known(root, shop=SHOP, sales={})
    (note,) = found.notes
    assert note.startswith("the manifest of sales cannot be read: ")
    assert [use.label for use in impact("shop.items.id", found).uses] == ["sales.stg"]


def test_products_of_an_upstream_without_mesh_can_be_asked_for(root: Path) -> None:
    reader = manifest_of("sales", {"stg": {"reads": ["erp.accounts"], "stub_columns": {"erp.accounts": ("id",)},
                                           "sql": "select id from {accounts}"}})  # fmt: skip
    found = impact("erp.accounts.id", known(root, shop=SHOP, sales=reader))
    assert [(use.label, use.direct, use.effect) for use in found.uses] == [("sales.stg", True, "values")]


def test_a_product_that_was_renamed_in_the_registry_alone_is_not_what_the_manifest_says(root: Path) -> None:
    """The manifest is newer than what is published."""
    old = Product(name="former", versions=(ProductVersion(semantic_version="1.0.0", path="x.sql"),))
    open_registry(".mesh/registry", base=root).publish(
        sealed(Interface(project="shop", products=(old,), environment="dev"))
    )
    assert known(root, shop=SHOP, sales=SALES).interfaces["shop"].product("former") is None
