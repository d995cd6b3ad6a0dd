"""What a tracer knows while it walks a query: values, and the relations that hold them.

A value is a column of a relation, or what an expression makes of columns. Its leaves are columns of nodes of the
mesh; relations inside the query (CTEs, subqueries) are seen through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

Leaf = tuple[str, str]
"""A node, and a column of it."""
Use = tuple[str, str, str]
"""A node, a column of it, and what for: a ``UseKind``."""

BARE, TRANSFORM, AGGREGATE = 0, 1, 2
"""What was done to a leaf on its way, in rising order."""

_DIGEST_BYTES = 12


class NotTraceableError(Exception):
    """The query cannot be traced; its text says why, in one line."""


class NotFastError(Exception):
    """The query holds what only the exact path understands."""


class Value:
    """A column's leaves, each with what was done to it, the uses that come with it, and a digest of its expression."""

    __slots__ = ("carried", "digest", "leaves")

    def __init__(self, leaves: dict[Leaf, int], carried: frozenset[Use], digest: str) -> None:
        self.leaves = leaves
        self.carried = carried
        self.digest = digest

    def same(self, other: Value) -> bool:
        """Whether both are made of the same."""
        return self.leaves == other.leaves and self.carried == other.carried


class Gathered:
    """Collects leaves and uses while an expression is walked."""

    __slots__ = ("carried", "leaves")

    def __init__(self) -> None:
        self.leaves: dict[Leaf, int] = {}
        self.carried: set[Use] = set()

    def add(self, value: Value, level: int) -> None:
        """Take in what goes into ``value``, of which ``level`` is made."""
        leaves = self.leaves
        for leaf, before in value.leaves.items():
            done = max(level, before)
            if leaves.get(leaf, -1) < done:
                leaves[leaf] = done
        if value.carried:
            self.carried |= value.carried

    def value(self, digest: str) -> Value:
        """All of it, as a value."""
        return Value(self.leaves, frozenset(self.carried), digest)

    def uses(self, kind: str) -> set[Use]:
        """All of it, as uses of ``kind``."""
        return {(node, column, kind) for node, column in self.leaves} | self.carried


class Relation:
    """What a FROM clause can name.

    Attributes:
        columns: Its columns in order, as far as they are known.
        rest: Relations whose unknown columns it has, too, by a ``*`` over them.
        rows: Uses that decide which rows there are.
        open: Nodes of which every new column would be a column of this relation.
        digest: Of what decides its rows.
    """

    __slots__ = ("columns", "digest", "hidden", "open", "rest", "rows")

    def __init__(  # noqa: PLR0913  all that a relation is
        self,
        columns: dict[str, Value],
        digest: str,
        *,
        rest: tuple[Relation, ...] = (),
        rows: Iterable[Use] = (),
        open_: frozenset[str] = frozenset(),
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.columns = columns
        self.digest = digest
        self.rest = rest
        self.rows = set(rows)
        self.open = open_
        self.hidden = hidden

    @property
    def complete(self) -> bool:
        """Whether all columns are known, in their order."""
        return not self.rest

    def has(self, name: str) -> bool | None:
        """Whether there is a column ``name``; ``None`` when that cannot be told."""
        if name in self.columns:
            return True
        if name in self.hidden:
            return False
        found = [relation.has(name) for relation in self.rest]
        return True if True in found else None if None in found else False

    def get(self, name: str) -> Value | None:
        """The column ``name``, or ``None`` when there is none or it cannot be told which."""
        value = self.columns.get(name)
        if value is not None or not self.rest or name in self.hidden:
            return value
        found = [relation for relation in self.rest if relation.has(name) is not False]
        return found[0].get(name) if len(found) == 1 else None


class Table(Relation):
    """A node of the mesh, or a relation that is none of its nodes.

    Attributes:
        node: Its unique_id.
        known: Whether ``columns`` are all its columns; else they are some that it has.
        mark: What digests call it.
    """

    __slots__ = ("known", "mark", "node")

    def __init__(self, node: str, mark: str, columns: tuple[str, ...], *, known: bool) -> None:
        super().__init__({}, mark, open_=frozenset((node,)))
        self.node = node
        self.mark = mark
        self.known = known
        self.columns = {name: self._value(name) for name in columns}

    @property
    def complete(self) -> bool:
        """Whether all columns are known."""
        return self.known

    def has(self, name: str) -> bool | None:
        """Whether there is a column ``name``; ``None`` when that cannot be told."""
        return True if name in self.columns else False if self.known else None

    def get(self, name: str) -> Value:
        """The column ``name``. A declaration may be out of date, and warehouses have hidden columns."""
        return self.columns.get(name) or self._value(name)

    def _value(self, name: str) -> Value:
        return Value({(self.node, name): BARE}, frozenset(), f"{self.mark}.{name}")


class Anything(Relation):
    """The rows of a table function, whose columns are made of its arguments, whatever their names."""

    __slots__ = ("made_of",)

    def __init__(self, made_of: Value, open_: frozenset[str] = frozenset()) -> None:
        super().__init__({}, made_of.digest, open_=open_)
        self.made_of = made_of

    @property
    def complete(self) -> bool:
        """Its columns' names are not known."""
        return False

    def has(self, name: str) -> bool | None:  # noqa: ARG002  as the base has it
        """It cannot be told."""
        return None

    def get(self, name: str) -> Value:
        """The column ``name``."""
        return Value(self.made_of.leaves, self.made_of.carried, digest_of(f"{self.made_of.digest}.{name}"))


def digest_of(text: str) -> str:
    """A short digest of ``text``."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def merged(values: Iterator[Value] | list[Value], digest: str) -> Value:
    """Several columns that become one, as in a set operation."""
    gathered = Gathered()
    for value in values:
        gathered.add(value, BARE)
    return gathered.value(digest)
