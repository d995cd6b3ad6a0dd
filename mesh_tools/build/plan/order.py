"""In which order projects are built: declared upstreams, and what the models were last seen to read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.errors import MeshError
from mesh_tools.files import write_atomically
from mesh_tools.mesh.graph import MeshGraph, knots_of
from mesh_tools.mesh.summary import ProjectSummary, summarise
from mesh_tools.mesh.workspace import Workspace

Knot = tuple[str, ...]
"""Names of projects that are built together: one, or all that read each other."""


class BuildOrder(Struct, frozen=True):
    """The order of a build.

    Attributes:
        knots: Each after those that it reads.
        upstream: The knots that each knot reads.
        whole: Those of them of which a knot reads more than products, as a source: it must wait for all of them.
    """

    knots: tuple[Knot, ...]
    upstream: dict[Knot, tuple[Knot, ...]]
    whole: dict[Knot, frozenset[Knot]] = {}


def build_order(workspace: Workspace, chosen: Collection[str], environment: str) -> BuildOrder:
    """The order in which ``chosen`` projects are built.

    A source that another project builds is an edge too, but only a manifest shows it: of a mesh that was never parsed,
    declared upstreams decide alone.
    """
    declared = workspace.upstream()
    seen = _read_before(workspace, environment)
    read = {name: [up for up in (*declared[name], *seen.reads.get(name, ())) if up in chosen] for name in chosen}
    ordered = {name: read[name] for name in declared if name in read}
    knots = knots_of(ordered)
    knot_of = {name: knot for knot in knots for name in knot}
    upstream = {knot: tuple(sorted({knot_of[up] for name in knot for up in read[name]} - {knot})) for knot in knots}
    past = {knot: {knot_of[up] for name in knot for up in seen.sources.get(name, ()) if up in chosen} for knot in knots}
    return BuildOrder(knots, upstream, {knot: frozenset(found - {knot}) for knot, found in past.items()})


class _Seen(Struct, frozen=True):
    """The projects that each one was seen to read, in manifests (paths and times) that were read for it.

    ``sources`` are those of them whose relations it declares as sources, past their interfaces.
    """

    manifests: dict[str, tuple[str, int]]
    reads: dict[str, tuple[str, ...]]
    sources: dict[str, tuple[str, ...]]


def _read_before(workspace: Workspace, environment: str) -> _Seen:
    """What manifests show, kept until one of them is another: reading them all takes longer than to decide the rest."""
    paths = newest_manifests(workspace, environment)
    stamps = {name: (str(path), path.stat().st_mtime_ns) for name, path in paths.items()}
    cache = workspace.state / "cache" / environment / "reads.json"
    with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
        known = msgspec.json.decode(cache.read_bytes(), type=_Seen)
        if known.manifests == stamps:
            return known
    graph = MeshGraph(_summaries(paths.values()))
    seen = _Seen(stamps, graph.upstream_projects(), _sources(graph))
    with suppress(OSError):  # only time is lost
        write_atomically(cache, msgspec.json.encode(seen))
    return seen


def _sources(graph: MeshGraph) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for edge in graph.cross_edges():
        if edge.kind == "source":
            found.setdefault(edge.consumer.project, set()).add(edge.producer.project)
    return {project: tuple(sorted(names)) for project, names in sorted(found.items())}


def _summaries(paths: Collection[Path]) -> Iterator[ProjectSummary]:
    for path in paths:
        with suppress(MeshError):  # by a dbt that is not known: the build will tell
            yield summarise(read_manifest(path))
