"""Where a column comes from, and a description where it has none of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from mesh_tools.model.interface import product_key
from mesh_tools.model.lineage import EdgeKind
from mesh_tools.site.facts.graph import LineageGraph
from mesh_tools.site.facts.product import Origin
from mesh_tools.site.gather.consumers import Key
from mesh_tools.site.gather.lineage_index import LineageIndex, OriginColumn
from mesh_tools.site.gather.world import World
from mesh_tools.site.names import column_anchor

_RISING: tuple[EdgeKind, ...] = ("pass", "rename", "transform", "aggregate")
_UNCHANGED = frozenset({"pass", "rename"})
_MOST = 12
"""Origins of a column that are told; a sum over many sources has more, and the lineage shows them."""


class Columns:
    """Answers about columns out of the lineage that the reader may see.

    Args:
        graph: The lineage.
        world: For the descriptions of products' columns.
    """

    def __init__(self, graph: LineageGraph, world: World) -> None:
        self._index = LineageIndex(graph)
        self._described: Mapping[tuple[str, str], str] = {
            (f"{interface.project}.{product_key(product.name, version.v)}", column.name.lower()): column.description
            for interface in world.interfaces.values()
            for product in interface.products
            for version in product.versions
            for column in version.columns
            if column.description
        }

    def origins(self, key: Key, column: str) -> tuple[Origin, ...]:
        """What a column is made of itself: the nearest that the reader may see."""
        found: dict[str, Origin] = {}
        for made_of in self._into(".".join(key), column):
            origin = _origin(made_of)
            known = found.get(origin.label)
            if known is None or _rank(origin) > _rank(known):
                found[origin.label] = origin
        return tuple(found.values())[:_MOST]

    def description(self, key: Key, column: str) -> tuple[str, Origin] | None:
        """The description of the nearest column that this one is, unchanged; and which one that is."""
        start = (".".join(key), column)
        seen, queue = {start}, deque([start])
        while queue:
            for made_of in self._into(*queue.popleft()):
                place = (made_of.node.id, made_of.column)
                if made_of.kind not in _UNCHANGED or place in seen:
                    continue
                described = self._described.get((made_of.node.label, made_of.column.lower()))
                if described:
                    return described, _origin(made_of)
                seen.add(place)
                queue.append(place)
        return None

    def _into(self, node: str, column: str) -> tuple[OriginColumn, ...]:
        """Lineage has names as the warehouse folds them."""
        names = dict.fromkeys((column, column.lower(), column.upper()))
        return next((found for name in names if (found := self._index.origins_of(node, name))), ())


def _origin(made_of: OriginColumn) -> Origin:
    node = made_of.node
    kind = next((known for known in _RISING if known == made_of.kind), None)
    if node.kind == "internal" or not made_of.column:
        return Origin(label=node.label, kind=kind)
    href = f"{node.href}#{column_anchor(made_of.column)}" if node.href else None
    return Origin(label=f"{node.label}.{made_of.column}", href=href, kind=kind)


def _rank(origin: Origin) -> int:
    return _RISING.index(origin.kind) if origin.kind else -1
