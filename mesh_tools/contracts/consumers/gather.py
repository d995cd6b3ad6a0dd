"""Gathers the hits of a change: from lineage, from binding, from what was published."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.contracts.consumers.case import Case
from mesh_tools.contracts.consumers.hits import Hits, hit_of
from mesh_tools.contracts.consumers.proposal import Subject
from mesh_tools.contracts.consumers.published import effect_on, published_hits
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.rebind import Outcome
from mesh_tools.contracts.consumers.usage import Use
from mesh_tools.contracts.consumers.verdict import refinement_of
from mesh_tools.model.change import Change, Effect, Hit


def add_uses(hits: Hits, change: Change, subject: Subject, case: Case, effect: Effect) -> None:
    """Those who use the columns, directly or by way of others; ``effect``: on the direct ones."""
    for use in case.flow(subject.key).uses(change.columns):
        if use.columns is None:
            hit = hit_of(use.reader, "unknown", "none", use.detail, use.through)
            hits.add(known_from_publication(hit, change, use.reader, subject, case))
        elif use.through is None:
            hits.add(hit_of(use.reader, effect, "usage", use.detail))
        else:
            hits.add(hit_of(use.reader, "dangerous", "usage", use.detail, use.through))
        if refinement_of(change) == "typed" and _keeps(use, change) and not case.was_bound(change, use.reader):
            detail = f"promises, or stores, {', '.join(sorted(use.unchanged))} unchanged"
            hits.add(hit_of(use.reader, "breaking", "types", detail, use.through))
    add_published(hits, change, subject, case)


def _keeps(use: Use, change: Change) -> bool:
    """Whether the reader's own contract, or stored table, gets the column as it is."""
    stored = use.reader.stored and change.name != "type-narrowed"
    return bool(use.unchanged) and (use.reader.enforced or stored)


def add_readers(hits: Hits, change: Change, subject: Subject, case: Case, effect: Effect) -> None:
    """Everyone who reads the version, whatever they use of it."""
    for reader in case.direct(subject.key):
        if change.name == "version-removed" and subject.moved and case.consumers.pins(reader, subject.key) is False:
            continue  # it follows the latest version
        hits.add(hit_of(reader, effect, "usage", "reads it"))
    for use in case.graph.published(subject.key):
        if change.name == "version-removed" and subject.moved and not use.consumption.pinned:
            continue
        for hit in published_hits(change, "none", use):
            hits.add(replace(hit, effect=effect))


def add_published(hits: Hits, change: Change, subject: Subject, case: Case) -> None:
    """What projects without SQL published of their use."""
    for use in case.graph.published(subject.key):
        for hit in published_hits(change, refinement_of(change), use):
            hits.add(hit)


def known_from_publication(hit: Hit, change: Change, reader: Reader, subject: Subject, case: Case) -> Hit:
    """Instead of what the SQL does not tell, what the consumer published."""
    said = case.consumers.consumption_of(reader, subject.key)
    if hit.effect != "unknown" or hit.through or reader.kind == "exposure" or said is None or said.columns is None:
        return hit
    effect, detail = effect_on(change, refinement_of(change), said)
    return hit_of(reader, effect, "consumption", detail)


def add_outcomes(hits: Hits, change: Change, case: Case, returned: Effect) -> None:
    """What binding shows; ``returned``: what it means that a direct reader returns other columns."""
    for key, outcome in case.outcomes(change).items():
        reader = case.consumers.readers[key]
        hits.add(_outcome_hit(reader, outcome, returned))


def _outcome_hit(reader: Reader, outcome: Outcome, returned: Effect) -> Hit:
    if outcome.kind == "error":
        return hit_of(reader, "breaking", "bind", outcome.detail, outcome.through)
    if outcome.kind in {"contract", "stored"}:
        return hit_of(reader, "breaking", "types", outcome.detail, outcome.through)
    if outcome.kind == "stale":
        return hit_of(reader, "dangerous", "bind", outcome.detail, outcome.through)
    effect: Effect = "none" if outcome.kind == "order" or outcome.through else returned
    return hit_of(reader, effect, "bind", outcome.detail, outcome.through)
