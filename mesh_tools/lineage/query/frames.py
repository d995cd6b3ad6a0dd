"""Where names are looked up: the relations of one SELECT, its aliases, and the queries around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.values import (
    BARE,
    TRANSFORM,
    Gathered,
    NotTraceableError,
    Relation,
    Table,
    Value,
    digest_of,
)

Lookup = dict[str, Callable[[], Relation]]
"""The CTEs that can be seen, by name; each is traced when it is first read."""

_MERGES_BOTH: Final = "FULL"


class Frame:
    """One SELECT.

    Attributes:
        sources: Its relations by alias, in order.
        marks: What tells the values of a relation that is read twice apart, in digests.
        sides: By which side each alias is joined.
        using: Names that USING has merged, each with the aliases that have it.
        aliases: Output columns by name, as far as they are traced.
        windows: Named windows.
        ctes: What CTEs can be seen.
        outer: The query around it, whose columns it may use.
        unqualified: Nodes of which a new column could make a name ambiguous.
    """

    __slots__ = ("aliases", "ctes", "marks", "outer", "sides", "sources", "unqualified", "using", "windows")

    def __init__(self, ctes: Lookup, outer: Frame | None) -> None:
        self.sources: dict[str, Relation] = {}
        self.marks: dict[str, str] = {}
        self.sides: dict[str, str] = {}
        self.using: dict[str, list[str]] = {}
        self.aliases: dict[str, Value] = {}
        self.windows: dict[str, exp.Expr] = {}
        self.ctes = ctes
        self.outer = outer
        self.unqualified: set[str] = set()

    def add(self, alias: str, relation: Relation, side: str = "") -> None:
        """Let ``relation`` be known as ``alias``.

        Raises:
            NotTraceableError: the alias is taken.
        """
        if alias in self.sources:
            raise NotTraceableError(f"two relations are called {alias}")
        twice = sum(other.digest == relation.digest for other in self.sources.values())
        self.marks[alias] = f"#{twice}" if twice else ""
        self.sides[alias] = side
        self.sources[alias] = relation

    def column(self, alias: str, name: str) -> Value | None:
        """Column ``name`` of the relation ``alias``, or ``None``."""
        value = self.sources[alias].get(name)
        mark = self.marks[alias]
        return value if value is None or not mark else Value(value.leaves, value.carried, value.digest + mark)

    def source(self, alias: str) -> Frame | None:
        """The nearest query in which ``alias`` is a relation."""
        frame: Frame | None = self
        while frame is not None and alias not in frame.sources:
            frame = frame.outer
        return frame

    def find(self, name: str) -> Value | None:
        """The column that an unqualified ``name`` means here or in a query around this one.

        Raises:
            NotTraceableError: it may be several.
        """
        known = [alias for alias, relation in self.sources.items() if relation.has(name)]
        if len(known) > 1:
            return self._merged(name, known)
        if not known:
            known = self._unknown(name)
        if known:
            self.note(known[0])
            return self.column(known[0], name)
        found = self.outer.find(name) if self.outer is not None else None
        if found is not None:
            self.note("")
        return found

    def stale(self, name: str) -> Value | None:
        """The column ``name`` of the only table here, though its declared columns lack it."""
        if len(self.sources) == 1 and isinstance(only := next(iter(self.sources.values())), Table):
            return only.get(name)
        return None

    def is_known(self, name: str) -> bool:
        """Whether a relation here is known to have a column ``name``."""
        return any(relation.has(name) for relation in self.sources.values())

    def chosen(self, aliases: list[str]) -> list[str]:
        """Of relations with a column that USING merges, those whose values it has."""
        sides = {self.sides[alias] for alias in aliases[1:]}
        if _MERGES_BOTH in sides:
            return aliases
        if "RIGHT" in sides:
            return aliases[-1:] if len(aliases) == 2 else aliases  # noqa: PLR2004
        return aliases[:1]

    def _unknown(self, name: str) -> list[str]:
        unknown = [alias for alias, relation in self.sources.items() if relation.has(name) is None]
        if len(unknown) > 1:
            raise NotTraceableError(f"column {name} may come from {' or '.join(unknown)}: their columns are not known")
        return unknown

    def _merged(self, name: str, aliases: list[str]) -> Value:
        if set(aliases) != set(self.using.get(name, ())):
            raise NotTraceableError(f"column {name} is ambiguous: {' and '.join(aliases)} have it")
        chosen = self.chosen(self.using[name])
        gathered = Gathered()
        values = [value for alias in chosen if (value := self.column(alias, name)) is not None]
        for value in values:
            gathered.add(value, BARE if len(values) == 1 else TRANSFORM)
        return gathered.value(merged_form([value.digest for value in values]))

    def note_from(self, owner: str, name: str) -> None:
        """The same for the column ``name`` of a relation that stands here or in a query around this one."""
        frame: Frame | None = self
        while frame is not None:
            here = owner in frame.sources and frame.sources[owner].has(name) is not False
            frame.note(owner if here else "")
            frame = None if here else frame.outer

    def note(self, owner: str) -> None:
        """Note that a name of ``owner`` stands here without its relation: others may get a column of that name."""
        for alias, relation in self.sources.items():
            if alias != owner:
                self.unqualified |= relation.open


def merged_form(forms: list[str]) -> str:
    """The comparable form of columns that USING merges."""
    return forms[0] if len(forms) == 1 else digest_of("|".join(forms))
