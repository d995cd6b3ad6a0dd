"""What a project uses of other projects' products."""

from __future__ import annotations

from collections import defaultdict

from mesh_tools.artifacts.manifest import ExposureNode, Manifest, ModelNode, Node
from mesh_tools.mesh.summary import STUB_TAG
from mesh_tools.model.interface import Consumption, Version

_READERS = frozenset({"model", "snapshot", "exposure"})


def consumptions_of(manifest: Manifest) -> tuple[Consumption, ...]:
    """One consumption for each upstream product version that a model, snapshot or exposure of the project reads.

    Columns are not traced here: ``columns`` is ``None``.
    """
    readers: defaultdict[tuple[str, str, Version | None], set[str]] = defaultdict(set)
    for node in (*manifest.nodes.values(), *manifest.exposures.values()):
        if node.package_name != manifest.project or node.unique_id.split(".", 1)[0] not in _READERS:
            continue
        for unique_id in node.depends_on.nodes:
            upstream = manifest.nodes.get(unique_id)
            if isinstance(upstream, ModelNode) and _is_foreign(upstream, manifest):
                readers[upstream.package_name, upstream.name, upstream.version].add(_label(node))
    return tuple(
        Consumption(project=project, product=name, v=v, by=tuple(sorted(by)))
        for (project, name, v), by in sorted(readers.items(), key=lambda item: tuple(map(str, item[0])))
    )


def _is_foreign(node: ModelNode, manifest: Manifest) -> bool:
    """A stub of ours, or what another tool injects. The models of an ordinary package are not public."""
    return STUB_TAG in (node.tags or ()) or (node.package_name != manifest.project and node.is_public)


def _label(node: Node | ExposureNode) -> str:
    return f"exposure:{node.name}" if isinstance(node, ExposureNode) else node.name
