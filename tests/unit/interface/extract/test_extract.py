"""The interface that a manifest describes: on both engines, in sound and in mistaken projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import Manifest, decode_manifest, read_manifest
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document import to_json, to_yaml
from mesh_tools.interface.extract import interface_of
from mesh_tools.model.interface import Consumption, Interface, Owner, Relation

MANIFESTS = Path(__file__).parents[3] / "cases" / "manifests"
ENGINES = ("dbt_1", "dbt_2")


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest) -> Interface:
    return interface_of(read_manifest(MANIFESTS / request.param / "manifest.json"))


def test_both_engines_describe_the_same_promise() -> None:
    one, two = (interface_of(read_manifest(MANIFESTS / engine / "manifest.json")) for engine in ENGINES)
    assert one.fingerprint == two.fingerprint
    assert to_yaml(replace(one, dbt_version=None)) == to_yaml(replace(two, dbt_version=None))


def test_only_public_models_are_products_and_no_other_name_leaves(shop: Interface) -> None:
    assert [product.name for product in shop.products] == ["orders"]
    manifest = json.loads((MANIFESTS / "dbt_1" / "manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    private = {node["name"] for node in models if node["access"] != "public"}
    assert private
    assert not [name for name in private if name in to_json(shop).decode()]
    assert {shop.access_of(name) for name in private} == {"private", "protected"}
    assert shop.access_of("never_heard_of") is None


def test_versions_owner_and_places(shop: Interface) -> None:
    (orders,) = shop.products
    assert [(version.v, version.semantic_version) for version in orders.versions] == [(1, "1.0.0"), (2, "2.0.0")]
    assert orders.latest_version.v == 2
    assert orders.owner == shop.owner == Owner(name="Sales team", email="sales@example.com", channel="#sales")
    assert shop.relation("orders", 2) == Relation(database="shop", schema="main", identifier="orders_v2")
    assert orders.versions[0].grain == ("order_id",)
    assert orders.versions[0].deprecation_date == "2031-01-31"
    assert [column.nullable for column in orders.versions[1].columns] == [False, True, True]


def test_semantic_versions_go_on_from_what_was_accepted(shop: Interface) -> None:
    (orders,) = shop.products
    first, second = orders.versions
    accepted = replace(shop, products=(replace(orders, versions=(replace(first, semantic_version="1.4.2"),)),))
    manifest = read_manifest(MANIFESTS / "dbt_1" / "manifest.json")
    (again,) = interface_of(manifest, accepted=accepted).products
    assert [version.semantic_version for version in again.versions] == ["1.4.2", second.semantic_version]


def model(name: str, project: str = "shop", **fields: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "unique_id": f"model.{project}.{name}",
        "name": name,
        "package_name": project,
        "access": "public",
        "path": f"{name}.sql",
        "original_file_path": f"models/{name}.sql",
        **fields,
    }


def manifest(*nodes: dict[str, Any], **more: Any) -> Manifest:
    metadata = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "dbt_version": "1.11.0",
        "project_name": "shop",
        "adapter_type": "duckdb",
    }
    document = {"metadata": metadata, "nodes": {node["unique_id"]: node for node in nodes}, **more}
    return decode_manifest(json.dumps(document).encode(), Location("manifest.json"))


@pytest.mark.parametrize(
    ("mesh", "message", "hint"),
    [
        ({"grian": ["id"]}, "meta.mesh of orders, model: ", "did you mean 'grain'?"),
        ({"tier": "platinum"}, "meta.mesh of orders, model: ", "known keys: grain, freshness"),
        ({"freshness": {"count": "often", "period": "day"}}, "meta.mesh of orders, model: ", "known keys: "),
        (["grain"], "meta.mesh of orders, model: ", "known keys: "),
        ("gold", "meta.mesh of orders, model: ", "known keys: "),
    ],
)
def test_a_mistake_in_a_models_meta_is_told_with_its_file(mesh: Any, message: str, hint: str) -> None:
    wrong = model("orders", meta={"mesh": mesh}, patch_path="shop://models/marts/orders.yml")
    with pytest.raises(MeshError) as caught:
        interface_of(manifest(wrong))
    assert caught.value.message.startswith(message)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)
    assert caught.value.where == Location("models/marts/orders.yml")


def test_a_mistake_in_a_columns_meta_names_the_column() -> None:
    column = {"name": "km", "meta": {"mesh": {"units": "km"}}}
    with pytest.raises(MeshError) as caught:
        interface_of(manifest(model("orders", columns={"km": column})))
    assert caught.value.message.startswith("meta.mesh of orders, column km: ")
    assert caught.value.hint == "did you mean 'unit'?"
    assert caught.value.where == Location("models/orders.sql")


def test_a_mistake_in_a_private_model_is_nobodys_business() -> None:
    private = model("orders", access="private", meta={"mesh": {"grian": []}})
    assert interface_of(manifest(private)).products == ()


def test_declared_promises_go_before_those_found() -> None:
    meta = {
        "mesh": {
            "grain": ["day", "id"],
            "owner": {"name": "Me"},
            "allowed_consumers": ["sales"],
            "renamed_from": ["order"],
        },
        "other": 1,
    }
    (orders,) = interface_of(manifest(model("orders", meta=meta))).products
    assert orders.versions[0].grain == ("day", "id")
    assert orders.owner == Owner(name="Me")
    assert (orders.allowed_consumers, orders.renamed_from) == (("sales",), ("order",))
    assert orders.versions[0].meta == {"other": 1}


def test_versions_are_ordered_as_dbt_orders_them() -> None:
    versions: list[Any] = ["beta", 10, 2, 1.5, "3"]
    nodes = [model("orders", version=v, latest_version=2) | {"unique_id": f"model.shop.orders.v{v}"} for v in versions]
    (orders,) = interface_of(manifest(*nodes)).products
    assert [version.v for version in orders.versions] == [1.5, 2, "3", 10, "beta"]
    assert orders.latest_version.v == 2


@pytest.mark.parametrize(
    ("v", "expected"),
    [
        (None, "1.0.0"),
        (1, "1.0.0"),
        ("3", "3.0.0"),
        (1.5, "1_5.0.0"),
        ("2024.1.2", "2024_1_2.0.0"),
        ("gold", "gold.0.0"),
    ],
)
def test_a_semantic_version_has_three_parts_and_begins_with_the_models_version(v: Any, expected: str) -> None:
    (orders,) = interface_of(manifest(model("orders", version=v, latest_version=v))).products
    assert orders.versions[0].semantic_version == expected


def test_semantic_versions_tell_the_versions_of_a_model_apart() -> None:
    versions: list[Any] = [1, 1.5, 2, 15, "gold"]
    nodes = [model("orders", version=v, latest_version=2) | {"unique_id": f"model.shop.orders.v{v}"} for v in versions]
    (orders,) = interface_of(manifest(*nodes)).products
    found = [version.semantic_version for version in orders.versions]
    assert found == ["1.0.0", "1_5.0.0", "2.0.0", "15.0.0", "gold.0.0"]


def test_consumptions_are_the_upstream_products_that_models_and_exposures_read() -> None:
    stub = {"tags": ["mesh_external"]}
    flights = model("flights", "air", version=2, **stub) | {"unique_id": "model.air.flights.v2"}
    exposure = {
        "resource_type": "exposure",
        "unique_id": "exposure.shop.board",
        "name": "board",
        "package_name": "shop",
        "depends_on": {"nodes": ["model.air.planes"]},
    }
    test = {
        "resource_type": "test",
        "unique_id": "test.shop.t",
        "name": "t",
        "package_name": "shop",
        "depends_on": {"nodes": ["model.air.unread"]},
    }
    found = interface_of(
        manifest(
            model(
                "orders",
                depends_on={"nodes": ["model.air.flights.v2", "model.dbt_utils.private"]},
                refs=[{"name": "flights", "package": "air", "version": "2"}],
            ),
            model(
                "items",
                depends_on={"nodes": ["model.air.flights.v2", "model.air.planes"]},
                refs=[{"name": "flights", "package": "air", "version": 2}, {"name": "planes"}],
            ),
            model(
                "latest",
                depends_on={"nodes": ["model.air.flights.v2"]},
                refs=[{"name": "flights", "package": "air"}, {"name": "flights", "package": "air", "version": 1}],
            ),
            flights,
            model("planes", "air", **stub),
            model("unread", "air", **stub),
            model("private", "dbt_utils", access="protected"),
            test,
            exposures={"exposure.shop.board": exposure},
        )
    )
    expected = [
        Consumption(project="air", product="planes", pinned=False, by=("exposure:board", "items")),
        Consumption(project="air", product="flights", v=2, by=("items", "orders")),
        Consumption(project="air", product="flights", v=2, pinned=False, by=("latest",)),
    ]
    assert list(found.consumptions) == expected


def test_stubs_of_other_projects_are_no_products() -> None:
    assert interface_of(manifest(model("flights", "air", tags=["mesh_external"]))).products == ()
