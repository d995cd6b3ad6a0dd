"""What rules can ask for beyond one project's artifacts is had by project, in a mesh and outside of any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mesh_tools.build.lint_services import manifest_services, manifests_below, mesh_services
from mesh_tools.errors import MeshError
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.services import Changes, Lineage, Published, Unavailable
from mesh_tools.mesh.workspace import Workspace
from support.lint_cases import DbtServer, in_folder, make_mesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("lint services")]

ORDERS = """\
models:
  - name: orders
    config: {access: public, contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: integer}
      - {name: amount, data_type: integer}
"""
PROJECTS = {
    "compile": "",
    "base/shop/models/orders.yml": ORDERS,
    "base/shop/models/orders.sql": "select 1 as order_id, 2 as amount\n",
    "shop/models/orders.yml": ORDERS.replace("      - {name: amount, data_type: integer}\n", ""),
    "shop/models/orders.sql": "select 1 as order_id\n",
    "sales/models/report.sql": "select amount from {{ ref('shop', 'orders') }}\n",
    "shop/run_results.json": "results: []\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[DbtServer]:
    """A process that has imported dbt."""
    server = DbtServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def root(server: DbtServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two compiled projects, and what one of them was before."""
    root = tmp_path_factory.mktemp("services") / "mesh"
    make_mesh(root, PROJECTS, server)
    return root


def given(root: Path, project: str) -> ProjectInput:
    target = root / project / "target"
    return ProjectInput(manifest=target / "manifest.json", name=project, run_results=target / "run_results.json")


def bare(root: Path, project: str) -> ProjectInput:
    return ProjectInput(manifest=root / project / "target" / "manifest.json")


def test_manifests_are_found_in_a_folder_of_projects_in_one_of_artifacts_and_alone(root: Path) -> None:
    path = root / "base/shop/target/manifest.json"
    assert manifests_below(root / "base") == manifests_below(path.parent) == manifests_below(path) == {"shop": path}


def test_a_folder_without_manifests_is_told(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"there is no manifest\.json in"):
        manifests_below(tmp_path)


def test_lineage_and_types_of_a_mesh(root: Path) -> None:
    with in_folder(root):
        found = mesh_services(Workspace.open(root), "dev")[Lineage](given(root, "sales"))
    assert found.models["model.sales.report"].used_columns("model.shop.orders") == {"amount"}
    assert found.types == {"model.shop.orders": {"order_id": "integer"}}


def test_a_project_that_was_only_parsed_has_no_lineage_whatever_the_others_have(
    root: Path, server: DbtServer, tmp_path: Path
) -> None:
    make_mesh(tmp_path, {"models/a.sql": "select 1 as id\n"}, server)
    parsed, compiled = bare(tmp_path, "shop"), bare(root, "sales")
    services = manifest_services([parsed.manifest, compiled.manifest])
    assert "model.sales.report" in services[Lineage](compiled).models
    with pytest.raises(Unavailable):
        _ = services[Lineage](parsed).models


def test_changes_of_a_mesh_are_counted_from_a_folder_of_manifests(root: Path) -> None:
    with in_folder(root):
        found = mesh_services(Workspace.open(root), "dev", "base")[Changes](given(root, "shop"))
    (verdict,) = [one for one in found.verdicts["shop"] if one.change.name == "column-removed"]
    assert (verdict.effective, [hit.label for hit in verdict.hits]) == ("breaking", ["sales.report"])
    assert found.before["shop"].product("orders") is not None


def test_without_a_base_changes_are_counted_from_the_accepted_interface(root: Path) -> None:
    with in_folder(root):
        found = mesh_services(Workspace.open(root), "dev")[Changes](given(root, "shop"))
    assert found.verdicts == {"shop": ()}


def test_a_project_that_the_base_does_not_have_is_new(root: Path) -> None:
    with in_folder(root):
        found = mesh_services(Workspace.open(root), "dev", "base")[Changes](given(root, "sales"))
    assert found.before == {}
    assert all(verdict.effective == "safe" for verdict in found.verdicts["sales"])


def test_outside_a_mesh_the_manifests_are_one_anothers_consumers(root: Path, tmp_path: Path) -> None:
    manifests = [bare(root, name).manifest for name in ("shop", "sales")]
    with in_folder(tmp_path):
        found = manifest_services(manifests, root / "base")[Changes](bare(root, "shop"))
    assert {hit.label for verdict in found.verdicts["shop"] for hit in verdict.hits} == {"sales.report"}


def test_outside_a_mesh_changes_need_a_base(root: Path) -> None:
    with pytest.raises(Unavailable, match="--base"):
        manifest_services([bare(root, "shop").manifest])[Changes](bare(root, "shop"))


def test_what_was_only_compiled_was_not_built(root: Path) -> None:
    with in_folder(root), pytest.raises(Unavailable):
        mesh_services(Workspace.open(root), "dev")[Published](given(root, "shop"))


def test_run_results_tell_when_what_is_not_published_was_built(server: DbtServer, tmp_path: Path) -> None:
    files = {
        "models/a.sql": "select 1 as id\n",
        "run_results.json": """\
results:
  - {unique_id: model.shop.a, status: success, message: OK}
  - {unique_id: model.shop.b, status: error, message: failed}
""",
    }
    make_mesh(tmp_path, files, server)
    with in_folder(tmp_path):
        found = mesh_services(Workspace.open(tmp_path), "dev")[Published](given(tmp_path, "shop"))
    assert found.built_at == {"shop.a": datetime(2026, 1, 1, tzinfo=timezone.utc)}
    assert found.now > found.built_at["shop.a"]
