"""The files of an interface package, from an interface: names, places, bytes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from mesh_tools.errors import MeshError
from mesh_tools.interface.package.macros import ANY_ENVIRONMENT
from mesh_tools.interface.package.render import PackageSettings, render_package
from mesh_tools.mesh.config import Guards
from mesh_tools.model.interface import (
    Column,
    Group,
    Guarantee,
    Interface,
    Owner,
    Product,
    ProductVersion,
    Relation,
)

SETTINGS = PackageSettings(default_environment="dev")
COLUMNS = (
    Column(name="id", data_type="int", canonical_type="INTEGER", description="Key.", unit="1", tags=("key",)),
    Column(name="Name", data_type="text", canonical_type="VARCHAR", quote=True, meta={"pii": True}),
)
GUARANTEES = (
    Guarantee(kind="not_null", columns=("id",), carrier="constraint"),
    Guarantee(kind="primary_key", columns=("id", "Name"), carrier="constraint"),
    Guarantee(kind="check", arguments={"expression": "id > 0"}, carrier="constraint"),
    Guarantee(kind="unique", columns=("id",), carrier="test"),
)
ORDERS = Product(
    name="orders",
    latest=1,
    group="team",
    versions=(
        ProductVersion(
            v=1,
            semantic_version="1.2.0",
            path="marts/orders_v1.sql",
            columns=COLUMNS,
            guarantees=GUARANTEES,
            contract=True,
            deprecation_date="2027-01-31",
            tags=("daily",),
            description="One row an order.",
        ),
        ProductVersion(v=2, semantic_version="2.0.0", path="marts/orders_v2.py", columns=COLUMNS),
    ),
)
ITEMS = Product(name="items", versions=(ProductVersion(semantic_version="1.0.0", path="items.sql"),))
SHOP = Interface(
    project="shop",
    adapter="duckdb",
    groups=(Group(name="team", owner=Owner(name="Team", email="team@x.org", channel="#team")),),
    products=(ITEMS, ORDERS),
)
RELATIONS = {
    "orders.v1": {"dev": Relation(database="shop", schema="main", identifier="orders_v1")},
    "orders.v2": {
        "dev": Relation(database="shop", schema="main", identifier="orders_v2"),
        "prod": Relation(database="p", schema="s", identifier="orders_v2"),
    },
    "items": {ANY_ENVIRONMENT: Relation(schema="main", identifier="items")},
}


def rendered(interface: Interface = SHOP, settings: PackageSettings = SETTINGS) -> dict[str, str]:
    return render_package(interface, interface.products, RELATIONS, settings)


def models(files: dict[str, str]) -> dict[str, Any]:
    return {model["name"]: model for model in yaml.safe_load(files["models/_mesh_interface.yml"])["models"]}


def test_the_files() -> None:
    assert set(rendered()) == {
        "dbt_project.yml",
        "macros/mesh.sql",
        "models/_mesh_interface.yml",
        "models/items.sql",
        "models/marts/orders_v1.sql",
        "models/marts/orders_v2.sql",
    }


def test_a_stub_is_empty_under_the_producers_path_and_never_python() -> None:
    stubs = {path: text for path, text in rendered().items() if path.startswith("models/") and path.endswith(".sql")}
    assert set(stubs.values()) == {""}


def test_the_same_interface_gives_the_same_bytes_in_any_order() -> None:
    turned = replace(SHOP, products=(ORDERS, ITEMS))
    relations = dict(reversed(RELATIONS.items()))
    assert list(rendered().items()) == list(render_package(turned, turned.products, relations, SETTINGS).items())


def test_only_wanted_products_get_stubs() -> None:
    files = render_package(SHOP, [ITEMS], RELATIONS, SETTINGS)
    assert list(models(files)) == ["items"]
    assert "orders" not in files["macros/mesh.sql"]


def test_a_package_without_stubs_is_still_a_package() -> None:
    files = render_package(SHOP, [], {}, SETTINGS)
    assert yaml.safe_load(files["dbt_project.yml"])["name"] == "shop"
    assert yaml.safe_load(files["models/_mesh_interface.yml"]) == {"version": 2}


def test_restrict_access_is_off_so_that_unit_tests_can_mock_a_stub() -> None:
    assert yaml.safe_load(rendered()["dbt_project.yml"])["restrict-access"] is False


def test_everything_promised_is_in_the_yaml() -> None:
    document = yaml.safe_load(rendered()["models/_mesh_interface.yml"])
    assert document["groups"] == [
        {"name": "team", "owner": {"name": "Team", "email": "team@x.org"}, "config": {"meta": {"channel": "#team"}}}
    ]
    orders = models(rendered())["orders"]
    assert orders["latest_version"] == 1
    assert orders["config"] == {"access": "public", "group": "team"}
    first, second = orders["versions"]
    assert (first["v"], first["defined_in"], first["deprecation_date"]) == (1, "orders_v1", "2027-01-31")
    assert (second["v"], second["defined_in"]) == (2, "orders_v2")
    config = first["config"]
    assert (config["database"], config["schema"], config["alias"]) == ("shop", "main", "orders_v1")
    assert config["contract"] == {"enforced": True}
    assert config["tags"] == ["daily", "mesh_external"]
    assert config["meta"]["mesh"]["unique_id"] == "model.shop.orders.v1"
    assert config["meta"]["mesh"]["semantic_version"] == "1.2.0"


def test_constraints_stand_at_their_columns_and_others_at_the_model() -> None:
    first = models(rendered())["orders"]["versions"][0]
    quiet = {"warn_unsupported": False, "warn_unenforced": False}
    assert first["constraints"] == [
        {"type": "primary_key", **quiet, "columns": ["id", "Name"]},
        {"type": "check", **quiet, "columns": [], "expression": "id > 0"},
    ]
    key, name = first["columns"]
    assert key["constraints"] == [{"type": "not_null", **quiet}]
    assert key["config"] == {"meta": {"mesh": {"unit": "1"}}, "tags": ["key"]}
    assert name["quote"] is True
    assert name["config"] == {"meta": {"pii": True}}


@pytest.mark.parametrize(("guards", "compared"), [("off", None), ("exists", False), ("columns", True)])
def test_guards(guards: Guards, compared: bool | None) -> None:  # noqa: FBT001 - a parameter of the test
    files = rendered(settings=PackageSettings(default_environment="dev", guards=guards))
    items = models(files)["items"]
    if compared is None:
        assert "data_tests" not in items
    else:
        guard = {"name": "mesh_guard_shop_items", "arguments": {"product": "items"}}
        assert items["data_tests"] == [{"mesh_guard": guard}]
    assert ('["id", "INTEGER"]' in files["macros/mesh.sql"]) is bool(compared)


def test_types_are_compared_only_where_the_adapter_reports_canonical_ones() -> None:
    settings = PackageSettings(default_environment="dev", guards="columns")
    macros = rendered(replace(SHOP, adapter="snowflake"), settings)["macros/mesh.sql"]
    assert '["id", none]' in macros


def test_an_environment_without_relations_falls_back_only_when_told() -> None:
    assert "known.get(none)" in rendered()["macros/mesh.sql"]
    fallback = PackageSettings(default_environment="dev", fallback=True)
    assert 'known.get("dev")' in rendered(settings=fallback)["macros/mesh.sql"]


@pytest.mark.parametrize(
    "path",
    [
        "../x.sql",
        "/etc/passwd",
        "a/../../x.sql",
        "a\0.sql",
        "con",
        "con.sql",
        "a/NUL.sql",
        "",
        "..",
        "C:\\x.sql",
        "a//b.sql",
    ],
)
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    version = ProductVersion(semantic_version="1.0.0", path=path)
    evil = Interface(project="shop", products=(Product(name="x", versions=(version,)),))
    with pytest.raises(MeshError, match="cannot be"):
        rendered(evil)


@pytest.mark.parametrize("name", ["../x", "/x", "x\0", "con", "{{ x }}", "x'y", 'x"y', "x\ny", ""])
@pytest.mark.parametrize("what", ["project", "product", "group", "version"])
def test_a_name_that_could_be_more_than_a_name_is_refused(what: str, name: str) -> None:
    version = ProductVersion(v=name if what == "version" else 1, semantic_version="1.0.0", path="x.sql")
    group = name if what == "group" else "team"
    product = Product(name=name if what == "product" else "x", group=group, versions=(version,))
    if not (what == "group" and not name):  # no group at all is fine
        with pytest.raises(MeshError, match="cannot be"):
            rendered(Interface(project=name if what == "project" else "shop", products=(product,)))
