"""Uses of other projects' products that reach no product: by models that the reader does not see, one box a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct

from mesh_tools.model.lineage import UseKind
from mesh_tools.site.facts.graph import Method
from mesh_tools.site.gather.lineage_boxes import TRACEABLE, Box
from mesh_tools.site.gather.lineage_paths import METHODS, USES

_Used = dict[str, dict[tuple[str, UseKind], None]]


class Internals(Struct, frozen=True, kw_only=True):
    """The models of one project that are counted only.

    Attributes:
        project: Whose.
        models: How many.
        methods: By key of what they read: how it is known.
        columns: By key of what they read: its columns, and what is done with them.
        cause: Why not all columns are known.
    """

    project: str
    models: int
    methods: dict[str, Method]
    columns: dict[str, tuple[tuple[str, UseKind], ...]]
    cause: str | None = None


def internals(
    boxes: Mapping[str, Box], resolved: Callable[[str], str], reached: Collection[tuple[str, str, str]]
) -> Iterator[Internals]:
    """Of each project that has any.

    Args:
        boxes: All nodes.
        resolved: From the key of a source to what another project builds it from.
        reached: Columns that go into something shown: key, column, and the project that they reach.
    """
    ending = _ending(boxes)
    by_project: defaultdict[str, dict[str, _Used]] = defaultdict(dict)
    for key, box in boxes.items():
        if box.shown or box.node.kind not in TRACEABLE:
            continue
        used = _used(box, boxes, resolved)
        if key in ending:
            used = _lost(used, box.node.project, reached)
        if used:
            by_project[box.node.project][key] = used
    for project, models in sorted(by_project.items()):
        yield _summed(project, models, boxes)


def _ending(boxes: Mapping[str, Box]) -> set[str]:
    """All hidden nodes from which something shown is made."""
    found: set[str] = set()
    pending = [key for box in boxes.values() if box.shown for key in _inputs(box)]
    while pending:
        key = pending.pop()
        if key in boxes and key not in found and not boxes[key].shown:
            found.add(key)
            pending += _inputs(boxes[key])
    return found


def _inputs(box: Box) -> tuple[str, ...]:
    # By dbt's own graph: ephemeral models, past which lineage leads, end in their readers.
    return box.reads if box.node.evidence == "published" else box.node.inputs


def _used(box: Box, boxes: Mapping[str, Box], resolved: Callable[[str], str]) -> _Used:
    """By key of each product of another project that ``box`` itself reads."""
    keys = {key: resolved(key) for key in box.reads}
    used: _Used = {key: {} for key in keys.values() if boxes[key].shown and boxes[key].node.project != box.node.project}
    for key, use in box.node.consumptions.items():
        for column in use.columns or ():
            used.get(key, {})[column, "filter" if column in use.indirect else "select"] = None
    if used and box.lineage is not None:
        edges = (edge for made_of in box.lineage.columns.values() for edge in made_of)
        uses: list[tuple[str, str, UseKind]] = [(edge.node, edge.column, "select") for edge in edges]
        uses += [(use.node, use.column, use.kind) for use in box.lineage.indirect]
        for node, column, kind in uses:
            key = keys.get(box.keys.get(node, ""), "")
            used.get(key, {})[column, kind] = None
    return used


def _lost(used: _Used, project: str, reached: Collection[tuple[str, str, str]]) -> _Used:
    """What of ``used`` does not get into anything shown."""
    left = {
        key: {use: None for use in columns if (key, use[0], project) not in reached} for key, columns in used.items()
    }
    return {key: columns for key, columns in left.items() if columns}


def _summed(project: str, models: Mapping[str, _Used], boxes: Mapping[str, Box]) -> Internals:
    methods: dict[str, Method] = {}
    columns: defaultdict[str, dict[tuple[str, UseKind], None]] = defaultdict(dict)
    for model, used in models.items():
        for key, uses in used.items():
            methods[key] = max(methods.get(key, "fast"), boxes[model].method, key=METHODS.index)
            columns[key] |= uses
    causes = sorted({cause for model in models if (cause := boxes[model].cause)})
    return Internals(
        project=project,
        models=len(models),
        methods=methods,
        columns={key: tuple(sorted(uses, key=_order)) for key, uses in columns.items()},
        cause="; ".join(causes) or None,
    )


def _order(use: tuple[str, UseKind]) -> tuple[str, int]:
    return use[0], USES.index(use[1])
