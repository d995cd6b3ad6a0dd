"""Resolves names of columns: to a column of a relation in scope, a field, an alias, or a whole relation."""

from __future__ import annotations

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.frames import Frame
from mesh_tools.lineage.query.marks import WRITTEN
from mesh_tools.lineage.query.values import Anything, NotFastError, NotTraceableError, Relation, Value


class Names:
    """Resolves the names in one query."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._fast = context.fast

    def resolve(self, node: exp.Column, frame: Frame) -> tuple[Value, list[str]]:
        """The value of a column, and the path of fields in it when it is a struct.

        Raises:
            NotFastError: the fast path does not know this form.
            NotTraceableError: it cannot be told.
        """
        table = node.args.get("table")
        if table is None:
            return self._unqualified(self._context.key(node.args["this"]), frame), []
        parts = [self._context.key(part) for part in node.parts]
        at = self._alias_at(parts, frame)
        if at is None:
            if self._fast:
                raise NotFastError("a dotted name")
            return self._unqualified(parts[0], frame), parts[1:]
        alias, column = parts[at], parts[at + 1]
        owner = frame.source(alias)
        if node.meta_get(WRITTEN) == "bare":
            owner = _owner(alias, column, owner)
        value = owner.column(alias, column) if owner is not None else None
        if value is None:
            raise NotTraceableError(f"{alias} has no column {column} that is known")
        return value, parts[at + 2 :]

    def _alias_at(self, parts: list[str], frame: Frame) -> int | None:
        """Where in a dotted name the relation stands: ``a.b``, ``schema.table.b``, or ``a.struct.field``."""
        last = len(parts) - 2
        if frame.source(parts[last]) is not None and (last == 0 or frame.source(parts[0]) is None):
            return last
        if self._fast:
            raise NotFastError("a dotted name")
        return next((at for at in range(last + 1) if frame.source(parts[at]) is not None), None)

    def _unqualified(self, name: str, frame: Frame) -> Value:
        value = frame.aliases.get(name)
        if value is not None and not frame.is_known(name):
            return value
        found = self._found(name, frame)
        if value is not None and self._fast and not value.same(found):
            raise NotFastError("an alias that is a column, too")
        return found

    def _found(self, name: str, frame: Frame) -> Value:
        owner = frame.source(name)
        if owner is not None and not frame.is_known(name):
            return self.whole(name, owner.sources[name])
        found = frame.find(name) or frame.stale(name)
        if found is None:
            raise NotTraceableError(f"column {name} is not found")
        return found

    def whole(self, name: str, relation: Relation) -> Value:
        """A relation named as if it were a column: of a table function, the value; of others, the row."""
        if self._fast:
            raise NotFastError("a relation as a value")
        if isinstance(relation, Anything):
            return relation.made_of
        if len(relation.columns) == 1 and relation.complete:
            return next(iter(relation.columns.values()))
        raise NotTraceableError(f"a whole row of {name} as a value")


def _owner(alias: str, column: str, frame: Frame | None) -> Frame | None:
    """Where ``alias`` has ``column``: qualification writes an alias that a query within may have, too."""
    nearest = frame
    while frame is not None and frame.sources[alias].has(column) is False:
        frame = frame.outer.source(alias) if frame.outer is not None else None
    return frame or nearest
