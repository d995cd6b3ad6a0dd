"""The shadow bind: what each consumer's SQL returns from products as they are.

Every query is bound in the order of the graph; what it returns is the empty relation that the next ones read. What
is compared with it is the same mesh under a proposal: :mod:`mesh_tools.contracts.consumers.rebind`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from mesh_tools.contracts.consumers.dialect import as_duckdb_sql
from mesh_tools.contracts.consumers.graph import ReaderGraph
from mesh_tools.contracts.consumers.promises import (
    SNAPSHOT_COLUMNS,
    declared_columns,
    named_columns,
)
from mesh_tools.contracts.consumers.reader import Place, Reader
from mesh_tools.contracts.consumers.shadow import (
    ANY_TYPE,
    CannotBindError,
    NotCheckedError,
    ShadowColumns,
    ShadowWarehouse,
)
from mesh_tools.contracts.consumers.world import Consumers


class Bound(Struct, frozen=True, kw_only=True):
    """What binding one reader gave.

    Attributes:
        output: What its SQL returns; ``None`` when it was not bound.
        error: Why it could not be bound, or was not checked.
        relation: The columns that those who read it see.
        exact: Whether nothing between it and the products had to be guessed.
    """

    output: ShadowColumns | None = None
    error: str = ""
    relation: ShadowColumns | None = None
    exact: bool = False


class Binding:
    """The consumers of some products, bound as things are."""

    def __init__(
        self,
        consumers: Consumers,
        graph: ReaderGraph,
        products: Mapping[str, ShadowColumns | None],
        start: Iterable[str] | None = None,
    ) -> None:
        """Bind everything as it is.

        Args:
            consumers: Of the products.
            graph: Of the consumers.
            products: Columns of each product version of one project as promised now, by its key.
            start: The products whose consumers are bound; all without.

        Raises:
            NotCheckedError: DuckDB is not installed.
        """
        self._consumers = consumers
        self._products = products
        self._warehouse = ShadowWarehouse()
        self._names: dict[str, str] = {}
        self._sql: dict[str, str] = {}
        self._vague: set[str] = set()  # whose columns are not all of known types
        self._graph = graph
        producers = {key.split(".")[1] for key in products}
        downstream = graph.downstream(products if start is None else start)
        self._downstream = frozenset(reader.key for reader in downstream if reader.project not in producers)
        self.readers = self._needed(producers)
        self.base: dict[str, Bound] = {}
        for key, columns in products.items():
            self._put(key, columns)
        for reader in self.readers:
            self.base[reader.key] = self._bound(reader)

    def describe(self, reader: Reader, moved: Mapping[str, str]) -> ShadowColumns:
        """What the SQL of ``reader`` returns.

        Args:
            reader: With SQL.
            moved: Names to put in place of relations, by key.

        Raises:
            CannotBindError: it cannot be bound.
            NotCheckedError: it cannot be said in DuckDB's SQL.
        """
        if moved:
            sql = self._shadow_sql(reader, moved)
        else:
            sql = self._sql[reader.key] = self._sql.get(reader.key) or self._shadow_sql(reader, {})
        if self._vague.isdisjoint((*reader.reads, reader.key)):
            return self._warehouse.describe(sql)
        return self._warehouse.describe_vague(sql)

    def put(self, key: str, columns: ShadowColumns | None) -> None:
        """Let the relation of ``key`` have these columns."""
        self._put(key, columns)

    def put_alias(self, key: str, columns: ShadowColumns | None) -> str:
        """A relation of these columns besides that of ``key``; its name in SQL."""
        name = self._alias(f"moved:{key}")
        self._warehouse.put([Place(None, None, name)], columns)
        return name

    def follows(self, reader: Reader, key: str) -> bool:
        """Whether ``reader`` follows the latest version of what ``key`` is now."""
        return key in reader.reads and self._consumers.pins(reader, key) is not True

    def is_read(self, reader: Reader) -> bool:
        """Whether the SQL of anybody depends on the relation of ``reader``."""
        return bool(self._graph.children(reader.key))

    def label(self, key: str) -> str:
        """What reports call the reader ``key``."""
        return self._consumers.readers[key].label

    def product(self, key: str) -> ShadowColumns | None:
        """The columns of a product as promised now."""
        return self._products[key]

    def _needed(self, producers: Collection[str]) -> list[Reader]:
        """All that is downstream of the products, and what that reads besides, in order."""
        readers = self._consumers.readers
        needed: dict[str, None] = {}
        waiting = list(self._downstream)
        while waiting:
            key = waiting.pop()
            if key in readers and key not in needed and readers[key].project not in producers:
                needed[key] = None
                waiting += () if self._is_given(readers[key]) else readers[key].reads
        return self._graph.in_order(needed)

    def _is_given(self, reader: Reader) -> bool:
        """Whether a contract says what ``reader`` is, and no proposal concerns it."""
        return reader.key not in self._downstream and reader.enforced and declared_columns(reader) is not None

    def _bound(self, reader: Reader) -> Bound:
        if reader.sql is None or self._is_given(reader):
            relation = named_columns(reader, () if reader.enforced else self._names_read(reader))
            self._put(reader.key, relation)
            return Bound(error=reader.silence, relation=relation)
        stand_in = named_columns(reader, self._names_returned(reader))
        if reader.stored:  # its SQL may read its own table
            self._put(reader.key, stand_in)
        try:
            output = self.describe(reader, {})
        except (CannotBindError, NotCheckedError) as error:
            self._put(reader.key, stand_in)
            return Bound(error=str(error), relation=stand_in)
        relation = self.relation_of(reader, output)
        if self.is_read(reader):
            self._put(reader.key, relation)
        return Bound(output=output, relation=relation, exact=self._is_exact(reader))

    def _is_exact(self, reader: Reader) -> bool:
        """Whether everything between ``reader`` and the products was bound."""
        upstream = (self.base[key] for key in reader.reads if key in self._downstream and key in self.base)
        return all(bound.exact for bound in upstream)

    def relation_of(self, reader: Reader, output: ShadowColumns) -> ShadowColumns:
        """The columns of the table or view that dbt makes of ``output``."""
        if reader.kind == "snapshot":
            return output + SNAPSHOT_COLUMNS
        declared = declared_columns(reader) if reader.enforced else None
        if declared is None:
            return output
        types = {name.lower(): data_type for name, data_type in output}
        in_order = [
            (name, data_type if types[name.lower()] == ANY_TYPE else types[name.lower()])
            for name, data_type in declared
            if name.lower() in types
        ]
        for name, _ in in_order:
            del types[name.lower()]
        return (*in_order, *((name, data_type) for name, data_type in output if name.lower() in types))

    def _names_read(self, reader: Reader) -> list[str]:
        """The columns of ``reader`` that others are known to read."""
        used: set[str] = set()
        for child in self._graph.children(reader.key):
            lineage = self._consumers.lineage.get(child.unique_id)
            used |= (lineage.used_columns(reader.unique_id) if lineage else None) or frozenset()
        return sorted(used)

    def _names_returned(self, reader: Reader) -> list[str]:
        lineage = self._consumers.lineage.get(reader.unique_id)
        return list(lineage.columns) if lineage else []

    def _put(self, key: str, columns: ShadowColumns | None) -> None:
        if any(data_type == ANY_TYPE for _, data_type in columns or ()):
            self._vague.add(key)
        places = [self._shadow_place(key, place) for place in self._consumers.places.get(key, ())]
        self._warehouse.put(places, columns)

    def _shadow_place(self, key: str, place: Place) -> Place:
        return Place(None, None, self._alias(key)) if _is_expression(place) else place

    def _shadow_sql(self, reader: Reader, moved: Mapping[str, str]) -> str:
        sql = reader.sql or ""
        for key in reader.reads:
            for place in self._consumers.places.get(key, ()):
                name = moved.get(key) or (self._alias(key) if _is_expression(place) else None)
                if name and place.written:
                    sql = sql.replace(place.written, name)
        return as_duckdb_sql(sql, reader.adapter)

    def _alias(self, key: str) -> str:
        return self._names.setdefault(key, f"mesh_shadow_{len(self._names)}")


def _is_expression(place: Place) -> bool:
    """Whether the relation is no name, such as a file or a table function."""
    return bool(place.written) and ("(" in str(place.written) or str(place.written).startswith("'"))
