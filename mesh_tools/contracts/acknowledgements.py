"""Acknowledgements: somebody answers for a dangerous change, with a reason, until a date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.model.change import Change, Verdict
from mesh_tools.model.interface import Acknowledgement

_SHORTEST_PREFIX = 4


def day_of(text: str) -> date | None:
    """The date that ``text`` is, as ISO 8601 has it; ``None`` when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def last_day(until: str | None, *, today: date, days: int) -> date:
    """Until when an acknowledgement of today counts.

    Args:
        until: What was asked for. Default: as long as it may.
        today: The day on which it is given.
        days: How long it may count.

    Raises:
        MeshError: it is no date, has passed, or is later than the mesh allows.
    """
    latest = today + timedelta(days=days)
    if until is None:
        return latest
    found = day_of(until)
    if found is None:
        raise MeshError(f"--until: '{until}' is no date", hint=f"write it like {latest.isoformat()}")
    if found < today:
        raise MeshError(f"--until: {until} has passed", hint=f"name a day from today to {latest.isoformat()}")
    if found > latest:
        raise MeshError(
            f"--until: {until} is later than the {days} days that acknowledgements count in this mesh",
            hint=f"name a day up to {latest.isoformat()}, or set contracts.acknowledge_days in mesh.yml",
        )
    return found


def valid(acknowledgements: Iterable[Acknowledgement], today: date) -> tuple[Acknowledgement, ...]:
    """Those that have not expired; one whose date cannot be read has."""
    return tuple(given for given in acknowledgements if (day_of(given.until) or date.min) >= today)


def merged(old: Iterable[Acknowledgement], new: Iterable[Acknowledgement]) -> tuple[Acknowledgement, ...]:
    """Both; of two for the same change the new one."""
    return tuple({given.change: given for given in (*old, *new)}.values())


def chosen(selector: str, verdicts: Sequence[Verdict]) -> Change:
    """The change that ``selector`` names.

    Args:
        selector: A fingerprint, the beginning of one, or a rule and what changed: ``CHG007:flights.v2``.
        verdicts: All changes that there are.

    Raises:
        MeshError: it names none, several, one that is safe, or one that is breaking.
    """
    found = [verdict for verdict in verdicts if _names(selector, verdict.change)]
    distinct = {verdict.change.fingerprint: verdict for verdict in found}
    if not distinct:
        raise _unknown(selector, verdicts)
    if len(distinct) > 1:
        listed = "\n".join(map(_line, distinct.values()))
        raise _refused(f"--ack: '{selector}' names {len(distinct)} changes", f"name one by its fingerprint:\n{listed}")
    (verdict,) = distinct.values()
    if verdict.effective == "safe":
        raise _refused(f"--ack: {_subject(verdict.change)} is safe", "leave this --ack away: nothing needs it")
    return verdict.change


def acknowledgement_of(change: Change, *, reason: str, until: date) -> Acknowledgement:
    """The acknowledgement of ``change``."""
    return Acknowledgement(
        change=change.fingerprint, rule=change.rule, subject=change.label, reason=reason, until=until.isoformat()
    )


def _names(selector: str, change: Change) -> bool:
    rule, colon, subject = selector.strip().partition(":")
    if colon:
        return rule.lower() in (change.rule.lower(), change.name) and subject in _subjects(change)
    return len(rule) >= _SHORTEST_PREFIX and change.fingerprint.startswith(rule.lower())


def _subjects(change: Change) -> tuple[str, str]:
    return change.label, change.label.removeprefix(f"{change.project}.")


def _subject(change: Change) -> str:
    return f"{change.rule}:{change.label}"


def _unknown(selector: str, verdicts: Sequence[Verdict]) -> MeshError:
    dangerous = [verdict for verdict in verdicts if verdict.effective == "dangerous"]
    listed = "\n".join(map(_line, dangerous))
    hint = f"what can be acknowledged:\n{listed}" if listed else "there is nothing to acknowledge: leave it away"
    return _refused(f"--ack: '{selector}' matches no change", hint)


def _line(verdict: Verdict) -> str:
    change = verdict.change
    return f"{change.fingerprint}  {_subject(change)}  {change.message}"


def _refused(message: str, hint: str) -> MeshError:
    return MeshError(message, hint=hint, exit_code=ExitCode.FAILED)
