"""One comparison of two interfaces, and what its consumers make of it: bound once, asked for every change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from mesh_tools.contracts.consumers.binding import Binding
from mesh_tools.contracts.consumers.graph import ReaderGraph
from mesh_tools.contracts.consumers.proposal import Subject, concerned, shadow_of, subjects_of, with_change
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.rebind import Outcome, Proposal, under
from mesh_tools.contracts.consumers.shadow import NotCheckedError, ShadowColumns
from mesh_tools.contracts.consumers.usage import Flow
from mesh_tools.contracts.consumers.world import Consumers
from mesh_tools.contracts.pairs.context import WHOLE_PROJECT
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Interface

_GONE = frozenset({"product-removed", "version-removed"})
_MOVED = "latest-version-moved"


class Case:
    """What the verdicts of one comparison are made of.

    Attributes:
        changes: All of them.
        base: As promised.
        head: As proposed.
        consumers: Of the producer.
        graph: Of the consumers.
        not_bound: Why nothing could be bound; empty where it was, or nothing had to be so far.
    """

    def __init__(self, changes: Sequence[Change], base: Interface, head: Interface, consumers: Consumers) -> None:
        self.changes = changes
        self.base = base
        self.head = head
        self.consumers = consumers
        self.graph = ReaderGraph(consumers)
        self.not_bound = ""
        self._subjects = {subject.key: subject for subject in subjects_of(base, head)}
        self._of_product: defaultdict[str, list[Subject]] = defaultdict(list)
        for subject in self._subjects.values():
            self._of_product[subject.product].append(subject)
        self._before = {key: shadow_of(s.old.columns, base.adapter) for key, s in self._subjects.items()}
        self._flows: dict[str, Flow] = {}

    def subjects_of(self, change: Change) -> tuple[Subject, ...]:
        """The product versions that ``change`` is about."""
        if change.product == WHOLE_PROJECT:
            return tuple(self._subjects.values())
        return concerned(change, self._of_product.get(change.product, ()))

    def direct(self, key: str) -> list[Reader]:
        """Those who read the product version ``key``."""
        return self.graph.direct(key)

    def flow(self, key: str) -> Flow:
        """Follows columns of ``key`` downstream, outside the producer's own models."""
        if key not in self._flows:
            own = self.base.project
            found = self.graph.downstream([key])
            readers = [r for r in found if r.consumes and (r.project != own or r.kind == "exposure")]
            self._flows[key] = Flow(key, readers, self.consumers.lineage)
        return self._flows[key]

    def outcomes(self, change: Change) -> Mapping[str, Outcome]:
        """What binding shows for ``change``, by key of the reader."""
        return self._outcomes.get(change.fingerprint, {})

    def columns_of(self, key: str) -> frozenset[str] | None:
        """The names of a relation's columns in lower case; ``None`` where they are not known."""
        columns = self._before.get(key)
        bound = self.binding.base.get(key) if self.binding else None
        reader = self.consumers.readers.get(key)
        if columns is None and bound is not None and bound.output is not None:
            columns = bound.relation
        if columns is None and reader is not None and (reader.enforced or reader.kind == "product"):
            return frozenset(name.lower() for name, _ in reader.declared) or None
        return frozenset(name.lower() for name, _ in columns) if columns else None

    def was_bound(self, change: Change, reader: Reader) -> bool:
        """Whether binding would have shown what ``change`` does to ``reader``."""
        if self.binding is None or self.not_bound or change.fingerprint not in self._proposals:
            return False
        bound = self.binding.base.get(reader.key)
        return bound is not None and bound.exact

    def why_not_bound(self, reader: Reader) -> str:
        """Why the SQL of ``reader`` was not bound; empty where it was."""
        if self.binding is None or self.not_bound:
            return self.not_bound
        bound = self.binding.base.get(reader.key)
        return "" if bound is None or bound.output is not None else bound.error

    @cached_property
    def binding(self) -> Binding | None:
        """The consumers of what changes, bound as things are; ``None``, and :attr:`not_bound`, where that cannot be."""
        start = {key for proposal in self._proposals.values() for key in (*proposal.columns, *proposal.moved)}
        try:
            return Binding(self.consumers, self.graph, self._before, sorted(start))
        except NotCheckedError as error:
            self.not_bound = str(error)
            return None

    @cached_property
    def _proposals(self) -> dict[str, Proposal]:
        """Of each change that a binding can see: what it proposes alone."""
        proposals = {change.fingerprint: self._proposal(change) for change in self.changes}
        return {key: proposal for key, proposal in proposals.items() if proposal is not None}

    @cached_property
    def _outcomes(self) -> dict[str, dict[str, Outcome]]:
        """What each of them does alone, as far as everything together does it too."""
        together = self._whole()
        if not self._proposals or self.binding is None or together is None:
            return {}
        try:
            return self._attributed(self.binding, together)
        except NotCheckedError as error:
            self.not_bound = str(error)
            return {}

    def _attributed(self, binding: Binding, together: Proposal) -> dict[str, dict[str, Outcome]]:
        whole = under(binding, together)
        if not whole:
            return {}
        found = {
            key: {reader: _real(outcome, whole[reader]) for reader, outcome in under(binding, proposal, whole).items()}
            for key, proposal in self._proposals.items()
        }
        explained = {reader for outcomes in found.values() for reader in outcomes}
        only_together = {key: outcome for key, outcome in whole.items() if key not in explained}
        return {key: outcomes | only_together for key, outcomes in found.items()}

    def _whole(self) -> Proposal | None:
        """Everything that is proposed, at once."""
        columns: dict[str, ShadowColumns | None] = {}
        for subject in self._subjects.values():
            if subject.new is not None and subject.new.columns != subject.old.columns:
                columns[subject.key] = shadow_of(subject.new.columns, self.head.adapter)
        return self._checked(columns, self._moved(self._subjects.values()))

    def _proposal(self, change: Change) -> Proposal | None:
        """What ``change`` proposes; ``None`` for what no binding can see."""
        subjects = self.subjects_of(change)
        if change.name == _MOVED:
            return self._checked({}, self._moved(subjects))
        if not change.columns or change.name in _GONE:
            return None
        columns = {subject.key: shadow_of(with_change(subject, change), self.head.adapter) for subject in subjects}
        return self._checked(columns, {})

    def _moved(self, subjects: Iterable[Subject]) -> dict[str, ShadowColumns | None]:
        return {s.key: shadow_of(s.moved.columns, self.head.adapter) for s in subjects if s.moved is not None}

    def _checked(
        self, columns: Mapping[str, ShadowColumns | None], moved: Mapping[str, ShadowColumns | None]
    ) -> Proposal | None:
        """Only what is known, and differs from what is promised now."""
        differing = {key: now for key, now in columns.items() if now and self._before[key] not in (None, now)}
        going = {key: now for key, now in moved.items() if now and self._before[key]}
        return Proposal(columns=differing, moved=going) if differing or going else None


def _real(alone: Outcome, together: Outcome) -> Outcome:
    """What happens to a reader: an error that one change makes alone, and all together do not, does not happen."""
    return together if alone.kind == "error" and together.kind != "error" else alone
