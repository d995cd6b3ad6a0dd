"""The effective verdict: what each change does to those who use the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from mesh_tools.contracts.consumers.case import Case
from mesh_tools.contracts.consumers.freshness import freshness_hits
from mesh_tools.contracts.consumers.gather import (
    add_outcomes,
    add_published,
    add_readers,
    add_uses,
    known_from_publication,
)
from mesh_tools.contracts.consumers.hits import Hits, hit_of
from mesh_tools.contracts.consumers.positions import position_hits
from mesh_tools.contracts.consumers.proposal import Subject
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.verdict import (
    few,
    lowered,
    raised,
    reason_of,
    refinement_of,
    verdict_of,
)
from mesh_tools.contracts.consumers.world import Consumers
from mesh_tools.contracts.diff import diff
from mesh_tools.model.change import CLASSES, Change, ChangeClass, Effect, Hit, Verdict
from mesh_tools.model.interface import Interface, Product

NOT_KNOWN = "consumers are not known"
_REMOVED = frozenset({"product-removed", "version-removed"})


def judge(changes: Sequence[Change], *, base: Interface, head: Interface, consumers: Consumers) -> tuple[Verdict, ...]:
    """What each change does to the consumers of the project.

    Args:
        changes: From ``base`` to ``head``.
        base: The interface as it is promised.
        head: The interface as it is proposed.
        consumers: Who uses what. Where nothing is known, the structural verdict stands.

    Returns:
        A verdict for each change, in their order. What is not known is never taken to be safe.
    """
    if not consumers.known:
        return tuple(verdict_of(change, change.cls, NOT_KNOWN) for change in changes)
    case = Case(changes, base, head, consumers)
    return tuple(_judged(change, case) for change in changes)


def _judged(change: Change, case: Case) -> Verdict:
    subjects = case.subjects_of(change)
    refine = refinement_of(change)
    if not subjects or (change.cls == "safe" and refine == "none" and change.name not in _REMOVED):
        return verdict_of(change, change.cls, "")
    return JUDGED_BY_NAME.get(change.name, _BY_REFINEMENT[refine])(change, subjects, case)


def _everyone(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Consumers do not change the class, unless there are none."""
    hits = Hits()
    for subject in subjects:
        add_readers(hits, change, subject, case, "none" if change.cls == "safe" else change.cls)
    readers = _count(subjects, case)
    unused = not readers and not _missing(case) and change.cls == "breaking"
    effective: ChangeClass = "dangerous" if unused else change.cls
    return verdict_of(change, effective, reason_of(hits.sorted(), readers, _missing(case)), hits.sorted())


def _removed(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Whoever still reads what is gone is broken, whatever the date says; and a date is a promise to anyone."""
    hits = Hits()
    for subject in subjects:
        add_readers(hits, change, subject, case, "breaking")
    until = _promised_until(change, case)
    if change.cls == "breaking" and until:
        return verdict_of(change, "breaking", f"it was promised to stay until {until}", hits.sorted())
    return _refined(change, hits, subjects, case)


def _promised_until(change: Change, case: Case) -> str | None:
    """The deprecation date of the version that is gone."""
    product = case.base.product(change.product) if change.name == "version-removed" else None
    version = product.version(change.v) if product else None
    return version.deprecation_date if version else None


def _narrowed(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Those who are not among the allowed consumers any more."""
    product = case.head.product(change.product)
    allowed = product.allowed_consumers if product else None
    every = Hits()
    for subject in subjects:
        add_readers(every, change, subject, case, "breaking")
    hits = Hits()
    for hit in every.sorted():
        if hit.project != case.base.project and allowed is not None and hit.project not in allowed:
            hits.add(replace(hit, detail="it is not allowed any more"))
    return _refined(change, hits, subjects, case)


def _moved_relation(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Refs follow a relation that moves; an exposure may name it."""
    hits = Hits()
    for subject in subjects:
        for reader in case.direct(subject.key):
            if reader.kind == "exposure":
                hits.add(hit_of(reader, "unknown", "none", "it may name the relation itself"))
    return _refined(change, hits, subjects, case, notes=("refs follow the relation; readers that name it do not",))


def _freshness(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """What a consumer promises itself decides."""
    hits = Hits()
    for subject in subjects:
        for hit in freshness_hits(subject, case):
            hits.add(hit)
    return _refined(change, hits, subjects, case)


def _columns(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Only those who use the columns are hit, directly or by what others make of them."""
    hits = Hits()
    effect: Effect = "dangerous" if change.cls == "safe" else change.cls
    for subject in subjects:
        if change.cls != "safe" or change.name == "column-removed":
            if change.columns:
                add_uses(hits, change, subject, case, effect)
            else:
                add_readers(hits, change, subject, case, effect)
    add_outcomes(hits, change, case, effect)
    over = change.cls == "safe" and change.name == "column-removed"  # its deprecation is over
    return _refined(change, hits, subjects, case, highest="dangerous" if over else "breaking")


def _positions(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Only those are hit who depend on columns that they do not name. Nobody promised that there are no others."""
    hits = Hits()
    for subject in subjects:
        for reader in case.direct(subject.key):
            for hit in position_hits(change, reader, subject.key, case):
                hits.add(known_from_publication(hit, change, reader, subject, case))
        add_published(hits, change, subject, case)
    add_outcomes(hits, change, case, "dangerous")
    return _refined(change, hits, subjects, case, highest="dangerous")


def _unpinned(change: Change, subjects: Sequence[Subject], case: Case) -> Verdict:
    """Those whose refs name no version mean the new latest one: judged as if their version had become that one."""
    hits = Hits()
    latest = [subject for subject in subjects if subject.is_latest]
    for subject in latest:
        for reader in case.direct(subject.key):
            if reader.kind != "exposure" and case.consumers.pins(reader, subject.key) is not True:
                hits.add(_follower_hit(reader, subject, case))
        add_published(hits, change, subject, case)
        for hit in _of_latest(subject, case):
            hits.add(hit)
    add_outcomes(hits, change, case, "dangerous")
    return _refined(change, hits, latest, case)


def _follower_hit(reader: Reader, subject: Subject, case: Case) -> Hit:
    known = case.consumers.pins(reader, subject.key) is False
    words = "its ref names no version" if known else "whether its ref names a version is not known"
    # Without a version to follow, the ref is refused.
    return hit_of(reader, "dangerous" if subject.moved else "breaking", "usage" if known else "none", words)


def _of_latest(subject: Subject, case: Case) -> Iterator[Hit]:
    """What the changes from one version to the other do to those who do not pin."""
    if subject.moved is None:
        return
    sides = []
    for version in (subject.old, subject.moved):
        product = Product(name=subject.product, latest=subject.v, versions=(replace(version, v=subject.v),))
        sides.append(replace(case.base, products=(product,), relations={}, withheld={}))
    changes = diff(sides[0], sides[1], today=date.min)
    inner = judge(changes, base=sides[0], head=sides[1], consumers=case.consumers)
    followers = {
        (r.project, r.name) for r in case.direct(subject.key) if case.consumers.pins(r, subject.key) is not True
    }
    loose = {
        (use.project, name)
        for use in case.graph.published(subject.key)
        if not use.consumption.pinned
        for name in use.consumption.by
    }
    for verdict in inner:
        for hit in verdict.hits:
            if (hit.project, hit.node) in followers | loose:
                yield hit


def _refined(  # noqa: PLR0913 - all that a verdict is made of
    change: Change,
    hits: Hits,
    subjects: Sequence[Subject],
    case: Case,
    *,
    highest: ChangeClass = "breaking",
    notes: Sequence[str] = (),
) -> Verdict:
    found = hits.sorted()
    readers = _count(subjects, case)
    missing = _missing(case)
    effective = raised(change, found, highest) if found else lowered(change)
    if missing and CLASSES.index(effective) < CLASSES.index(change.cls):
        effective = change.cls  # nothing allows to lower it
    every_note = (*notes, *missing, *_not_bound(change, subjects, case))
    return verdict_of(change, effective, reason_of(found, readers, every_note), found)


def _count(subjects: Sequence[Subject], case: Case) -> int:
    direct = {reader.key for subject in subjects for reader in case.direct(subject.key)}
    named = {
        (use.project, by) for s in subjects for use in case.graph.published(s.key) for by in use.consumption.by or ("",)
    }
    return len(direct) + len(named)


def _missing(case: Case) -> list[str]:
    names = sorted(name for name in case.consumers.missing if name != case.base.project)
    return [f"what {few(names)} uses is not known"] if names else []


def _not_bound(change: Change, subjects: Sequence[Subject], case: Case) -> list[str]:
    """Direct readers that were judged by their lineage alone, though the change is one that binding would show."""
    if change.level not in {"bind", "shape"} or not change.columns:
        return []
    with_sql = (reader for subject in subjects for reader in case.direct(subject.key) if reader.sql)
    why = {reader.label: reason for reader in with_sql if (reason := case.why_not_bound(reader))}
    return [f"not bound: {few(list(why))} ({next(iter(why.values()))})"] if why else []


_Judge = Callable[[Change, Sequence[Subject], Case], Verdict]
JUDGED_BY_NAME: dict[str, _Judge] = {
    "product-removed": _removed,
    "version-removed": _removed,
    "allowed-consumers-narrowed": _narrowed,
    "relation-moved": _moved_relation,
    "freshness-loosened": _freshness,
}
"""Rules whose hits are found in a way of their own."""
_BY_REFINEMENT: dict[str, _Judge] = {
    "column": _columns,
    "typed": _columns,
    "position": _positions,
    "unpinned": _unpinned,
    "none": _everyone,
}
