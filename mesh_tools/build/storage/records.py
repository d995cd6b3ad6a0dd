"""What is kept about a good build of a project: what went into it, and what came out."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

PRODUCTS_FIRST = "the products"
"""What a generation holds that was published before the rest of its project was built."""

SourceKind = Literal["files", "relation", "project", "unknown"]


class SourceState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source that a project reads, and its data when it was read.

    Attributes:
        kind: ``files``: they were hashed. ``relation``: asked by dbt's freshness query. ``project``: another project
            of the mesh builds it. ``unknown``: nothing tells whether it has changed.
        state: Equal when the data is; ``None``: not known.
        files: Paths or globs, for ``files``; relative to the project.
        project: Name, for ``project``.
        why: Why nothing is known.
    """

    kind: SourceKind
    state: str | None = None
    files: tuple[str, ...] = ()
    project: str | None = None
    why: str | None = None


class Inputs(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a project's data is made of. Two builds of equal inputs give equal data.

    Attributes:
        files: Digests of the project's own files and those of its local packages, by path.
        settings: Variables, target, profile and versions of tools, by name.
        interfaces: Digests of the interface packages that were rendered, by upstream project.
        data: Fingerprints of the upstream products that are read, by ``project.product``.
        sources: By ``source.table``.
    """

    files: dict[str, str] = {}
    settings: dict[str, str] = {}
    interfaces: dict[str, str] = {}
    data: dict[str, str] = {}
    sources: dict[str, SourceState] = {}


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A good build of a project, as its storage keeps it beside the data.

    Attributes:
        id: Of the generation, or of the run where there are no generations.
        project: Its name.
        run: The run that built it.
        built_at: ISO 8601, UTC.
        inputs: What went in; ``None`` when that is not known as a whole, after a build of a part.
        data: Fingerprints of the products, by product key.
        pins: Which generation of each upstream was read.
        stateful: Whether a model needs its earlier data: incremental ones, snapshots.
        partial: Of what was built, when it was not everything.
    """

    id: str
    project: str
    run: str
    built_at: str
    inputs: Inputs | None = None
    data: dict[str, str] = {}
    pins: dict[str, str] = {}
    stateful: bool = False
    partial: str | None = None
