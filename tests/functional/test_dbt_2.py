"""dbt 2 sees the same mesh: it parses every project, with the same stubs in the same places."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.artifacts.manifest import Manifest, ModelNode, read_manifest
from mesh_tools.interface.extract import interface_of
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

PROJECTS = ("fleet", "reference", "weather", "operations", "punctuality", "planning")


def _models(manifest: Manifest) -> dict[str, tuple[str | None, ...]]:
    nodes = (node for node in manifest.nodes.values() if isinstance(node, ModelNode))
    return {node.unique_id: (node.database, node.schema, node.alias, node.access, node.group) for node in nodes}


@pytest.mark.parametrize("project", PROJECTS)
def test_both_engines_see_the_same_models_and_the_same_interface(
    reference_mesh: BuiltMesh, project: str, tmp_path: Path
) -> None:
    """unique_ids, relations, access and groups of own models and stubs; and the promise that follows from them."""
    folder = f"projects/{project}"
    reference_mesh.run("dbt-core-experimental-parser", "parse", "--target-path", str(tmp_path), folder=folder)
    built = max(reference_mesh.root.glob(f".mesh/runs/*/{project}/manifest.json"))  # runs are called by their time
    one, two = read_manifest(built), read_manifest(tmp_path / "manifest.json")
    assert two.metadata.dbt_major == 2
    assert _models(one) == _models(two)
    assert interface_of(one).fingerprint == interface_of(two).fingerprint


@pytest.mark.parametrize("project", PROJECTS)
def test_the_committed_interface_is_what_the_project_promises(reference_mesh: BuiltMesh, project: str) -> None:
    """`mesh contract accept` has nothing to change; after a change of the project it is run and reviewed."""
    done = reference_mesh.run("mesh", "contract", "accept", project)
    assert done.stdout == f"{project}  no changes\nall interfaces are up to date\n"
