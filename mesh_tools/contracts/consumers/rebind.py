"""The shadow bind under a proposal: only what reads something that differs is bound again, and all is put back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from mesh_tools.contracts.consumers.binding import Binding, Bound
from mesh_tools.contracts.consumers.promises import contract_faults, stored_faults
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.shadow import CannotBindError, ShadowColumns

OutcomeKind = Literal["error", "contract", "stored", "output", "order", "stale"]
"""``error``: it cannot be bound. ``contract``, ``stored``: it no longer fits its own contract, or its own table.
``output``: it returns other columns, ``order``: in another order alone. ``stale``: what it reads cannot be built."""
_BROKEN = frozenset({"error", "contract", "stored", "stale"})


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


def under(binding: Binding, proposal: Proposal, among: Collection[str] | None = None) -> dict[str, Outcome]:
    """What is different under ``proposal``, by key; nothing for those that could not be bound before.

    Args:
        binding: Of things as they are.
        proposal: What changes.
        among: The readers that may differ; all of them without.

    Raises:
        NotCheckedError: DuckDB itself failed, and says nothing any more.
    """
    readers = binding.readers if among is None else [r for r in binding.readers if r.key in among]
    run = _Run(binding, proposal, readers)
    found = run.outcomes()
    run.undo()
    return found


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
        except CannotBindError as error:
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
        if self.binding.is_read(reader):
            self.binding.put(reader.key, relation)
            self.dirty[reader.key] = None

    def _through(self, causes: Sequence[str]) -> str | None:
        """The nearest consumer that hands the change on; none where the product itself is read."""
        if any(key in self.proposal.columns or key in self.moved for key in causes):
            return None
        return self.binding.label(causes[0])


def _difference(before: ShadowColumns, after: ShadowColumns) -> str:
    old, new = dict(before), dict(after)
    gone = [f"returns no {name}" for name in old if name not in new]
    added = [f"returns {name} besides" for name in new if name not in old]
    types = [
        f"returns {name} as {new[name]}, not {old[name]}" for name in old if name in new and new[name] != old[name]
    ]
    return "; ".join((*gone, *added, *types)) or "returns its columns in another order"
