"""The relation of the present version stays, and whoever has to look at something is told."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.contracts.new_version import NewVersion, Request, plan_new_version
from mesh_tools.contracts.new_version.request import version_of
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from support.meshes import BuiltMesh

CODE = yaml.safe_load((Path(__file__).parents[3] / "cases" / "new_version" / "code.yml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)
PUBLIC = "models:\n  - name: orders\n    config:\n      access: public\n"


def mesh_at(root: Path, files: dict[str, str]) -> BuiltMesh:
    mesh = BuiltMesh(root)
    mesh.write("mesh.yml", "name: m\nprojects: [shop, sales]\ncontracts: {grace_days: 30}\n")
    mesh.project("shop", {"models/marts/orders.sql": "select 1", "models/marts/shop.yml": PUBLIC, **files})
    mesh.project("sales", {}, reads=("shop",))
    return mesh


def plan(root: Path, product: str = "orders", **options: Any) -> NewVersion:
    return plan_new_version(Workspace.open(root), Request(product=product, released=TODAY, today=TODAY, **options))


@pytest.mark.parametrize("case", CODE, ids=lambda case: case["name"])
def test_the_present_relation_stays_and_the_new_one_has_its_own_name(case: dict[str, Any], tmp_path: Path) -> None:
    mesh = mesh_at(tmp_path, {})
    path = tmp_path / "shop/models/marts/orders.sql"
    path.unlink()
    path.with_suffix(case.get("suffix", ".sql")).write_bytes(case["before"].encode())
    mesh.write("shop/dbt_project.yml", yaml.safe_dump({"name": "shop", "profile": "shop", **case.get("project", {})}))
    planned = plan(tmp_path)
    code, described = planned.files
    assert code.new.decode() == case["after"]
    versions = yaml.safe_load(described.new)["models"][0]["versions"]
    assert {v["v"]: v["config"]["alias"] for v in versions if "config" in v} == case["aliases"]
    assert [note.message for note in planned.notes] == case.get("notes", [])


def test_the_alias_of_a_copied_version_loses_its_number(tmp_path: Path) -> None:
    mesh = mesh_at(tmp_path, {"models/marts/orders_v2.sql": "{{ config(alias='o_v2') }} select 1"})
    mesh.write("shop/models/marts/shop.yml", PUBLIC + "    versions: [{v: 1, defined_in: orders}, {v: 2}]\n")
    assert plan(tmp_path).files[0].new == b"{{ config(alias='o_v3') }} select 1"


def test_a_shared_alias_is_overridden_in_a_copied_version(tmp_path: Path) -> None:
    mesh = mesh_at(tmp_path, {"models/marts/orders_v2.sql": "select 1"})
    entry = "models: [{name: orders, config: {access: public, alias: o}, versions: [{v: 2, config: {%s}}]}]\n"
    for config, expected in (("alias: x", "alias: o_v3"), ("tags: [a]", "tags: [a], alias: o_v3")):
        mesh.write("shop/models/marts/shop.yml", entry % config)
        assert f"{{v: 3, config: {{{expected}}}}}" in plan(tmp_path).files[1].new.decode()


def test_refs_without_a_version_are_listed_across_the_mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = mesh_at(tmp_path, {"models/own.sql": "select * from {{ ref('orders') }} join {{ ref('orders', v=1) }}"})
    mesh.write("sales/models/a.sql", "select * from {{ ref('shop', 'orders') }} join {{ ref('shop', 'refunds') }}")
    mesh.write("sales/models/b.sql", "select * from {{ ref('orders') }}")
    monkeypatch.chdir(tmp_path)
    assert [(ref.project, ref.where, ref.ref, ref.pinned) for ref in plan(tmp_path).unpinned] == [
        ("shop", "shop/models/own.sql:1:18", "ref('orders')", "ref('orders', v=1)"),
        ("sales", "sales/models/a.sql:1:18", "ref('shop', 'orders')", "ref('shop', 'orders', v=1)"),
        ("sales", "sales/models/b.sql:1:18", "ref('orders')", "ref('orders', v=1)"),
    ]


def test_a_model_of_the_same_name_elsewhere_is_not_meant(tmp_path: Path) -> None:
    mesh = mesh_at(tmp_path, {})
    mesh.write("sales/models/orders.sql", "select 1")
    mesh.write("sales/models/b.sql", "select * from {{ ref('orders') }}")
    assert plan(tmp_path).unpinned == ()


def test_a_name_in_two_projects_needs_its_project(tmp_path: Path) -> None:
    mesh = mesh_at(tmp_path, {})
    mesh.write("sales/models/orders.sql", "select 1")
    mesh.write("sales/models/sales.yml", PUBLIC)
    with pytest.raises(MeshError, match="several projects have a model 'orders'") as raised:
        plan(tmp_path)
    assert raised.value.hint == "write shop.orders or sales.orders"
    assert {plan(tmp_path, "sales.orders").project, plan(tmp_path, project="sales").project} == {"sales"}
    assert plan(tmp_path, "sales.orders", project="sales").project == "sales"


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "macros/names.sql",
            "{% macro generate_alias_name(custom_alias_name, node) %}x{% endmacro %}",
            "this project names its relations by a macro of its own",
        ),
        (
            "models/unit.yml",
            "unit_tests: [{name: one, model: orders, given: [], expect: {rows: []}}, {name: two, model: other}]",
            "the unit test one is run for every version",
        ),
        (
            "models/marts/shop.yml",
            PUBLIC + "    columns: [{name: a, data_tests: [unique, {not_null: {name: a_is_there}}]}]",
            "the test a_is_there is called the same for both versions, and dbt 2 runs one",
        ),
        (
            "models/marts/shop.yml",
            PUBLIC + "      meta: {mesh: {tier: gold, grain: [a]}}\n    versions: [{v: 1, defined_in: orders}]",
            "meta.mesh of all versions has grain: dbt 1 adds what a version says to it",
        ),
    ],
)
def test_what_the_scaffold_does_not_settle_is_said(path: str, text: str, message: str, tmp_path: Path) -> None:
    (note,) = plan_with(tmp_path, {path: text}).notes
    assert note.message == message
    assert f"{Path(path).name}" in note.where
    assert note.hint


def plan_with(root: Path, files: dict[str, str]) -> NewVersion:
    mesh_at(root, files)
    return plan(root)


@pytest.mark.parametrize(
    "files",
    [
        {
            "models/marts/orders.sql": "{{ config(access='public') }} select 1",
            "models/marts/shop.yml": "models: [{name: orders}]",
        },
        {"models/marts/shop.yml": "models: [{name: orders, access: \"{{ var('access') }}\"}]"},
        {"models/marts/shop.yml": "models: [{name: orders, versions: [{v: 1, defined_in: orders, access: public}]}]"},
    ],
    ids=["in the model's own file", "known to dbt alone", "of the version"],
)
def test_a_model_may_be_public_by_other_words(files: dict[str, str], tmp_path: Path) -> None:
    assert plan_with(tmp_path, files).v == 2


def test_the_grace_period_is_that_of_the_mesh_and_counts_from_the_release(tmp_path: Path) -> None:
    mesh_at(tmp_path, {})
    assert plan(tmp_path).deprecation_date == "2026-12-22"
    later = Request(product="orders", released=date(2027, 1, 1), today=TODAY)
    assert plan_new_version(Workspace.open(tmp_path), later).deprecation_date == "2027-01-31"


def test_code_that_is_not_utf_8_is_refused_with_its_place(tmp_path: Path) -> None:
    mesh_at(tmp_path, {})
    (tmp_path / "shop/models/marts/orders.sql").write_bytes(b"select '\xe4'")
    with pytest.raises(MeshError, match="not UTF-8"):
        plan(tmp_path)


@pytest.mark.parametrize(("text", "version"), [("3", 3), ("1.5", 1.5), ("gold", "gold"), ("1.x", "1.x"), (".5", ".5")])
def test_a_version_on_the_command_line_is_a_number_where_it_is_one(text: str, version: object) -> None:
    assert version_of(text) == version
    assert type(version_of(text)) is type(version)


_KEYS = [
    "config",
    "access",
    "columns",
    "versions",
    "latest_version",
    "data_tests",
    "meta",
    "mesh",
    "name",
    "v",
    "alias",
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["public", "orders", "1", ""]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*_KEYS, "defined_in"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    mesh_at(root, {})
    return root


@given(entry=st.dictionaries(st.sampled_from([*_KEYS, "deprecation_date", "tests"]), _JSON), flow=st.booleans())
def test_whatever_the_entry_holds_it_is_planned_or_refused(
    hostile_root: Path,
    entry: dict[str, Any],
    flow: bool,  # noqa: FBT001
) -> None:
    models = {"models": [{"access": "public", **entry, "name": "orders"}], "unit_tests": entry.get("tests")}
    text = yaml.safe_dump(models, default_flow_style=flow)
    (hostile_root / "shop/models/marts/shop.yml").write_text(text)
    with contextlib.suppress(MeshError):
        assert yaml.safe_load(plan(hostile_root).files[1].new)["models"][0]["versions"]
