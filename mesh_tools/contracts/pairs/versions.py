"""Two versions of a product side by side."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache

from msgspec.structs import astuple

from mesh_tools.contracts.pairs.columns import ColumnMatch, match_columns, moved, written_names
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
    def columns_by_field(self) -> dict[str, list[ColumnPair]]:
        """The columns that are there before and now, by each field in which they differ; see :meth:`changed_fields`."""
        found: defaultdict[str, list[ColumnPair]] = defaultdict(list)
        for old, new in self.columns.pairs:
            if old != new:
                pair = ColumnPair(self.context, old, new, is_renamed=new.name in self.columns.renamed)
                for field in pair.changed_fields():
                    found[field].append(pair)
        return found

    def columns_that_differ(self, *fields: str) -> list[ColumnPair]:
        """The columns that differ in one of ``fields``, in their old order."""
        found = {pair.name: pair for field in fields for pair in self.columns_by_field.get(field, ())}
        if len(fields) < 2 or not found:  # noqa: PLR2004 - of one field they are in order
            return list(found.values())
        return [found[column.name] for column in self.old.columns if column.name in found]

    @cached_property
    def order(self) -> tuple[list[str], list[str]]:
        """Old names of the columns that changed places, in their old and new order, with those between them."""
        return moved(self.columns.pairs, self.new.columns)

    @cached_property
    def promises(self) -> tuple[PromiseDifference, ...]:
        """What was lost, gained or changed of what is promised about rows."""
        return promise_differences(
            promises_of(self.old, written_names((column.name, column.name) for column in self.old.columns), {}),
            promises_of(self.new, self.columns.names, self.context.targets),
            removed=frozenset(column.name for column in self.columns.removed),
            added=frozenset(column.name for column in self.columns.added),
        )

    def before(self, column: str) -> str:
        """What a column of the new version was called before; an added one by its own name."""
        names = self.columns.names
        return names.get(column) or names.get(column.lower(), column)


class ColumnPair:
    """A column before and now.

    Attributes:
        context: What the comparison knows besides.
        old: Before.
        new: Now.
        is_renamed: Whether its names differ by more than case.
        name: What it was called before.
    """

    __slots__ = ("context", "is_renamed", "name", "new", "old")

    def __init__(self, context: Context, old: Column, new: Column, *, is_renamed: bool = False) -> None:
        self.context = context
        self.old = old
        self.is_renamed = is_renamed
        self.new = new
        self.name = old.name

    def changed_fields(self) -> list[str]:
        """Names of the fields that differ; of the type what became of it, such as ``type:widened``.

        ``type:declared`` and ``type:undeclared`` where there is a type on one side alone.
        """
        fields = zip(_FIELDS, astuple(self.old), astuple(self.new), strict=True)
        names = [name for name, before, after in fields if before != after]
        if "data_type" in names:
            names[names.index("data_type")] = f"type:{self._type_kind()}"
        return names

    @property
    def type_change(self) -> TypeChange:
        """What became of its type."""
        return _compared(self.old.data_type, self.new.data_type, self.context.adapter)

    def _type_kind(self) -> str:
        if self.old.data_type and self.new.data_type:
            return self.type_change.kind
        return "declared" if self.new.data_type else "undeclared"


_FIELDS = Column.__struct_fields__
# The same few types stand in thousands of columns.
_compared = lru_cache(maxsize=4096)(compare_types)
