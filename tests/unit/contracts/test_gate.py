"""What each profile refuses, and which acknowledgements count."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.contracts.gate import LIFECYCLE, State, gate, gates
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.model.change import CLASSES, LEVELS, Change, ChangeClass, Level, Verdict
from mesh_tools.model.interface import Acknowledgement

TODAY = date(2026, 3, 1)


def change(rule: str = "CHG010", level: Level = "shape", cls: ChangeClass = "dangerous") -> Change:
    return Change(
        rule=rule, name="r", project="p", product="x", columns=("c",), cls=cls, bump="minor", level=level, message="m"
    )


def verdict(effective: ChangeClass, of: Change | None = None) -> Verdict:
    return Verdict(change=of or change(), effective=effective, bump="minor")


def ack(until: str, *, reason: str = "because", of: Change | None = None) -> Acknowledgement:
    return Acknowledgement(
        change=(of or change()).fingerprint, rule="CHG010", subject="p.x.c", reason=reason, until=until
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("profile", LEVELS)
def test_a_profile_holds_those_before_it(profile: Level, level: Level) -> None:
    assert gates(change(level=level), profile) == (LEVELS.index(level) <= LEVELS.index(profile))


@pytest.mark.parametrize("rule", sorted(LIFECYCLE))
def test_the_lifecycle_gates_from_guarantee_on(rule: str) -> None:
    found = [gates(change(rule, RULES[rule].level), profile) for profile in LEVELS]
    assert found[LEVELS.index("guarantee") :] == [True, True, True]
    assert found[0] == (RULES[rule].level == "bind")


@pytest.mark.parametrize(
    ("effective", "level", "acknowledgement", "state"),
    [
        ("safe", "bind", None, "safe"),
        ("dangerous", "bind", None, "reported"),
        ("breaking", "bind", None, "reported"),
        ("dangerous", "shape", None, "open"),
        ("breaking", "shape", None, "refused"),
        ("dangerous", "shape", ack("2026-03-01"), "acknowledged"),
        ("dangerous", "shape", ack("2026-02-28"), "open"),
        ("dangerous", "shape", ack("2026-08-29"), "open"),
        ("dangerous", "shape", ack("soon"), "open"),
        ("dangerous", "shape", ack("2026-03-05", reason=" "), "open"),
        ("dangerous", "shape", ack("2026-03-05", of=change("CHG011")), "open"),
        ("breaking", "shape", ack("2026-03-05"), "refused"),
    ],
)
def test_what_becomes_of_a_verdict(
    effective: ChangeClass, level: Level, acknowledgement: Acknowledgement | None, state: State
) -> None:
    given_ones = [acknowledgement] if acknowledgement else []
    result = gate([verdict(effective)], level=level, acknowledgements=given_ones, today=TODAY, days=180)
    assert [entry.state for entry in result.entries] == [state]
    assert result.passes == (state in {"safe", "reported", "acknowledged"})


@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(LEVELS))), st.sampled_from(LEVELS))
def test_what_a_profile_refuses_a_stricter_one_refuses_too(
    found: list[tuple[ChangeClass, Level]], profile: Level
) -> None:
    verdicts = [verdict(effective, change(level=level)) for effective, level in found]
    for stricter in LEVELS[LEVELS.index(profile) :]:
        loose, strict = (gate(verdicts, level=level, today=TODAY) for level in (profile, stricter))
        assert len(strict.refused) >= len(loose.refused)
        assert len(strict.open) >= len(loose.open)
