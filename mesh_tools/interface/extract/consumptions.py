"""What a project uses of other projects' products."""

from __future__ import annotations

from collections import defaultdict

from mesh_tools.artifacts.manifest import ExposureNode, Manifest, ModelNode, SnapshotNode
from mesh_tools.mesh.summary import STUB_TAG
from mesh_tools.model.interface import Consumption, Version

Reader = ModelNode | SnapshotNode | ExposureNode


def consumptions_of(manifest: Manifest) -> tuple[Consumption, ...]:
    """One consumption for each upstream product version that a model, snapshot or exposure of the project reads.

    Those that name the version and those that follow the latest one stand apart. Columns are not traced here:
    ``columns`` is ``None``; see :mod:`mesh_tools.contracts.consumption`.
    """
    readers: defaultdict[tuple[str, str, Version | None, bool], set[str]] = defaultdict(set)
    for node in (*manifest.nodes.values(), *manifest.exposures.values()):
        if node.package_name == manifest.project and isinstance(node, Reader):
            for unique_id in node.depends_on.nodes:
                upstream = manifest.nodes.get(unique_id)
                if isinstance(upstream, ModelNode) and is_foreign(upstream, manifest.project):
                    pinned = _is_pinned(node, upstream)
                    readers[upstream.package_name, upstream.name, upstream.version, pinned].add(reader_label(node))
    return tuple(
        Consumption(project=project, product=name, v=v, pinned=pinned, by=tuple(sorted(by)))
        for (project, name, v, pinned), by in sorted(readers.items(), key=lambda item: tuple(map(str, item[0])))
    )


def is_foreign(node: ModelNode, project: str) -> bool:
    """Whether it is another project's product: a stub of ours, or what another tool injects.

    The models of an ordinary package are not public.
    """
    return STUB_TAG in (node.tags or ()) or (node.package_name != project and node.is_public)


def reader_label(node: Reader) -> str:
    """What a consumption calls a reader: its name, or ``exposure:NAME``."""
    return f"exposure:{node.name}" if isinstance(node, ExposureNode) else node.name


def _is_pinned(reader: Reader, upstream: ModelNode) -> bool:
    """Whether each ref of ``reader`` to ``upstream`` names its version, so that no later one takes its place."""
    named = [
        ref.version for ref in reader.refs if ref.name == upstream.name and ref.package in {None, upstream.package_name}
    ]
    meant = [v for v in named if v is None or str(v) == str(upstream.version)]
    return upstream.version is not None and None not in meant
