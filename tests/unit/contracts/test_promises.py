"""Check expressions, durations and ranges: what can be proved of them, and that no text is too strange for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.pairs.bounds import Bounds
from mesh_tools.contracts.pairs.columns import misplaced
from mesh_tools.contracts.pairs.expressions import Bound, Filled, Text, Values, clauses
from mesh_tools.contracts.rules.durations import days
from mesh_tools.model.interface import GuaranteeKind
from support.interfaces import interface_from

NAMES = {"amount": "amount", "b": "b", "carrier": "airline"}
AT_LEAST_0 = Bound("amount", "min", Decimal(0), inclusive=True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("amount >= 0", [AT_LEAST_0]),
        ("(( 0 <= AMOUNT ))", [AT_LEAST_0]),
        ('"amount" >= 0 and (b is not null)', [AT_LEAST_0, Filled("b")]),
        ("amount > -1.5e3", [Bound("amount", "min", Decimal(-1500), inclusive=False)]),
        ("amount between 0 and 9 and b < 3", [
            AT_LEAST_0,
            Bound("amount", "max", Decimal(9), inclusive=True),
            Bound("b", "max", Decimal(3), inclusive=False),
        ]),
        ("b > '2020-01-01'", [Bound("b", "min", "2020-01-01", inclusive=False)]),
        ("carrier in ('AA', 'it''s', 7)", [Values("airline", frozenset({"AA", "it's", "7"}))]),
        ("carrier IN ()", [Text("airline in ()", ("airline", "in"))]),
        ("amount > 0 or b > 0", [Text("amount > 0 or b > 0", ("amount", "or", "b"))]),
        ("(amount > 0 or b > 0) and b > 0", [
            Text("amount > 0 or b > 0", ("amount", "or", "b")),
            Bound("b", "min", Decimal(0), inclusive=False),
        ]),
        ("not amount > 0", [Text("not amount > 0", ("not", "amount"))]),
        ("case when b then amount > 0 and b end", [
            Text("case when b then amount > 0 and b end", ("case", "when", "b", "then", "amount", "and", "end")),
        ]),
        ("amount > b", [Text("amount > b", ("amount", "b"))]),
        ("amount!=0", [Text("amount <> 0", ("amount",))]),
        ("carrier = 'A and B'", [Text("airline = 'A and B'", ("airline",))]),
        ("carrier = '( x'", [Text("airline = '( x'", ("airline",))]),
        ("f( b ,1 ) = 2", [Text("f (b, 1) = 2", ("f", "b"))]),
        ("", []),
    ],
)  # fmt: skip
def test_an_expression_is_taken_apart_as_far_as_can_be_proved(expression: str, expected: list[Any]) -> None:
    assert list(clauses(expression, NAMES)) == expected


@given(st.text(alphabet="ab_ 01.()<>='\",-+andorbetweenincase", max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_expression_is_too_strange(expression: str) -> None:
    guarantee = {"kind": "check", "carrier": "constraint", "arguments": {"expression": expression}}
    checked = interface_from({"guarantees": [guarantee]})
    assert diff(checked, checked, today=date(2027, 1, 15)) == ()
    for change in diff(checked, interface_from({}), today=date(2027, 1, 15)):
        assert change.cls == "breaking"


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["0", "1e999999999", "NaN", "'x'", "2020-01-01", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
_ARGUMENTS = ("values", "min", "max", "inclusive", "to", "field", "expression", "test")


@given(
    st.sampled_from(get_args(GuaranteeKind)),
    st.lists(st.sampled_from(("carrier", "nowhere", "")), max_size=2),
    st.dictionaries(st.sampled_from(_ARGUMENTS), _JSON, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_no_guarantee_is_too_strange(kind: str, columns: list[str], arguments: dict[str, Any]) -> None:
    """Arguments come from other teams' documents, where any JSON may stand."""
    strange = interface_from({"guarantees": [{"kind": kind, "columns": columns, "arguments": arguments}]})
    plain = interface_from({})
    for old, new in ((strange, plain), (plain, strange)):
        for change in diff(old, new, today=date(2027, 1, 15)):
            assert change.fingerprint
            assert change.message


def test_a_long_or_deep_expression_is_a_text() -> None:
    assert clauses("(" * 30_000, {}) == (Text("(" * 30_000, ()),)
    deep = clauses("(" * 5_000 + "amount >= 0" + ")" * 5_000, NAMES)
    assert deep == (AT_LEAST_0,)
    assert len(clauses(" and ".join(["amount >= 0"] * 1_000), NAMES)) == 1_000


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.booleans()), min_size=2, max_size=4))
@settings(max_examples=200, deadline=None)
def test_ranges_say_what_their_values_do(parts: list[tuple[bool, int, bool]]) -> None:
    """Against every half number: what two ranges leave together, and whether one lies within the other."""
    ranges = [Bounds.of(Bound("x", "min" if low else "max", Decimal(at), inclusive)) for low, at, inclusive in parts]
    first, second = ranges[0], ranges[1].and_also(ranges[-1])
    assert _values(first.and_also(second)) == _values(first) & _values(second)
    if first.is_within(second):
        assert _values(first) <= _values(second)


def _values(bounds: Bounds) -> set[Decimal]:
    found = set()
    for half in range(-2, 12):
        value = Decimal(half) / 2
        above = bounds.low is None or value > Decimal(bounds.low) or (bounds.low_inclusive and value == bounds.low)
        below = bounds.high is None or value < Decimal(bounds.high) or (bounds.high_inclusive and value == bounds.high)
        if above and below:
            found.add(value)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 days", 90),
        ("P2W", 14),
        ("2 weeks", 14),
        ("PT36H", 1.5),
        ("1 day, 12 hours", 1.5),
        ("rolling 7 days of history", 7),
        ("ten days", 10),
        ("0 days", 0),
        ("forever", float("inf")),
        ("P", None),
        ("", None),
        ("two or three years", None),
        ("days", None),
        ("90", None),
        ("since 2013", None),
    ],
)
def test_a_duration_is_read_or_is_none(text: str, expected: float | None) -> None:
    assert days(text) == expected


def test_years_and_months_agree() -> None:
    assert days("2 years") == pytest.approx(days("24 months"))
    assert days("P1Y6M") == pytest.approx(days("18 months"))


@given(st.permutations(range(7)))
@settings(max_examples=100, deadline=None)
def test_what_stays_when_columns_move_is_in_the_same_order(after: list[int]) -> None:
    names, now = list("abcdefg"), ["abcdefg"[place] for place in after]
    gone = misplaced(names, now)
    assert [name for name in names if name not in gone] == [name for name in now if name not in gone]
    assert bool(gone) == (names != now)
