"""Compiled SQL of a project that was built in parts: each run of dbt compiles only what it builds."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode, read_compiled
from mesh_tools.errors import MeshError

_PARTS = ("rest", "wave-*")
"""Folders of parts. Others may hold anything, such as the state of another environment."""


def read_whole(path: Path) -> CompiledManifest:
    """The manifest at ``path``, with the SQL that other parts of the same build have compiled.

    These lie in folders beside it (``rest``, ``wave-2``): of a build that published its products first, or of projects
    that read each other.

    Raises:
        MeshError: see :func:`mesh_tools.artifacts.compiled.read_compiled`.
    """
    manifest = read_compiled(path)
    parts = [part for name in _PARTS for part in sorted(path.parent.glob(f"{name}/{path.name}"))]
    if not parts or all(node.sql for node in manifest.nodes.values() if _has_sql(node)):
        return manifest
    compiled: dict[str, CompiledNode] = {}
    for part in parts:
        compiled |= {key: node for key, node in _nodes(part, manifest.project).items() if node.sql}
    nodes = {key: node if node.sql else compiled.get(key, node) for key, node in manifest.nodes.items()}
    return replace(manifest, nodes=nodes)


def _has_sql(node: CompiledNode) -> bool:
    return node.resource_type in {"model", "snapshot"} and not node.is_stub


def _nodes(part: Path, project: str) -> dict[str, CompiledNode]:
    try:
        manifest = read_compiled(part)
    except MeshError:
        return {}  # a part that was interrupted; what it would have compiled is not known, and said to be
    return manifest.nodes if manifest.project == project else {}
