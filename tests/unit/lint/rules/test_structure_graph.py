"""Rules about who reads whom, on graphs that no dbt project has to be written for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.artifacts.manifest import RefCall, decode_manifest
from mesh_tools.errors import Location
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.places.resolve import Places
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.rules.structure.graph_counts import model_fanout, model_unused, root_model, too_many_parents
from mesh_tools.lint.rules.structure.graph_layers import layer_dependency, parent_location
from mesh_tools.lint.rules.structure.graph_materialization import chained_views, materialization_by_fanout
from mesh_tools.lint.rules.structure.graph_sources import (
    several_sources_joined,
    source_and_model_joined,
    upstream_rejoined,
)
from mesh_tools.lint.subjects import Project
from mesh_tools.lint.subjects.base import Raised
from support.manifests import manifest, model, stub

Node = dict[str, Any]


def view(name: str, *parents: Node, folder: str = "", project: str = "shop", **fields: Any) -> Node:
    """A private view of ``shop`` in a folder of models."""
    path = f"models/{folder}/{name}.sql" if folder else f"models/{name}.sql"
    settings = {"access": "protected", "config": {"materialized": "view"}, "original_file_path": path, **fields}
    refs = [
        {"name": one["name"], "package": one["package_name"], "version": one.get("version")}
        for one in parents
        if one["resource_type"] != "source"
    ]
    reads = {"nodes": [one["unique_id"] for one in parents]}
    return model(project, name, {}, **settings, depends_on=reads, refs=refs)


def seed(name: str) -> Node:
    return {**model("shop", name, {}), "unique_id": f"seed.shop.{name}", "resource_type": "seed"}


def source(name: str, schema: str = "till") -> Node:
    return {
        "unique_id": f"source.shop.till.{name}",
        "resource_type": "source",
        "name": name,
        "source_name": "till",
        "package_name": "shop",
        "schema": schema,
        "original_file_path": "models/sources.yml",
    }


def dashboard(*parents: Node) -> Node:
    return {
        "unique_id": "exposure.shop.dashboard",
        "resource_type": "exposure",
        "name": "dashboard",
        "package_name": "shop",
        "depends_on": {"nodes": [one["unique_id"] for one in parents]},
    }


def project_of(*nodes: Node) -> Project:
    document = manifest("shop", *(one for one in nodes if one["resource_type"] not in {"source", "exposure"}))
    for kind in ("source", "exposure"):
        document[f"{kind}s"] = {one["unique_id"]: one for one in nodes if one["resource_type"] == kind}
    return Project(decode_manifest(json.dumps(document).encode(), Location("manifest.json")))


def found(rule: Rule, *nodes: Node, **options: Any) -> dict[str, list[Raised]]:
    """What a rule raises, by name of the model."""
    assert rule.check is not None
    raised = {one.name: list(rule.check(one, **options)) for one in project_of(*nodes).models}
    assert all(isinstance(one, Raised) for several in raised.values() for one in several)
    return {name: several for name, several in raised.items() if several}  # type: ignore[misc]


FLIGHTS = stub(model("operations", "flights", {}, v=2))
RECEIPTS = view("stg_receipts", folder="staging")


def test_models_that_other_projects_may_read_are_no_leaves() -> None:
    ends = [view(f"end{i}", RECEIPTS, access="public" if i else "protected") for i in range(5)]
    assert found(model_fanout, RECEIPTS, *ends) == {}
    assert list(found(model_fanout, RECEIPTS, *ends, leaves_only=False)) == ["stg_receipts"]


def test_models_that_others_read_are_no_leaves() -> None:
    ends = [view(f"end{i}", RECEIPTS) for i in range(4)]
    assert list(found(model_fanout, RECEIPTS, *ends)) == ["stg_receipts"]
    assert found(model_fanout, RECEIPTS, *ends, view("report", *ends)) == {}


def test_versions_of_a_model_are_one_reader() -> None:
    versions = [view("orders", RECEIPTS, v=v) for v in (1, 2, 3)]
    assert found(materialization_by_fanout, RECEIPTS, *versions) == {}
    others = [view(name, RECEIPTS) for name in ("returns", "refunds")]
    assert list(found(materialization_by_fanout, RECEIPTS, *versions, *others)) == ["stg_receipts"]


def test_exposures_can_be_counted() -> None:
    ends = [view(f"end{i}", RECEIPTS) for i in range(3)]
    nodes = (RECEIPTS, *ends, dashboard(RECEIPTS))
    assert found(model_fanout, *nodes) == {}
    assert list(found(model_fanout, *nodes, count_exposures=True)) == ["stg_receipts"]


@pytest.mark.parametrize(
    ("materialized", "options", "is_raised"),
    [
        ("view", {}, True),
        ("ephemeral", {}, True),
        ("table", {}, False),
        ("a_custom_one", {}, False),
        ("table", {"materializations": ("incremental",)}, True),
        ("table", {"min_children": 4, "below": ("view",)}, True),
        ("view", {"min_children": 4, "below": ("view",)}, False),
        ("view", {"min_children": 4}, False),
    ],
)
def test_what_is_read_often_is_kept(materialized: str, options: dict[str, Any], *, is_raised: bool) -> None:
    read = view("orders", config={"materialized": materialized})
    ends = [view(f"end{i}", read, config={"materialized": "view"}) for i in range(3)]
    assert ("orders" in found(materialization_by_fanout, read, *ends, **options)) is is_raised


def test_only_models_that_are_there_for_their_project_can_be_unused() -> None:
    nodes = (RECEIPTS, view("orders", folder="marts"), view("stg_public", access="public"), view("other"))
    assert list(found(model_unused, *nodes)) == ["stg_receipts"]
    assert set(found(model_unused, *nodes, of=("marts",))) == {"orders"}


def test_an_exposure_is_a_reader_unless_policy_says_otherwise() -> None:
    assert found(model_unused, RECEIPTS, dashboard(RECEIPTS)) == {}
    assert list(found(model_unused, RECEIPTS, dashboard(RECEIPTS), exposures_count=False)) == ["stg_receipts"]


def test_functions_are_no_parents() -> None:
    reads = {"nodes": [f"function.shop.f{i}" for i in range(9)]}
    assert found(too_many_parents, {**view("orders"), "depends_on": reads}) == {}


def test_sources_have_a_limit_of_their_own() -> None:
    sources = [source(f"s{i}") for i in range(3)]
    [raised] = found(too_many_parents, *sources, view("orders", *sources), max_sources=2)["orders"]
    assert raised.message == "reads 3 sources, more than 2"


def test_some_models_may_stand_at_the_beginning() -> None:
    nodes = (view("calendar"), view("orders"), view("report", FLIGHTS), FLIGHTS)
    assert set(found(root_model, *nodes, allow=("models/calendar.sql",))) == {"orders"}


def test_a_chain_of_ten_thousand_views_is_reported_once_where_it_becomes_too_long() -> None:
    nodes = [view("v0")]
    for i in range(1, 10_000):
        nodes.append(view(f"v{i}", nodes[-1]))
    raised = found(chained_views, *reversed(nodes))
    assert list(raised) == ["v5"]
    assert raised["v5"][0].message == "stands on 5 views in a row, more than 4: v0 > v1 > v2 > v3 > v4"


def test_a_table_and_a_product_of_another_project_end_a_chain() -> None:
    table = view("kept", view("a"), config={"materialized": "table"})
    nodes = (view("a"), table, view("b", table), FLIGHTS, view("c", FLIGHTS))
    assert list(found(chained_views, *nodes, max=0)) == ["kept"]
    assert found(chained_views, *nodes, max=1) == {}


def test_a_product_of_another_project_is_joined_with_a_source_at_will() -> None:
    till = source("receipts")
    assert found(source_and_model_joined, FLIGHTS, till, view("orders", FLIGHTS, till)) == {}
    package = view("calendar", project="calendars")
    assert found(source_and_model_joined, package, till, view("orders", package, till)) == {}
    raised = found(source_and_model_joined, RECEIPTS, till, view("orders", RECEIPTS, till))
    assert raised["orders"][0].place == CodePlace(file="models/orders.sql", source=("till", "receipts"))


def test_the_first_source_too_many_is_pointed_at() -> None:
    sources = [source(name) for name in ("c", "a", "b")]
    [raised] = found(several_sources_joined, *sources, view("orders", *sources), max=2)["orders"]
    assert raised.place == CodePlace(file="models/orders.sql", source=("till", "c"))


@pytest.mark.parametrize(
    ("access", "others", "options", "is_raised"),
    [
        ("protected", False, {}, True),
        ("public", False, {}, False),
        ("protected", True, {}, False),
        ("protected", True, {"only_sole_child": False}, True),
        ("public", False, {"only_sole_child": False}, True),
    ],
)
def test_a_model_between_is_of_use_where_others_read_it(
    access: str, options: dict[str, Any], *, others: bool, is_raised: bool
) -> None:
    between = view("between", RECEIPTS, access=access)
    nodes = (RECEIPTS, between, view("report", RECEIPTS, between), *([view("other", between)] if others else ()))
    assert ("report" in found(upstream_rejoined, *nodes, **options)) is is_raised


@pytest.mark.parametrize(
    ("reader", "parent", "is_raised"),
    [
        (("staging", "stg_x"), source("receipts"), False),
        (("staging", "stg_x"), seed("countries"), False),
        (("staging", "stg_x"), view("base_y", folder="staging/base"), False),
        (("staging", "stg_x"), RECEIPTS, True),
        (("staging", "stg_x"), FLIGHTS, False),
        (("staging", "stg_x"), view("stg_z", folder="staging", project="a_package"), False),
        (("staging", "stg_x"), view("helper"), False),
        (("intermediate", "int_x"), RECEIPTS, False),
        (("intermediate", "int_x"), source("receipts"), True),
        (("intermediate", "int_x"), view("orders", folder="marts"), True),
        (("marts", "sales"), view("orders", folder="marts"), False),
        (("marts", "sales"), source("receipts"), True),
        (("", "fct_sales"), source("receipts"), True),
        (("", "sales"), source("receipts"), False),
    ],
)
def test_layers_read_what_comes_before_them(reader: tuple[str, str], parent: Node, *, is_raised: bool) -> None:
    folder, name = reader
    assert (name in found(layer_dependency, view(name, parent, folder=folder), parent)) is is_raised


@pytest.mark.parametrize(
    ("allowed", "is_raised"),
    [
        ({"models/*": ("models/*",)}, False),
        ({"models/*": ("stg_",)}, False),
        ({"models/*": ("staging",)}, False),
        ({"models/*": ("int_", "seed", "source")}, True),
        ({"models/*": ()}, True),
        ({"models/*": (), "models/orders.sql": ("staging",)}, False),
        ({"staging": ("source",)}, False),
    ],
)
def test_what_may_be_read_is_said_by_layer_name_or_path(
    allowed: dict[str, tuple[str, ...]], *, is_raised: bool
) -> None:
    assert ("orders" in found(layer_dependency, RECEIPTS, view("orders", RECEIPTS), allow=allowed)) is is_raised


def test_the_call_that_names_the_version_is_pointed_at() -> None:
    first, second = (view("dim_orders", v=v, folder="marts") for v in (1, 2))
    reader_ = view("int_x", first, second, folder="intermediate")
    places = [raised.place for raised in found(layer_dependency, first, second, reader_)["int_x"]]
    calls = [place.ref for place in places if isinstance(place, CodePlace)]
    assert calls == [RefCall(name="dim_orders", package="shop", version=v) for v in (1, 2)]


@pytest.mark.parametrize(
    ("parent", "is_raised"),
    [
        (source("receipts", schema="scratch"), True),
        (source("receipts"), False),
        (view("tried", schema="scratch"), True),
        (view("tried", schema="scratch", config={"materialized": "ephemeral"}), False),
        ({**FLIGHTS, "schema": "scratch"}, False),
    ],
)
def test_parents_lie_where_they_may(parent: Node, *, is_raised: bool) -> None:
    nodes = (parent, view("orders", parent))
    limits = {"models/orders.sql": (r"(.*\.)?scratch",)}
    assert ("orders" in found(parent_location, *nodes, allowed={}, forbidden=limits)) is is_raised
    assert ("orders" in found(parent_location, *nodes, allowed={"*": (r"(.*\.)?(till|main)",)})) is is_raised


@pytest.mark.parametrize(
    ("file", "text", "line", "column"),
    [
        ("a.sql", "-- receipts\nselect * from {{ source('till', 'receipts') }}\n", 2, 18),
        ("a.sql", 'select *\nfrom {{ source(\n  "till",\n  "receipts") }}\n', 2, 9),
        ("a.py", 'def model(dbt, session):\n    return dbt.source("till", "receipts")\n', 2, 16),
        ("a.sql", "{% set table = 'receipts' %}\nselect * from {{ source('till', table) }}\n", 1, 1),
    ],
)
def test_a_call_of_source_is_found_in_the_file(file: str, text: str, line: int, column: int, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    where = Places({"shop": tmp_path}).locate("shop", CodePlace(file=file, source=("till", "receipts")))
    assert where is not None
    assert (where.line, where.column) == (line, column)
