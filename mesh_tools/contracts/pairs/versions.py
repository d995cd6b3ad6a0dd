"""Two versions of a product side by side."""

from __future__ import annotations

from functools import cached_property, lru_cache

from msgspec.structs import astuple

from mesh_tools.contracts.pairs.columns import ColumnMatch, match_columns, moved
from mesh_tools.contracts.pairs.context import Context
from mesh_tools.contracts.pairs.promise_differences import PromiseDifference, promise_differences
from mesh_tools.contracts.pairs.promises import promises_of
from mesh_tools.model.interface import Column, ProductVersion, Relation, Version
from mesh_tools.sqltypes import TypeChange, compare_types


class VersionPair:
    """A version of a product, before and now.

    Attributes:
        context: What the comparison knows besides.
        product: The product's name, as it was called before.
        v: The version, as it was called before.
        old: Before.
        new: Now.
        relations: Where it lies, before and now; ``None`` where the two cannot be compared.
    """

    def __init__(  # noqa: PLR0913 - one for each attribute
        self,
        context: Context,
        product: str,
        v: Version | None,
        old: ProductVersion,
        new: ProductVersion,
        *,
        relations: tuple[Relation, Relation] | None = None,
    ) -> None:
        self.context = context
        self.product = product
        self.v = v
        self.old = old
        self.new = new
        self.relations = relations

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing to compare."""
        return self.old == self.new and (self.relations is None or self.relations[0] == self.relations[1])

    @cached_property
    def changed(self) -> frozenset[str]:
        """Names of the fields that differ; ``relation`` for where it lies."""
        fields = zip(self.old.__struct_fields__, astuple(self.old), astuple(self.new), strict=True)
        names = {name for name, before, after in fields if before != after}
        if self.relations and self.relations[0] != self.relations[1]:
            names.add("relation")
        return frozenset(names)

    @cached_property
    def columns(self) -> ColumnMatch:
        """The columns side by side."""
        return match_columns(self.old, self.new, self.context.adapter)

    @cached_property
    def column_pairs(self) -> list[ColumnPair]:
        """The columns that differ and are there before and now."""
        return [ColumnPair(self, old, new) for old, new in self.columns.pairs if old != new]

    @cached_property
    def order(self) -> tuple[list[str], list[str]]:
        """Old names of the columns that changed places, in their old and new order, with those between them."""
        return moved(self.columns.pairs, self.new.columns)

    @cached_property
    def promises(self) -> tuple[PromiseDifference, ...]:
        """What was lost, gained or changed of what is promised about rows."""
        return promise_differences(
            promises_of(self.old, {column.name.lower(): column.name for column in self.old.columns}, {}),
            promises_of(self.new, self.columns.names, self.context.targets),
            removed=frozenset(column.name for column in self.columns.removed),
            added=frozenset(column.name for column in self.columns.added),
        )

    def before(self, column: str) -> str:
        """What a column of the new version was called before; an added one by its own name."""
        return self.columns.names.get(column.lower(), column)


class ColumnPair:
    """A column before and now."""

    def __init__(self, version: VersionPair, old: Column, new: Column) -> None:
        self.version = version
        self.old = old
        self.new = new

    @property
    def changed(self) -> list[str]:
        """Names of the fields that differ."""
        fields = zip(_FIELDS, astuple(self.old), astuple(self.new), strict=True)
        return [name for name, before, after in fields if before != after]

    @property
    def name(self) -> str:
        """What it was called before."""
        return self.old.name

    @property
    def type_change(self) -> TypeChange:
        """What became of its type."""
        return _compared(self.old.data_type, self.new.data_type, self.version.context.adapter)


_FIELDS = Column.__struct_fields__
# The same few types stand in thousands of columns.
_compared = lru_cache(maxsize=4096)(compare_types)
