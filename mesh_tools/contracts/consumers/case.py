"""One comparison of two interfaces, and what its consumers make of it: bound once, asked for every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from mesh_tools.contracts.consumers.binding import Binding, Outcome, Proposal
from mesh_tools.contracts.consumers.proposal import (
    Subject,
    concerned,
    shadow_columns,
    shadow_of,
    subjects_of,
    with_change,
)
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.shadow import NotCheckedError, ShadowColumns
from mesh_tools.contracts.consumers.usage import Flow
from mesh_tools.contracts.consumers.world import Consumers, Published, key_of_consumption
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Interface

_GONE = frozenset({"product-removed", "version-removed"})
_MOVED = "latest-version-moved"


class Case:
    """What the verdicts of one comparison are made of.

    Attributes:
        base: As promised.
        head: As proposed.
        consumers: Of the producer.
        subjects: Every product version of ``base``.
    """

    def __init__(self, changes: Sequence[Change], base: Interface, head: Interface, consumers: Consumers) -> None:
        self.changes = changes
        self.base = base
        self.head = head
        self.consumers = consumers
        self.subjects = subjects_of(base, head)
        self.not_bound = ""
        self._direct: dict[str, list[Reader]] = {}
        self._flows: dict[str, Flow] = {}

    def subjects_of(self, change: Change) -> tuple[Subject, ...]:
        """The product versions that ``change`` is about."""
        return concerned(change, self.subjects)

    def direct(self, key: str) -> list[Reader]:
        """Those who read the product version ``key``."""
        if key not in self._direct:
            self._direct[key] = self.consumers.direct_readers(key)
        return self._direct[key]

    def published(self, key: str) -> list[Published]:
        """What projects without SQL published of their use of the product version ``key``."""
        return [use for use in self.consumers.published if key_of_consumption(use.consumption) == key]

    def flow(self, key: str) -> Flow:
        """Follows columns of ``key`` downstream, outside the producer's own models."""
        if key not in self._flows:
            own = self.base.project
            found = self.consumers.readers_by_topology([key])
            readers = [r for r in found if r.consumes and (r.project != own or r.kind == "exposure")]
            self._flows[key] = Flow(key, readers, self.consumers.lineage)
        return self._flows[key]

    def outcomes(self, change: Change) -> Mapping[str, Outcome]:
        """What binding shows for ``change``, by key of the reader."""
        return self._outcomes.get(change.fingerprint, {})

    def columns_of(self, key: str) -> frozenset[str] | None:
        """The names of a relation's columns in lower case; ``None`` where they are not known."""
        subject = next((subject for subject in self.subjects if subject.key == key), None)
        if subject is not None:
            return frozenset(column.name.lower() for column in subject.old.columns) or None
        bound = self.binding.base.get(key) if self.binding else None
        if bound is not None and bound.relation:
            return frozenset(name.lower() for name, _ in bound.relation)
        reader = self.consumers.readers.get(key)
        enforced = reader is not None and (reader.enforced or reader.kind == "product")
        return frozenset(name.lower() for name, _ in reader.declared) or None if reader and enforced else None

    def unbound(self, reader: Reader) -> str:
        """Why the SQL of ``reader`` was not bound; empty where it was."""
        if self.binding is None:
            return self.not_bound
        bound = self.binding.base.get(reader.key)
        return "" if bound is None or bound.output is not None else bound.error

    @cached_property
    def binding(self) -> Binding | None:
        """All consumers bound as things are; ``None``, and :attr:`not_bound`, where that is not possible."""
        products = {subject.key: shadow_columns(subject.old, self.base.adapter) for subject in self.subjects}
        try:
            return Binding(self.consumers, self.base.project, products)
        except NotCheckedError as error:
            self.not_bound = str(error)
            return None

    @cached_property
    def _outcomes(self) -> dict[str, dict[str, Outcome]]:
        """Of each change that can be bound: what it does alone, as far as everything together does it too."""
        proposals = {change.fingerprint: self._proposal([change]) for change in self.changes}
        asked = {key: proposal for key, proposal in proposals.items() if proposal is not None}
        if not asked or self.binding is None:
            return {}
        together = self._whole()
        whole = self.binding.under(together) if together else {}
        if not whole:
            return {}
        found = {key: self.binding.under(proposal, whole) for key, proposal in asked.items()}
        explained = {reader for outcomes in found.values() for reader in outcomes}
        only_together = {key: outcome for key, outcome in whole.items() if key not in explained}
        return {key: outcomes | only_together for key, outcomes in found.items()}

    def _whole(self) -> Proposal | None:
        """Everything that is proposed, at once."""
        columns: dict[str, ShadowColumns | None] = {}
        for subject in self.subjects:
            if subject.new is not None and subject.new.columns != subject.old.columns:
                columns[subject.key] = shadow_columns(subject.new, self.head.adapter)
        return self._checked(columns, self._moved(self.subjects))

    def _proposal(self, changes: Iterable[Change]) -> Proposal | None:
        """What ``changes`` propose; ``None`` for what no binding can see."""
        columns: dict[str, ShadowColumns | None] = {}
        moved: dict[str, ShadowColumns | None] = {}
        for change in changes:
            subjects = self.subjects_of(change)
            if change.name == _MOVED:
                moved |= self._moved(subjects)
            elif change.columns and change.name not in _GONE:
                for subject in subjects:
                    columns[subject.key] = shadow_of(with_change(subject, change), self.head.adapter)
        return self._checked(columns, moved)

    def _moved(self, subjects: Iterable[Subject]) -> dict[str, ShadowColumns | None]:
        return {s.key: shadow_columns(s.moved, self.head.adapter) for s in subjects if s.moved is not None}

    def _checked(
        self, columns: Mapping[str, ShadowColumns | None], moved: Mapping[str, ShadowColumns | None]
    ) -> Proposal | None:
        """Only what is known, and differs from what is promised now."""
        before = {subject.key: shadow_columns(subject.old, self.base.adapter) for subject in self.subjects}
        differing = {key: now for key, now in columns.items() if now and before[key] and now != before[key]}
        going = {key: now for key, now in moved.items() if now and before[key]}
        return Proposal(columns=differing, moved=going) if differing or going else None
