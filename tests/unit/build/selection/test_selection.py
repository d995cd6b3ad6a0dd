"""What selectors mean in a mesh, and how those that mean nothing are refused.

``tests/cases/selection`` holds a small mesh, selectors with what they select of it, and errors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.build.selection import parse_selection
from mesh_tools.errors import MeshError
from support.selection import SmallMesh, small_mesh

CASES = Path(__file__).parents[3] / "cases" / "selection"


def _read(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


MESH = small_mesh(_read("mesh.yml"))


def _written(case: dict[str, Any], option: str) -> list[str]:
    return [case[option]] if case.get(option) is not None else []


def _name(case: dict[str, Any]) -> str:
    return " --exclude ".join(map(repr, _written(case, "select") + _written(case, "exclude")))


def _selected(mesh: SmallMesh, select: str = "", exclude: str = "") -> dict[str, set[str] | None]:
    """The unique_ids by project; ``None`` is the whole project."""
    nodes = mesh.resolve([select] if select else [], [exclude] if exclude else []).nodes
    return {name: None if ids is None else set(ids) for name, ids in nodes.items()}


def _whole(select: str = "", exclude: str = "") -> tuple[str, ...] | None:
    parsed = parse_selection([select] if select else [], [exclude] if exclude else [], MESH.manifests)
    return parsed.whole_projects(MESH.upstream)


def _short(unique_id: str) -> str:
    return ".".join(unique_id.split(".")[2:])


@pytest.mark.parametrize("case", _read("selections.yml"), ids=_name)
def test_what_is_selected(case: dict[str, Any]) -> None:
    found = MESH.resolve(_written(case, "select"), _written(case, "exclude")).nodes
    shown = {name: "all" if ids is None else sorted(map(_short, ids)) for name, ids in found.items()}
    assert shown == {name: "all" if names == "all" else sorted(names) for name, names in case["expect"].items()}


@pytest.mark.parametrize("case", _read("errors.yml"), ids=_name)
def test_what_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(MeshError) as caught:
        MESH.resolve(_written(case, "select"), _written(case, "exclude"))
    assert caught.value.message == case["error"]
    assert caught.value.hint == case.get("hint")


def test_unique_ids_are_those_of_the_projects_manifest() -> None:
    """A guard and a model of a package have their package's name there."""
    found = {"test.fleet.mesh_guard_aircraft", "model.calendar.days"}
    assert _selected(MESH, "ops.mesh_guard_aircraft ops.days") == {"ops": found}
    assert found <= MESH.manifests["ops"].nodes.keys()


def test_values_add_up_however_they_are_given() -> None:
    together = MESH.resolve(["tag:nightly\n ops.delays", "fleet.makers"])
    assert together == MESH.resolve(["fleet.makers", "ops.delays", "tag:nightly"])


class TestWholeProjects:
    @pytest.mark.parametrize(
        ("select", "exclude", "expected"),
        [
            ("", "", "fleet ops report alone"),
            ("alone fleet", "", "fleet alone"),
            ("+report", "", "fleet ops report"),
            ("+report", "fleet", "ops report"),
            ("", "1+ops", "report alone"),
            ("+report,fleet+1", "", "fleet ops"),
        ],
    )
    def test_no_manifest_is_needed(self, select: str, exclude: str, expected: str) -> None:
        assert _whole(select, exclude) == tuple(expected.split())
        assert _selected(MESH, select, exclude) == dict.fromkeys(expected.split())

    @pytest.mark.parametrize(("select", "exclude"), [("fleet.aircraft", ""), ("fleet tag:gold", ""), ("", "+aircraft")])
    def test_anything_else_needs_manifests(self, select: str, exclude: str) -> None:
        assert _whole(select, exclude) is None

    def test_nothing_left(self) -> None:
        with pytest.raises(MeshError, match="nothing is left to build"):
            _whole("fleet", "+ops")

    def test_nothing_matched(self) -> None:
        with pytest.raises(MeshError, match="fleet,ops matches nothing"):
            _whole("fleet,ops")

    def test_projects_may_read_each_other(self) -> None:
        upstream = {"a": ("b",), "b": ("a",), "c": ("b",)}
        assert parse_selection(["+c"], [], upstream).whole_projects(upstream) == ("a", "b", "c")
        assert parse_selection(["@a"], [], upstream).whole_projects(upstream) == ("a", "b", "c")
        assert parse_selection(["1+c"], [], upstream).whole_projects(upstream) == ("b", "c")


def test_a_project_without_nodes_is_no_error() -> None:
    mesh = small_mesh({"full": {"nodes": {"model.full.a": {}}}, "bare": {"nodes": {}}})
    assert _selected(mesh, "bare full.a") == {"full": None}
    assert _selected(mesh, "bare+ full") == {"full": None}


def test_a_project_at_the_root_of_the_mesh() -> None:
    mesh = small_mesh({"only": {"folder": ".", "nodes": {"model.only.a": {"in": "x"}, "model.only.b": {"in": "y"}}}})
    assert _selected(mesh, "models/x") == {"only": {"model.only.a"}}
    assert _selected(mesh, "./models") == {"only": None}


def test_a_project_beside_the_mesh() -> None:
    mesh = small_mesh({"far": {"folder": "../far", "nodes": {"model.far.a": {"in": "x"}, "model.far.b": {}}}})
    assert _selected(mesh, "../far/models/x") == {"far": {"model.far.a"}}


def test_the_name_of_a_file_goes_before_a_project_of_that_name() -> None:
    """`weather.sql` is a file, though `weather` is a project."""
    mesh = small_mesh({"weather": {"nodes": {"model.weather.weather": {}, "model.weather.sql": {}}}})
    assert _selected(mesh, "weather.sql") == {"weather": {"model.weather.weather"}}


def test_what_a_consumer_holds_of_a_producer_without_saying_so_is_the_producers() -> None:
    """dbt-loom puts bare nodes into a consumer's manifest."""
    held = {"model.fleet.x": {}, "model.ops.y": {"reads": ["model.fleet.x"]}}
    mesh = small_mesh({"fleet": {"nodes": {"model.fleet.x": {}, "model.fleet.w": {}}}, "ops": {"nodes": held}})
    assert _selected(mesh, "x") == {"fleet": {"model.fleet.x"}}
    assert _selected(mesh, "+ops.y") == {"fleet": {"model.fleet.x"}, "ops": None}


def test_a_producer_outside_the_mesh_is_not_selected() -> None:
    mesh = small_mesh({"ops": {"stubs": ["model.far.x"], "nodes": {"model.ops.y": {"reads": ["model.far.x"]}}}})
    assert _selected(mesh, "+y") == {"ops": None}
    assert _selected(mesh, "ops", "test_name:mesh_guard") == {"ops": {"model.ops.y"}}
    with pytest.raises(MeshError, match=r"far\.x matches nothing"):
        mesh.resolve(["far.x"])


@pytest.mark.parametrize(
    "select",
    [
        *("orders", "+totals", "source:raw+", "+exposure:*", "path:models", "tag:gold", "version:old", "access:public"),
        *(
            "config.materialized:table",
            "config.severity:warn",
            "test_name:unique",
            "test_type:singular",
            "test_type:unit",
        ),
    ],
)
def test_manifests_of_both_engines_say_the_same(select: str) -> None:
    found = []
    for engine in ("dbt_1", "dbt_2"):
        manifest = read_manifest(CASES.parent / "manifests" / engine / "manifest.json")
        mesh = SmallMesh({"shop": manifest}, {"shop": ()}, {"shop": Path("/mesh/shop")})
        nodes = _selected(mesh, select)["shop"]
        # The engines give tests other hashes.
        found.append(nodes and {".".join(unique_id.split(".")[:4]) for unique_id in nodes})
    assert found[0] == found[1]
