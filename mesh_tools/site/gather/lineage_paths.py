"""Lineage between what is shown, through what is not: composed from below, each column of each model once.

What is known of a hidden model is kept as small numbers until its last reader was looked at: a place (a shown node and
a column of it) times eight plus a kind. Columns that are passed on share what is known of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.model.lineage import ColumnEdge, EdgeKind, ModelLineage, UseKind
from mesh_tools.site.facts.graph import Method
from mesh_tools.site.gather.lineage_boxes import Box
from mesh_tools.site.gather.lineage_causes import cause_behind

METHODS: tuple[Method, ...] = ("fast", "exact", "published", "table")
"""The most trustworthy first."""
KINDS: tuple[EdgeKind, ...] = ("pass", "rename", "transform", "aggregate")
USES: tuple[UseKind, ...] = ("select", "join", "filter", "group", "order", "window")
ANY_COLUMN = ""
"""The column of what stands for all origins of a project."""

_KIND = {kind: rank for rank, kind in enumerate(KINDS)}
_USE = {kind: rank for rank, kind in enumerate(USES)}
_BITS = 7  # of a kind
_Places = tuple[int, ...]


class Arrival(Struct, frozen=True, kw_only=True):
    """What goes into one shown node.

    Attributes:
        key: Of the node.
        pairs: By key of each shown node that goes into it: how that is known, and through how many hidden models.
        columns: By key of the other node: its column, the column here, and what is done to it. For what decides over
            rows the column here is empty.
        cause: Why not all columns are known.
    """

    key: str
    pairs: dict[str, tuple[Method, int]]
    columns: dict[str, list[tuple[str, str, EdgeKind | UseKind]]]
    cause: str | None


class _Hidden(Struct, frozen=True):
    columns: dict[str, _Places]
    rows: _Places
    pairs: dict[str, int]
    cause: str | None


class Composer:
    """Goes through all nodes, what is read before what reads it.

    Args:
        boxes: All nodes.
        origins: Of hidden nodes where data enters the mesh: the key that stands for them.
    """

    def __init__(self, boxes: Mapping[str, Box], origins: Mapping[str, str]) -> None:
        self._boxes = boxes
        self._origins = origins
        # A source that another project builds is what it stands for.
        self._same = {
            key: box.reads[0] for key, box in boxes.items() if box.node.kind == "source" and box.reads and not box.shown
        }
        self._hidden: dict[str, _Hidden] = {}
        self._places: list[tuple[str, str]] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._shared: dict[_Places, _Places] = {}

    def arrivals(self) -> Iterator[Arrival]:
        """What goes into each shown node that reads anything."""
        pending: defaultdict[str, int] = defaultdict(int)
        for key in self._boxes:
            for parent in self._reads(key):
                pending[parent] += 1
        for key in self._order():
            box = self._boxes[key]
            reads = self._reads(key)
            if box.shown:
                if reads:
                    yield self._arrival(box, self._composed(box, reads))
            elif key not in self._same and key not in self._origins:
                self._hidden[key] = self._composed(box, reads)
            for parent in reads:
                pending[parent] -= 1
                if not pending[parent]:
                    self._hidden.pop(parent, None)

    def resolved(self, key: str) -> str:
        """``key``, or what it stands for."""
        seen = set()
        while key in self._same and key not in seen:
            seen.add(key)
            key = self._same[key]
        return key

    def _reads(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.resolved(parent) for parent in self._boxes[key].reads))

    def _order(self) -> Iterator[str]:
        """Parents first; of nodes in a circle, which nobody can build, any."""
        done: set[str] = set()
        for start in self._boxes:
            path = [(start, iter(self._reads(start)))]
            if start in done:
                continue
            done.add(start)
            while path:
                key, parents = path[-1]
                further = next((parent for parent in parents if parent not in done), None)
                if further is None:
                    yield key
                    path.pop()
                else:
                    done.add(further)
                    path.append((further, iter(self._reads(further))))

    def _composed(self, box: Box, reads: tuple[str, ...]) -> _Hidden:
        pairs: dict[str, int] = {}
        causes = [box.cause] if box.cause else []
        for parent in reads:
            for source, known in self._pairs_of(parent):
                # The worst method and the longest way, each for itself.
                method = max(known & _BITS, METHODS.index(box.method), pairs.get(source, 0) & _BITS)
                pairs[source] = max(known >> 3, pairs.get(source, 0) >> 3) << 3 | method
            behind = self._hidden.get(parent)
            if behind is not None and behind.cause and not causes:
                causes.append(cause_behind(behind.cause) if box.shown else behind.cause)
        if box.lineage is None:
            columns, rows = {}, self._published(box)
        else:
            columns, rows = self._columns(box.lineage, box.keys), self._rows(box.lineage, box.keys, reads)
            for unnamed in self._unnamed(box, box.lineage):
                for source, _ in self._pairs_of(unnamed):
                    pairs[source] = pairs[source] | METHODS.index("table")
        return _Hidden(columns, rows, pairs, causes[0] if causes else None)

    def _pairs_of(self, parent: str) -> Iterable[tuple[str, int]]:
        if parent in self._origins:
            return [(self._origins[parent], 0)]
        behind = self._hidden.get(parent)
        if behind is not None:
            return [(source, known + 8) for source, known in behind.pairs.items()]
        return [(parent, 0)] if self._boxes[parent].shown else []

    def _unnamed(self, box: Box, lineage: ModelLineage) -> Iterator[str]:
        """What is read with a ``*`` whose columns are not known."""
        if not lineage.complete:
            for read in lineage.hazards:
                if read.hazard == "star" and read.node in box.keys:
                    yield self.resolved(box.keys[read.node])

    def _columns(self, lineage: ModelLineage, keys: Mapping[str, str]) -> dict[str, _Places]:
        return {name: self._made_of(edges, keys) for name, edges in lineage.columns.items()}

    def _made_of(self, edges: tuple[ColumnEdge, ...], keys: Mapping[str, str]) -> _Places:
        if len(edges) == 1:
            edge = edges[0]
            return self._share(_raised(self._at(keys.get(edge.node), edge.column), _KIND[edge.kind]))
        best: dict[int, int] = {}
        for edge in edges:
            for place in _raised(self._at(keys.get(edge.node), edge.column), _KIND[edge.kind]):
                best[place >> 3] = max(best.get(place >> 3, 0), place & _BITS)
        return self._share(tuple(number << 3 | kind for number, kind in best.items()))

    def _at(self, key: str | None, column: str) -> _Places:
        """The shown columns that one column is, or is made of."""
        if key is None:
            return ()
        key = self.resolved(key)
        behind = self._hidden.get(key)
        if behind is not None:
            return behind.columns.get(column, ())
        if key in self._origins:
            return self._share((self._number(self._origins[key], ANY_COLUMN) << 3,))
        return self._share((self._number(key, column) << 3,)) if self._boxes[key].shown else ()

    def _rows(self, lineage: ModelLineage, keys: Mapping[str, str], reads: tuple[str, ...]) -> _Places:
        found: dict[int, None] = {}
        for use in lineage.indirect:
            kind = _USE[use.kind]
            for place in self._at(keys.get(use.node), use.column):
                found[place >> 3 << 3 | kind] = None
        for parent in reads:
            behind = self._hidden.get(parent)
            if behind is not None:
                found |= dict.fromkeys(behind.rows)
        return self._share(tuple(found))

    def _published(self, box: Box) -> _Places:
        """What a reader uses of which only the columns that it uses are published, not what it makes of them."""
        found: list[int] = []
        for key, use in box.node.consumptions.items():
            for column in use.columns or ():
                kind: UseKind = "filter" if column in use.indirect else "select"
                found += [place >> 3 << 3 | _USE[kind] for place in self._at(key, column)]
        return tuple(dict.fromkeys(found))

    def _arrival(self, box: Box, found: _Hidden) -> Arrival:
        columns: defaultdict[str, list[tuple[str, str, EdgeKind | UseKind]]] = defaultdict(list)
        for name, places in found.columns.items():
            for place in places:
                key, column = self._places[place >> 3]
                columns[key].append((column, name, KINDS[place & _BITS]))
        for place in found.rows:
            key, column = self._places[place >> 3]
            if column != ANY_COLUMN:
                columns[key].append((column, "", USES[place & _BITS]))
        pairs = {key: (METHODS[known & _BITS], known >> 3) for key, known in found.pairs.items()}
        # SQL may name what dbt does not know it to read.
        pairs |= {key: (box.method, 0) for key in columns if key not in pairs}
        return Arrival(key=box.node.key, pairs=pairs, columns=dict(columns), cause=found.cause)

    def _number(self, key: str, column: str) -> int:
        place = (key, column)
        number = self._numbers.get(place)
        if number is None:
            number = self._numbers[place] = len(self._places)
            self._places.append(place)
        return number

    def _share(self, places: _Places) -> _Places:
        return self._shared.setdefault(places, places)


def _raised(places: _Places, kind: int) -> _Places:
    """``places``, to whose values at least ``kind`` is done."""
    if not kind:
        return places
    return tuple(place if place & _BITS >= kind else place >> 3 << 3 | kind for place in places)
