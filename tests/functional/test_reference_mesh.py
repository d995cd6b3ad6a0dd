"""The reference mesh as its users have it: one command builds it, and plain dbt works in every project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

PROJECTS = {"reference", "fleet", "weather", "operations", "punctuality", "planning"}


def status_of(mesh: BuiltMesh) -> dict[str, Any]:
    document = json.loads(mesh.run("mesh", "status", "--format", "json").stdout)
    return {project["name"]: project for project in document["projects"]}


def test_everything_is_built_and_published(reference_mesh: BuiltMesh) -> None:
    projects = status_of(reference_mesh)
    assert set(projects) == PROJECTS
    assert {project["last_build"] for project in projects.values()} <= {"success", "unchanged"}
    assert all(project["published_at"] and project["owner"] for project in projects.values())
    assert sum(len({p["name"] for p in project["products"]}) for project in projects.values()) >= 15
    assert all(product["contract"] for project in projects.values() for product in project["products"])


def test_no_node_failed_and_no_test_warned(reference_mesh: BuiltMesh) -> None:
    record = min((reference_mesh.root / ".mesh" / "runs").glob("*/run.json"))  # the first built everything
    run = json.loads(record.read_text())
    assert run["finished_at"]
    for project in run["projects"]:
        words = {word for statuses in project["counts"].values() for word in statuses}
        assert words <= {"success", "pass", "no-op"}, project  # an exposure is a no-op


def test_two_versions_of_flights_stand_side_by_side(reference_mesh: BuiltMesh) -> None:
    flights = [p for p in status_of(reference_mesh)["operations"]["products"] if p["name"] == "flights"]
    assert [(p["v"], p["latest"]) for p in flights] == [(1, False), (2, True)]
    assert flights[0]["deprecation_date"]
    interface = json.loads((reference_mesh.root / ".mesh/registry/dev/operations/current.json").read_text())
    places = [interface["relations"][f"flights.v{v}"] for v in (1, 2)]
    counts = [
        reference_mesh.connect()
        .execute(f'select count(*) from "{p["database"]}"."{p["schema"]}"."{p["identifier"]}"')
        .fetchone()
        for p in places
    ]
    assert counts[0] == counts[1] == (336_776,)


def test_the_graph_is_in_build_order_and_knows_every_edge(reference_mesh: BuiltMesh) -> None:
    graph = json.loads(reference_mesh.run("mesh", "graph", "--format", "json").stdout)
    order = [wave["project"] for wave in graph["waves"]]
    assert set(order) == PROJECTS
    assert len(order) == len(PROJECTS)
    for project, upstream in graph["projects"].items():
        assert all(order.index(name) < order.index(project) for name in upstream)
    assert graph["node_cycles"] == graph["project_cycles"] == []
    assert graph["missing"] == {}
    edges = {(edge["producer"].split(".")[1], edge["consumer"].split(".")[1]) for edge in graph["edges"]}
    assert {("operations", "punctuality"), ("fleet", "operations"), ("punctuality", "planning")} <= edges


def test_output_in_a_pipe_has_no_colours_and_no_wrapped_lines(reference_mesh: BuiltMesh) -> None:
    for command in ("status", "graph", "sync"):
        output = reference_mesh.run("mesh", command).stdout
        assert "\x1b" not in output
    assert any("operations.flights" in line and "latest" in line for line in status_lines(reference_mesh))


def status_lines(mesh: BuiltMesh) -> list[str]:
    return mesh.run("mesh", "status").stdout.splitlines()


def test_a_second_sync_writes_nothing(reference_mesh: BuiltMesh) -> None:
    """The build has synced: what follows finds everything as it is."""
    folder = reference_mesh.root / "projects"
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    before = {path: path.stat().st_mtime_ns for path in files}
    document = json.loads(reference_mesh.run("mesh", "sync", "--format", "json").stdout)
    upstreams = [upstream for project in document["projects"] for upstream in project["upstreams"]]
    assert len(upstreams) >= 8
    assert {(upstream["state"], upstream["written"]) for upstream in upstreams} == {("unchanged", False)}
    assert {path: path.stat().st_mtime_ns for path in files} == before


@pytest.fixture(scope="module")
def moved(reference_mesh: BuiltMesh, tmp_path_factory: pytest.TempPathFactory) -> BuiltMesh:
    """A copy elsewhere, in which punctuality is synced and plain dbt has installed its packages."""
    root = tmp_path_factory.mktemp("moved") / "mesh"
    ignored = shutil.ignore_patterns("dbt_packages", "target", "runs", "cache")
    shutil.copytree(reference_mesh.root, root, ignore=ignored, symlinks=True)
    mesh = BuiltMesh(root)
    mesh.run("mesh", "sync", "--select", "punctuality")
    mesh.run("dbt", "deps", folder="projects/punctuality")
    return mesh


@pytest.fixture(scope="module")
def plainly_built(moved: BuiltMesh) -> dict[str, Any]:
    """The run results of plain `dbt build`, and its manifest under ``manifest``."""
    moved.run("dbt", "build", folder="projects/punctuality")
    target = moved.root / "projects" / "punctuality" / "target"
    results = json.loads((target / "run_results.json").read_text())["results"]
    manifest = json.loads((target / "manifest.json").read_text())
    return {"results": {result["unique_id"]: result["status"] for result in results}, "manifest": manifest}


def test_plain_dbt_build_works_in_a_consumer_project(plainly_built: dict[str, Any]) -> None:
    results = plainly_built["results"]
    assert set(results.values()) == {"success", "pass", "no-op"}  # an exposure is a no-op
    assert not [unique_id for unique_id in results if unique_id.startswith("model.operations.")]


def test_the_guards_of_every_upstream_product_ran(plainly_built: dict[str, Any]) -> None:
    stubs = [
        unique_id
        for unique_id, node in plainly_built["manifest"]["nodes"].items()
        if node["resource_type"] == "model" and node["package_name"] in {"operations", "weather", "reference"}
    ]
    guards = [unique_id for unique_id in plainly_built["results"] if ".mesh_guard_" in unique_id]
    assert len(stubs) >= 3
    assert len(guards) == len(stubs)


def test_a_unit_test_over_an_upstream_ref_passes(plainly_built: dict[str, Any]) -> None:
    manifest = plainly_built["manifest"]
    over_upstream = [
        unique_id
        for unique_id, unit_test in manifest["unit_tests"].items()
        if any("ref('operations'" in given["input"] for given in unit_test["given"])
    ]
    assert over_upstream
    assert {plainly_built["results"][unique_id] for unique_id in over_upstream} == {"pass"}


def test_a_stub_is_the_producers_model_in_name_and_place(
    plainly_built: dict[str, Any], reference_mesh: BuiltMesh
) -> None:
    run = min((reference_mesh.root / ".mesh" / "runs").iterdir())
    nodes = json.loads((run / "operations" / "manifest.json").read_text())["nodes"]
    stubs = [
        node
        for node in plainly_built["manifest"]["nodes"].values()
        if node["resource_type"] == "model" and node["package_name"] == "operations"
    ]
    assert stubs
    for stub in stubs:
        model = nodes[stub["unique_id"]]
        for field in ("fqn", "path", "database", "schema", "alias", "relation_name", "access", "version", "group"):
            assert stub[field] == model[field], (stub["unique_id"], field)
        assert list(stub["columns"]) == list(model["columns"])


def test_plain_dbt_ls_and_docs_generate_work(moved: BuiltMesh, plainly_built: dict[str, Any]) -> None:
    listed = moved.run("dbt", "--quiet", "ls", "--resource-type", "model", folder="projects/punctuality").stdout
    own = [node for node in plainly_built["manifest"]["nodes"].values() if node["package_name"] == "punctuality"]
    models = {".".join(node["fqn"]) for node in own if node["resource_type"] == "model"}
    assert models <= set(listed.split())
    moved.run("dbt", "docs", "generate", folder="projects/punctuality")
    catalog = json.loads((Path(moved.root) / "projects/punctuality/target/catalog.json").read_text())
    assert {unique_id.split(".")[1] for unique_id in catalog["nodes"]} >= {"punctuality", "operations"}
