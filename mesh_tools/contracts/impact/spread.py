"""How a column spreads: through renames, joins and filters, model by model, and where that is not known."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.contracts.impact.nodes import Node
from mesh_tools.contracts.impact.values import Effect
from mesh_tools.model.lineage import EdgeKind, ModelLineage, UseKind

_RISING: tuple[EdgeKind, ...] = ("pass", "rename", "transform", "aggregate")


class Reach(Struct, frozen=True, kw_only=True):
    """What the column asked for means at a node.

    Attributes:
        columns: Columns of the node that are made of it, each with the most that is done to it on the way; of several
            ways the one on which the least is done.
        uses: What the node's query does with it, besides.
        selected: Whether columns of the node are made of it, of which no more is known.
        rows: Whether it decides, here or on the way, which rows there are.
        unknown: Whether something on the way was not traced, so that it may mean anything here.
    """

    columns: Mapping[str, EdgeKind] = {}
    uses: frozenset[UseKind] = frozenset()
    selected: bool = False
    rows: bool = False
    unknown: bool = False

    def __bool__(self) -> bool:
        """Whether it means anything."""
        return bool(self.columns or self.uses or self.selected or self.rows or self.unknown)

    @property
    def is_blind(self) -> bool:
        """Whether any column of the node may be made of it."""
        return self.unknown or self.selected

    @property
    def decides_rows(self) -> bool:
        """Whether it decides which rows the node has."""
        return self.rows or bool(self.uses)

    @property
    def effect(self) -> Effect:
        """In one word: the most that it may mean. Where any column may be made of it, rows are the lesser part."""
        if self.columns or self.selected:
            return "values"
        return "may" if self.unknown else "rows"


def readers_of(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """The keys of what reads each node."""
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for node in nodes.values():
        for key in dict.fromkeys(node.inputs):
            readers[key].append(node.key)
    return readers


def spread(
    nodes: Mapping[str, Node], readers: Mapping[str, Iterable[str]], starts: Iterable[str], column: str
) -> dict[str, Reach]:
    """What ``column`` of ``starts`` means to every node downstream to which it means anything, by key.

    Args:
        nodes: Of the mesh, by key.
        readers: Of each node.
        starts: Keys of the versions of one product.
        column: As lineage names it.
    """
    reached = {key: Reach(columns={column: "pass"}) for key in starts}
    fixed = frozenset(reached)
    # States only grow, so this ends; in a cycle, too.
    pending = deque(reached)
    while pending:
        for key in readers.get(pending.popleft(), ()):
            if key not in fixed and (found := _at(nodes[key], reached)) and found != reached.get(key):
                reached[key] = found
                pending.append(key)
    return {key: reach for key, reach in reached.items() if key not in fixed}


def distances(readers: Mapping[str, Iterable[str]], starts: Iterable[str], within: Iterable[str]) -> dict[str, str]:
    """For each node of ``within``, nearest first, the node before it on a shortest way from ``starts``."""
    allowed = frozenset(within)
    before: dict[str, str] = {}
    pending = deque(starts)
    seen = set(pending)
    while pending:
        current = pending.popleft()
        for key in readers.get(current, ()):
            if key in allowed and key not in seen:
                seen.add(key)
                before[key] = current
                pending.append(key)
    return before


def _at(node: Node, reached: Mapping[str, Reach]) -> Reach:
    inputs = {key: reached[key] for key in node.inputs if key in reached}
    if node.hands_on:
        return next(iter(inputs.values()), Reach())
    if node.evidence == "published":
        return _published(node, inputs)
    rows = any(reach.decides_rows for reach in inputs.values())
    blind = any(reach.is_blind for reach in inputs.values())
    if node.lineage is None:
        return Reach(unknown=blind or any(reach.columns for reach in inputs.values()), rows=rows)
    # What was inlined (an ephemeral model) is no input of the SQL: its own inputs are, by their unique_ids.
    read = {key: reached[key] for key in node.lineage.reads if key in reached}
    read |= {_bare(key): reach for key, reach in inputs.items()}
    return _traced(node.lineage, read, rows=rows, blind=blind)


def _traced(lineage: ModelLineage, reached: Mapping[str, Reach], *, rows: bool, blind: bool) -> Reach:
    columns: dict[str, EdgeKind] = {}
    for name, edges in lineage.columns.items():
        kinds = [
            max(edge.kind, reached[edge.node].columns[edge.column], key=_RISING.index)
            for edge in edges
            if edge.node in reached and edge.column in reached[edge.node].columns
        ]
        if kinds:
            columns[name] = min(kinds, key=_RISING.index)
    uses = {use.kind for use in lineage.indirect if use.node in reached and use.column in reached[use.node].columns}
    return Reach(columns=columns, uses=frozenset(uses), rows=rows, unknown=blind or _has_blind_star(lineage, reached))


def _has_blind_star(lineage: ModelLineage, reached: Mapping[str, Reach]) -> bool:
    """Whether it has a ``*`` over columns that are not known, among which the column asked for may be."""
    stars = {read.node for read in lineage.hazards if read.hazard == "star"}
    return not lineage.complete and any(node in reached and reached[node].columns for node in stars)


def _published(node: Node, inputs: Mapping[str, Reach]) -> Reach:
    """By the columns that its project says it uses; of what becomes of them there, nothing is known."""
    selected = rows = unknown = False
    for key, reach in inputs.items():
        use = node.consumptions.get(key)
        rows = rows or reach.decides_rows
        if use is None or use.columns is None or reach.is_blind:
            unknown = True
            continue
        read = {name.lower() for name in use.columns} & {name.lower() for name in reach.columns}
        indirect = {name.lower() for name in use.indirect}
        selected = selected or bool(read - indirect)
        rows = rows or bool(read & indirect)
    return Reach(selected=selected, rows=rows, unknown=unknown)


def _bare(key: str) -> str:
    """The unique_id of a node whose key names a project, too."""
    return key.partition("@")[0]


def path_to(key: str, before: Mapping[str, str]) -> Iterator[str]:
    """The nodes between the start and ``key``, the nearest to ``key`` first."""
    while (key := before.get(key, "")) in before:
        yield key
