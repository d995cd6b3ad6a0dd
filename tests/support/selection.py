"""A mesh that is written in a few lines, as manifests of its projects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh_tools.artifacts.manifest import Manifest, decode_manifest
from mesh_tools.build.selection import Selection, parse_selection
from mesh_tools.errors import Location
from mesh_tools.mesh.summary import STUB_TAG

ROOT = Path("/mesh")
_PLACES = {
    "source": "sources",
    "exposure": "exposures",
    "unit_test": "unit_tests",
    "function": "functions",
    "metric": "metrics",
    "semantic_model": "semantic_models",
}


@dataclass(frozen=True)
class SmallMesh:
    """Manifests of a mesh's projects, and what its files would say."""

    manifests: dict[str, Manifest]
    upstream: dict[str, tuple[str, ...]]
    folders: dict[str, Path]

    def resolve(self, select: list[str], exclude: list[str] | None = None) -> Selection:
        parsed = parse_selection(select, exclude or [], self.manifests)
        return parsed.resolve(self.manifests, self.upstream, self.folders, ROOT)


def small_mesh(written: dict[str, dict[str, Any]]) -> SmallMesh:
    """The mesh that ``tests/cases/selection/mesh.yml``, which tells the form, or the like describes."""
    return SmallMesh(
        manifests={name: _manifest(name, project) for name, project in written.items()},
        upstream={name: tuple(project.get("upstream", ())) for name, project in written.items()},
        folders={name: ROOT / project.get("folder", name) for name, project in written.items()},
    )


def _manifest(project: str, written: dict[str, Any]) -> Manifest:
    document: dict[str, Any] = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.0",
            "project_name": project,
        }
    }
    nodes = {unique_id: _resource(unique_id, node) for unique_id, node in written["nodes"].items()}
    for stub in written.get("stubs", ()):
        nodes |= _stub(stub)
    for unique_id, node in nodes.items():
        document.setdefault(_PLACES.get(unique_id.split(".")[0], "nodes"), {})[unique_id] = node
    return decode_manifest(json.dumps(document).encode(), Location(f"{project}/manifest.json"))


def _stub(unique_id: str) -> dict[str, Any]:
    _, package, name, *_ = unique_id.split(".")
    guard = f"test.{package}.mesh_guard_{name}"
    product = _resource(unique_id, {"at": "models/_stubs.yml", "tags": [STUB_TAG]})
    test = _resource(guard, {"at": "models/_stubs.yml", "reads": [unique_id], "generic": "mesh_guard"})
    return {unique_id: product, guard: test | {"attached_node": unique_id}}


def _resource(unique_id: str, node: dict[str, Any]) -> dict[str, Any]:
    kind, package, *names = unique_id.split(".")
    v = names.pop() if kind == "model" and len(names) > 1 else None
    folder = node.get("in", "")
    name = names[-1]
    file = node.get("at") or "/".join(filter(None, ("models", folder, f"{name}.sql")))
    resource: dict[str, Any] = {
        "unique_id": unique_id,
        "resource_type": kind,
        "name": name,
        "package_name": package,
        "original_file_path": file,
        "fqn": [package, *filter(None, folder.split("/")), *names, *([v] if v else [])],
        "depends_on": {"nodes": node.get("reads", [])},
        "tags": node.get("tags", []),
        "config": {"enabled": True, "tags": node.get("tags", []), **node.get("config", {})},
        "access": node.get("access"),
        "version": int(v[1:]) if v else None,
        "latest_version": node.get("latest"),
        "patch_path": f"{package}://{node['yml']}" if "yml" in node else None,
        "source_name": names[0] if kind == "source" else None,
        "test_metadata": {"name": node["generic"]} if "generic" in node else None,
    }
    if "relation" in node:
        resource |= dict(zip(("database", "schema", "alias"), node["relation"], strict=True))
        resource["identifier"] = node["relation"][2]
    return {key: value for key, value in resource.items() if value is not None}
