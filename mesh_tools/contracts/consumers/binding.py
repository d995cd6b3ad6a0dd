"""The shadow bind: what each consumer's SQL returns when the products are as proposed.

Every query is bound in the order of the graph; what it returns is the empty relation that the next ones read. What is
compared is the same mesh before and after: only what could be bound before, and is different after, counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from mesh_tools.contracts.consumers.dialect import as_duckdb_sql
from mesh_tools.contracts.consumers.graph import ReaderGraph
from mesh_tools.contracts.consumers.promises import (
    SNAPSHOT_COLUMNS,
    contract_faults,
    declared_columns,
    named_columns,
    stored_faults,
)
from mesh_tools.contracts.consumers.reader import Place, Reader
from mesh_tools.contracts.consumers.shadow import CannotBindError, NotCheckedError, ShadowColumns, ShadowWarehouse
from mesh_tools.contracts.consumers.world import Consumers

OutcomeKind = Literal["error", "contract", "stored", "output", "order", "stale"]
"""``error``: it cannot be bound. ``contract``, ``stored``: it no longer fits its own contract, or its own table.
``output``: it returns other columns, ``order``: in another order alone. ``stale``: what it reads cannot be built."""
_BROKEN = frozenset({"error", "contract", "stored", "stale"})


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


class Outcome(Struct, frozen=True, kw_only=True):
    """What is different for one reader under a proposal."""

    kind: OutcomeKind
    detail: str = ""
    through: str | None = None


class Proposal(Struct, frozen=True, kw_only=True):
    """What products are proposed to be.

    Attributes:
        columns: Of each product version that differs, by its key; ``None`` when it is gone, or not known.
        moved: For refs without a version: what they mean then, by the key that they mean now.
    """

    columns: Mapping[str, ShadowColumns | None] = {}
    moved: Mapping[str, ShadowColumns | None] = {}


class Binding:
    """Binds the consumers of some products, once as things are, and again under each proposal."""

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
        self._graph = graph
        self.readers = self._needed(products if start is None else start)
        self.base: dict[str, Bound] = {}
        for key, columns in products.items():
            self._put(key, columns)
        for reader in self.readers:
            self.base[reader.key] = self._bound(reader)

    def under(self, proposal: Proposal, among: Collection[str] | None = None) -> dict[str, Outcome]:
        """What is different under ``proposal``, by key; nothing for those that could not be bound before.

        Args:
            proposal: What changes.
            among: The readers that may differ; all of them without.
        """
        run = _Run(self, proposal, self.readers if among is None else [r for r in self.readers if r.key in among])
        try:
            return run.outcomes()
        finally:
            run.undo()

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
            return self._warehouse.describe(self._shadow_sql(reader, moved))
        if reader.key not in self._sql:
            self._sql[reader.key] = self._shadow_sql(reader, {})
        return self._warehouse.describe(self._sql[reader.key])

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

    def label(self, key: str) -> str:
        """What reports call the reader ``key``."""
        return self._consumers.readers[key].label

    def product(self, key: str) -> ShadowColumns | None:
        """The columns of a product as promised now."""
        return self._products[key]

    def _needed(self, start: Iterable[str]) -> list[Reader]:
        """All that is downstream of the products ``start``, and what that reads besides, in order."""
        readers = self._consumers.readers
        producers = {key.split(".")[1] for key in self._products}
        needed: dict[str, None] = {}
        waiting = [reader.key for reader in self._graph.downstream(start) if reader.project not in producers]
        while waiting:
            key = waiting.pop()
            if key in readers and key not in needed and readers[key].project not in producers:
                needed[key] = None
                waiting += readers[key].reads
        return self._graph.in_order(needed)

    def _bound(self, reader: Reader) -> Bound:
        if reader.sql is None:
            relation = named_columns(reader, self._names_read(reader))
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
        self._put(reader.key, relation)
        return Bound(output=output, relation=relation, exact=self._is_exact(reader))

    def _is_exact(self, reader: Reader) -> bool:
        """Whether everything that has SQL between ``reader`` and the products was bound."""
        upstream = (
            self.base[key] for key in reader.reads if key in self.base and self._consumers.readers[key].consumes
        )
        return all(bound.exact for bound in upstream)

    def relation_of(self, reader: Reader, output: ShadowColumns) -> ShadowColumns:
        """The columns of the table or view that dbt makes of ``output``."""
        if reader.kind == "snapshot":
            return output + SNAPSHOT_COLUMNS
        declared = declared_columns(reader) if reader.enforced else None
        if declared is None:
            return output
        types = {name.lower(): data_type for name, data_type in output}
        in_order = [(name, types.pop(name.lower())) for name, _ in declared if name.lower() in types]
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
        places = [self._shadow_place(key, place) for place in self._consumers.places.get(key, ())]
        try:
            self._warehouse.put(places, columns)
        except CannotBindError:  # two columns of one name, or a type of an extension
            self._warehouse.put(places, None)

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


class _Run:
    """One proposal: bind again what reads something that differs, then put everything back."""

    def __init__(self, binding: Binding, proposal: Proposal, readers: Sequence[Reader]) -> None:
        self.binding = binding
        self.readers = readers
        self.proposal = proposal
        self.dirty: dict[str, None] = {}
        self.broken: set[str] = set()
        self.moved: dict[str, str] = {}

    def outcomes(self) -> dict[str, Outcome]:
        for key, columns in self.proposal.columns.items():
            self.binding.put(key, columns)
            self.dirty[key] = None
        for key, columns in self.proposal.moved.items():
            self.moved[key] = self.binding.put_alias(key, columns)
        found: dict[str, Outcome] = {}
        for reader in self.readers:
            outcome = self._outcome(reader)
            if outcome is not None:
                found[reader.key] = outcome
                if outcome.kind in _BROKEN:
                    self.broken.add(reader.key)
        return found

    def undo(self) -> None:
        for key in self.dirty:
            base = self.binding.base.get(key)
            self.binding.put(key, base.relation if base else self.binding.product(key))

    def _outcome(self, reader: Reader) -> Outcome | None:
        moved = {key: name for key, name in self.moved.items() if self.binding.follows(reader, key)}
        causes = [key for key in reader.reads if key in self.dirty or key in moved]
        stale = [key for key in reader.reads if key in self.broken]
        base = self.binding.base[reader.key]
        if reader.kind == "exposure":
            return self._stale(stale[0]) if stale else None
        if base.output is None or not (causes or stale):
            return None
        through = self._through(causes or stale)
        outcome = self._rebound(reader, base, moved, through) if causes else None
        if outcome is None or outcome.kind not in _BROKEN:
            return self._stale(stale[0]) if stale else outcome
        return outcome

    def _stale(self, key: str) -> Outcome:
        label = self.binding.label(key)
        return Outcome(kind="stale", detail=f"{label} cannot be built", through=label)

    def _rebound(self, reader: Reader, base: Bound, moved: Mapping[str, str], through: str | None) -> Outcome | None:
        assert base.output is not None  # noqa: S101 - asked before
        try:
            output = self.binding.describe(reader, moved)
        except (CannotBindError, NotCheckedError) as error:
            return Outcome(kind="error", detail=str(error), through=through)
        if output == base.output:
            return None
        return self._judged(reader, base, output, through)

    def _judged(self, reader: Reader, base: Bound, output: ShadowColumns, through: str | None) -> Outcome:
        before = base.output or ()
        if reader.enforced:
            known = contract_faults(reader, before)
            faults = [fault for fault in contract_faults(reader, output) if fault not in known]
            if faults:
                self._see(reader, self.binding.relation_of(reader, output))
                return Outcome(kind="contract", detail="; ".join(faults), through=through)
        if reader.stored:
            misfits = stored_faults(reader, before, output)
            if misfits:
                return Outcome(kind="stored", detail="; ".join(misfits), through=through)
        else:
            relation = self.binding.relation_of(reader, output)
            if relation != base.relation:
                self._see(reader, relation)
        kind: OutcomeKind = "order" if sorted(before) == sorted(output) else "output"
        return Outcome(kind=kind, detail=_difference(before, output), through=through)

    def _see(self, reader: Reader, relation: ShadowColumns) -> None:
        self.binding.put(reader.key, relation)
        self.dirty[reader.key] = None

    def _through(self, causes: Sequence[str]) -> str | None:
        """The nearest consumer that hands the change on; none where the product itself is read."""
        if any(key in self.proposal.columns or key in self.moved for key in causes):
            return None
        return self.binding.label(causes[0])


def _is_expression(place: Place) -> bool:
    """Whether the relation is no name, such as a file or a table function."""
    return bool(place.written) and ("(" in str(place.written) or str(place.written).startswith("'"))


def _difference(before: ShadowColumns, after: ShadowColumns) -> str:
    old, new = dict(before), dict(after)
    gone = [f"returns no {name}" for name in old if name not in new]
    added = [f"returns {name} besides" for name in new if name not in old]
    types = [
        f"returns {name} as {new[name]}, not {old[name]}" for name in old if name in new and new[name] != old[name]
    ]
    return "; ".join((*gone, *added, *types)) or "returns its columns in another order"
