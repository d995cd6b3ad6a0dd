"""Who answers for which finding: inline, in a policy, or in the baseline. One stage, after all rules were asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from mesh_tools.errors import Location
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places.place import Place, YamlPlace
from mesh_tools.lint.policy import matching
from mesh_tools.mesh.config import LintIgnore
from mesh_tools.model.finding import Suppression

_OF_SQLFLUFF = re.compile(r"[A-Z]{2}[0-9]{2}\Z")
"""Codes such as ``LT01``: `mesh lint --sql` asks after them."""
UNUSED = "is unused: there is no such finding"


class Inline(Struct, frozen=True, kw_only=True):
    """One entry of ``meta.mesh.ignore``.

    Attributes:
        subject: Label of whose meta it is in; it covers what is below that, too: a model's columns.
        project: Whose it is.
        code: Of a rule, or a family.
        reason: In words; may be empty.
        until: ISO date of its last day.
        place: Where it is written.
        index: In the list.
    """

    subject: str
    project: str
    code: str
    reason: str = ""
    until: str | None = None
    place: Place
    index: int = 0


class Written(Struct, frozen=True, kw_only=True):
    """An ``ignores`` entry of a policy."""

    ignore: LintIgnore
    project: str | None
    where: Location | None

    @property
    def until(self) -> str | None:
        """ISO date of its last day."""
        return self.ignore.until.isoformat() if self.ignore.until else None


def inline_entries(subject: str, project: str, ignores: Iterable[Any], place: Place) -> Iterator[Inline]:
    """What ``meta.mesh.ignore`` of ``subject`` says; an entry that is none has no code."""
    for index, entry in enumerate(ignores):
        written = entry if isinstance(entry, dict) else {"code": entry}
        until = written.get("until")
        steps = ("config", "meta", "mesh", "ignore", str(index))
        yield Inline(
            subject=subject,
            project=project,
            code=str(written.get("code") or ""),
            reason=str(written.get("reason") or ""),
            until=str(until) if until is not None else None,
            place=place.below(*steps) if isinstance(place, YamlPlace) else place,
            index=index,
        )


class Suppressions:
    """Decides which findings count, and knows which suppressions were of use.

    Args:
        rules: Codes of all rules.
        today: After whose day an expired suppression no longer counts.
        inline: Of all subjects.
        written: Of the policies.
        baseline: Fingerprints that were there before.
    """

    def __init__(
        self,
        rules: Iterable[str],
        today: date,
        inline: Iterable[Inline],
        written: Iterable[Written],
        baseline: Iterable[str] = (),
    ) -> None:
        self._codes = frozenset(rules)
        self._today = today
        self._inline: dict[str, list[Inline]] = {}
        for entry in inline:
            self._inline.setdefault(entry.subject, []).append(entry)
        self._written = tuple(written)
        self._baseline = frozenset(baseline)
        self._used: set[int] = set()
        self._in_force: frozenset[str] = frozenset()
        self.met: set[str] = set()

    def of(self, pending: Pending) -> Suppression | None:
        """Who answers for a finding; ``None`` when nobody does."""
        in_baseline = bool(self._baseline) and pending.fingerprint in self._baseline
        if in_baseline:
            self.met.add(pending.fingerprint)
        inline = self._inline_for(pending)
        if inline is not None:
            return Suppression(source="inline", reason=inline.reason, until=inline.until)
        written = self._written_for(pending)
        if written is not None:
            ignore = written.ignore
            return Suppression(source="policy", reason=ignore.reason, until=written.until, where=written.where)
        return Suppression(source="baseline") if in_baseline else None

    def faults(
        self, asked: Mapping[str, frozenset[str]], in_force: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Inline | Written, str, str]]:
        """Suppressions that are not as they should be: the entry, its project, and what is wrong with it.

        Args:
            asked: Codes that were asked, by project, with ``""`` for the mesh; an unused suppression of a rule that
                nobody asked is no fault.
            in_force: Codes that are asked unless something is selected: a suppression of a family is unused only if
                all of the family that is in force was asked.
        """
        self._in_force = in_force
        everything = frozenset().union(*asked.values()) if asked else frozenset()
        of_mesh = asked.get("", frozenset())
        inline = (entry for entries in self._inline.values() for entry in entries)
        for entry in inline:
            if entry.project in asked:
                codes = asked[entry.project] | of_mesh
                yield from self._faults(entry, entry.project, entry.code, entry.reason, entry.until, codes)
        for written in self._written:
            ignore = written.ignore
            codes = asked.get(written.project, frozenset()) | of_mesh if written.project else everything
            if written.project is None or written.project in asked:
                project = written.project or ""
                yield from self._faults(written, project, ignore.code, ignore.reason, written.until, codes)

    def _faults(  # noqa: PLR0913, PLR0917 - what both kinds have
        self, entry: Inline | Written, project: str, code: str, reason: str, until: str | None, asked: frozenset[str]
    ) -> Iterator[tuple[Inline | Written, str, str]]:
        shown = f"the suppression of {code}"
        meant = matching(code, self._codes) if code else frozenset()
        if not code:
            yield entry, project, "a suppression names no code"
        elif not meant and not _OF_SQLFLUFF.match(code):
            yield entry, project, f"{shown} is of a rule that does not exist"
        elif until is not None and not _is_date(until):
            yield entry, project, f"{shown} ends on '{until}', which is no date: YYYY-MM-DD"
        elif self._expired(until):
            yield entry, project, f"{shown} expired on {until}"
        elif id(entry) not in self._used and meant & asked and meant & self._in_force <= asked:
            yield entry, project, f"{shown} {UNUSED}"
        if code and not reason:
            yield entry, project, f"{shown} gives no reason"

    def _inline_for(self, pending: Pending) -> Inline | None:
        found: Inline | None = None
        for subject in pending.covered_by:
            for entry in self._inline.get(subject, ()):
                if entry.project == pending.reporter and self._counts(entry.code, entry.until, pending):
                    self._used.add(id(entry))
                    found = found or entry
        return found

    def _written_for(self, pending: Pending) -> Written | None:
        found: Written | None = None
        for written in self._written:
            ignore = written.ignore
            if (
                (written.project is None or written.project == pending.project)
                and self._counts(ignore.code, written.until, pending)
                and (ignore.path is None or fnmatchcase(pending.path, ignore.path))
                and (ignore.subject is None or fnmatchcase(pending.subject, ignore.subject))
            ):
                self._used.add(id(written))
                found = found or written
        return found

    def _counts(self, code: str, until: str | None, pending: Pending) -> bool:
        return code.upper() in {pending.rule.code, pending.rule.family} and not self._expired(until)

    def _expired(self, until: str | None) -> bool:
        """What is no date never counts."""
        if until is None:
            return False
        return not _is_date(until) or date.fromisoformat(until[:10]) < self._today


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
