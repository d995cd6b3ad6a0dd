"""Digests of how products are made, composed through the private models of their project.

Published in interfaces, so they hold no names: a consumer or a reviewer sees that the logic of a column has changed,
and nothing of the SQL. Renaming a private model, a CTE or an alias, comments, layout, and moving a CTE that hands on
its rows and columns as they are into a model of its own leave the digests as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from mesh_tools.lineage.version import method
from mesh_tools.model.interface import Logic
from mesh_tools.model.lineage import ModelLineage

_DIGEST_BYTES = 8
_WHOLE_ID = 3
"""Parts of a unique_id that end in its name: ``model.project.name``."""


class Composer:
    """Composes digests of the nodes of one project.

    Args:
        models: Lineage by unique_id, of the project's models at least.
        own: unique_ids of the project's own nodes, those of packages that it builds included. Others are named.
    """

    def __init__(self, models: Mapping[str, ModelLineage], own: Collection[str]) -> None:
        self._models = models
        self._own = own
        self._columns: dict[str, dict[str, str]] = {}
        self._rows: dict[str, str] = {}

    def logic(self, node: str) -> Logic | None:
        """The digests of a model; ``None`` when there is nothing known of its SQL."""
        lineage = self._models.get(node)
        if lineage is None or (not lineage.is_traced and lineage.rows_digest is None):
            return None
        for key in self._in_order(node):
            self._compose(key)
        columns = {name: _digest(text) for name, text in sorted(self._columns[node].items())}
        return Logic(method=method(), rows=_digest(self._rows[node]), columns=columns)

    def _in_order(self, node: str) -> list[str]:
        """The own models that ``node`` rests on and that are not composed yet, parents first, and itself."""
        found: dict[str, None] = {}
        path = [(node, iter(self._parents(node)))]
        entered = {node}
        while path:
            key, parents = path[-1]
            parent = next((parent for parent in parents if parent not in entered), None)
            if parent is None:
                found[key] = None
                path.pop()
            else:
                entered.add(parent)
                path.append((parent, iter(self._parents(parent))))
        return list(found)

    def _parents(self, node: str) -> Iterable[str]:
        lineage = self._models.get(node)
        known = lineage.reads if lineage is not None else ()
        return [key for key in known if key in self._own and key in self._models and key not in self._rows]

    def _compose(self, node: str) -> None:
        lineage = self._models[node]
        reads = {key: at for at, key in enumerate(lineage.reads)}
        self._columns[node] = {
            name: self._column(lineage, name, reads) for name in lineage.columns if name in lineage.expressions
        }
        self._rows[node] = self._composed_rows(lineage, reads)

    def _column(self, lineage: ModelLineage, name: str, reads: Mapping[str, int]) -> str:
        edges = lineage.columns[name]
        expression = lineage.expressions[name]
        if len(edges) == 1 and expression == f"${reads.get(edges[0].node)}.{edges[0].column}":
            return self._leaf(edges[0].node, edges[0].column)
        places = sorted({(reads.get(edge.node, -1), edge.column, edge.node) for edge in edges})
        return _digest(expression, *(self._leaf(owner, column) for _, column, owner in places))

    def _composed_rows(self, lineage: ModelLineage, reads: Mapping[str, int]) -> str:
        own = lineage.rows_digest or ""
        sources = [self._rows.get(key) or self._name(key) for key in lineage.reads]
        if own == "$0" and len(sources) == 1:
            return sources[0]
        places = sorted(
            {(reads.get(use.node, -1), use.column, use.node) for use in lineage.indirect if use.kind != "select"}
        )
        return _digest(own, *sources, *(self._leaf(node, column) for _, column, node in places))

    def _leaf(self, node: str, column: str) -> str:
        composed = self._columns.get(node)
        if composed is None:
            return f"{self._name(node)}.{column}"
        return composed.get(column) or _digest(self._rows[node], column)

    def _name(self, node: str) -> str:
        """``project.product`` of another project's product, wherever it lies; else the unique_id.

        A product that gets versions lives on as its first, and who reads it gets the same rows.
        """
        parts = node.split(".")
        if len(parts) > _WHOLE_ID and parts[-1] == "v1":
            parts.pop()
        return ".".join(parts[1:]) if parts[0] == "model" and len(parts) >= _WHOLE_ID else node


def own_nodes(models: Iterable[str], project: str) -> frozenset[str]:
    """Of the unique_ids ``models``, those of ``project``, by their names."""
    return frozenset(key for key in models if key.split(".")[1:2] == [project])


def _digest(*texts: str) -> str:
    return blake2b("\x00".join(texts).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
