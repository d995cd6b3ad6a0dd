"""DuckDB's lattice of types, proved against DuckDB itself.

``widened`` says that each value survives and compares as before; ``narrowed``, that a value either survives or is
refused, and one is refused; ``lossy``, that one is changed without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Context, Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_tools.sqltypes import compare_types
from mesh_tools.sqltypes.change import TypeChangeKind

CONNECTION = duckdb.connect(config={"threads": 1})

INTEGERS = {
    **{f"{name}INT": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in (("TINY", 8), ("SMALL", 16))},
    "INTEGER": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "HUGEINT": (-(2**127), 2**127 - 1),
    **{f"U{name}": (0, 2**bits - 1) for name, bits in (("TINYINT", 8), ("SMALLINT", 16), ("INTEGER", 32))},
    "UBIGINT": (0, 2**64 - 1),
    "UHUGEINT": (0, 2**128 - 1),
}
DECIMALS = [(1, 0), (3, 0), (5, 0), (5, 2), (10, 0), (10, 2), (10, 4), (18, 2), (18, 18), (20, 0), (38, 0), (38, 9)]
CLOCKS = {
    **{f"TIMESTAMP{suffix}": ("1677-09-22", digits) for suffix, digits in (("_S", 0), ("_MS", 3), ("", 6), ("_NS", 9))},
    "TIME": ("", 6),
    "TIME_NS": ("", 9),
}
ENUMS = ["ENUM('a', 'b')", "ENUM('a', 'x', 'b')", "ENUM('a', 'b', 'c')", "ENUM('a')", "ENUM('b', 'a')"]
ARRAYS = ["INTEGER[2]", "INTEGER[]", "VARCHAR[]", "VARCHAR[2]"]
TYPES = [
    *INTEGERS,
    *(f"DECIMAL({width},{scale})" for width, scale in DECIMALS),
    *("FLOAT", "DOUBLE", "VARCHAR"),
    *CLOCKS,
    *ENUMS,
    *ARRAYS,
]


@pytest.fixture(scope="module", autouse=True)
def _connection() -> Iterator[None]:
    yield
    CONNECTION.close()


def _decimal(number: int, scale: int) -> str:
    return f"{Decimal(number).scaleb(-scale, Context(prec=60)):f}"


def _clock(day: str, digits: int, nanoseconds: int) -> str:
    moment = datetime.fromisoformat(day or "2000-01-01") + timedelta(seconds=nanoseconds // 10**9)
    fraction = f"{nanoseconds % 10**9:09}"[:digits]
    return f"{moment:{'%Y-%m-%d ' if day else ''}%H:%M:%S}" + (f".{fraction}" if fraction else "")


def values(name: str) -> st.SearchStrategy[str]:
    """Written values of a type."""
    if name in INTEGERS:
        return st.integers(*INTEGERS[name]).map(str)
    if name.startswith("DECIMAL"):
        width, scale = (int(number) for number in name[len("DECIMAL(") : -1].split(","))
        return st.integers(1 - 10**width, 10**width - 1).map(lambda number: _decimal(number, scale))
    if name in CLOCKS:
        day, digits = CLOCKS[name]
        last = (584 * 365 * 86400 if day else 86400) * 10**9 - 1
        return st.integers(0, last).map(lambda nanoseconds: _clock(day, digits, nanoseconds))
    if name in ARRAYS:
        size = 2 if "2" in name else None
        return st.lists(st.integers(-999, 999), min_size=size or 0, max_size=size or 4).map(str)
    return _words(name) if name.startswith(("ENUM", "VARCHAR")) else _floats(name)


def _words(name: str) -> st.SearchStrategy[str]:
    if name == "VARCHAR":
        return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
    return st.sampled_from(name[len("ENUM(") : -1].replace("'", "").split(", "))


def _floats(name: str) -> st.SearchStrategy[str]:
    return st.floats(width=32 if name == "FLOAT" else 64).map(repr)


WITNESSES = {
    **{
        name: [str(number) for number in (low, high, min(high, 2**24 + 1), min(high, 2**53 + 1))]
        for name, (low, high) in INTEGERS.items()
    },
    **{
        f"DECIMAL({width},{scale})": [
            _decimal(number, scale) for number in (10**width - 1, 1 - 10**width, 5, 123456789012345677 % 10**width)
        ]
        for width, scale in DECIMALS
    },
    "FLOAT": ["0.1", "0.5", "1e-30", "1e30", "nan"],
    "DOUBLE": ["0.1", "0.5", "1e-30", "1e300", "nan"],
    "TIMESTAMP": ["2300-01-01 00:00:00.123456", "2000-01-01 00:00:00.123456"],
    "TIMESTAMP_S": ["2300-01-01"],
    "TIMESTAMP_MS": ["2300-01-01", "2000-01-01 00:00:00.123"],
    "TIMESTAMP_NS": ["2000-01-01 00:00:00.123456789"],
    "TIME_NS": ["00:00:00.123456789"],
    "INTEGER[]": ["[1]"],
    "VARCHAR[]": ["[1]"],
    "ENUM('a', 'b')": ["b"],
    "ENUM('a', 'x', 'b')": ["x", "b"],
    "ENUM('a', 'b', 'c')": ["b", "c"],
    "ENUM('b', 'a')": ["b"],
}
"""Values at the edge of a type, at least one of which does not fit a smaller one."""


def targets(old: str, kind: TypeChangeKind) -> list[str]:
    return [new for new in TYPES if compare_types(old, new, "duckdb").kind == kind]


def pairs(kind: TypeChangeKind) -> list[tuple[str, str]]:
    return [(old, new) for old in TYPES for new in targets(old, kind)]


def all_hold(old: str, written: list[str], conditions: list[str]) -> list[bool]:
    """Of each condition over ``v`` and ``w``, whether it holds for all pairs of the values."""
    checks = ", ".join(f"coalesce(bool_and({condition}), true)" for condition in conditions)
    cells = f"(select unnest($1)::{old})"
    row = CONNECTION.execute(f"select {checks} from {cells} x(v), {cells} y(w)", [written]).fetchone()
    assert row is not None
    return list(row)


def cast(value: str, new: str, *, back_to: str | None = None) -> str:
    """The value as ``new``, and perhaps as its old type again.

    DuckDB 1.5 has no cast to seconds or milliseconds but from microseconds.
    """
    if new.startswith("TIMESTAMP"):
        value = f"{value}::TIMESTAMP" if new in {"TIMESTAMP_S", "TIMESTAMP_MS"} else value
        back = f"::TIMESTAMP::{back_to}"
    else:
        back = f"::{back_to}"
    return f"{value}::{new}{back if back_to else ''}"


def survives(old: str, new: str) -> str:
    v, w = cast("v", new), cast("w", new)
    return f"{cast('v', new, back_to=old)} is not distinct from v and {v} = v and ({v} < {w}) = (v < w)"


@pytest.mark.parametrize("old", [name for name in TYPES if targets(name, "widened")])
def test_widening_keeps_every_value_and_every_comparison(old: str) -> None:
    news = targets(old, "widened")

    @settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(values(old), min_size=1, max_size=5))
    def check(written: list[str]) -> None:
        kept = all_hold(old, [*written, *WITNESSES.get(old, [])], [survives(old, new) for new in news])
        assert dict(zip(news, kept, strict=True)) == dict.fromkeys(news, True)

    check()


def fate(old: str, new: str, written: str) -> str:
    """What becomes of one value: ``refused``, ``kept`` or ``changed``."""
    try:
        [kept] = all_hold(old, [written], [f"{cast('v', new, back_to=old)} is not distinct from v"])
        [exact] = all_hold(old, [written], [same_number(old, new)])
    except duckdb.Error:
        return "refused"
    return "kept" if kept and exact else "changed"


def same_number(old: str, new: str) -> str:
    """Digit by digit, since an engine compares a decimal with a double as doubles."""
    if not all(name in INTEGERS or name.startswith(("DECIMAL", "FLOAT", "DOUBLE")) for name in (old, new)):
        return "true"
    return f"try_cast(v::{new} as decimal(38,18)) is not distinct from try_cast(v as decimal(38,18))"


@pytest.mark.parametrize(("old", "new"), pairs("narrowed"))
def test_narrowing_refuses_a_value_and_changes_none(old: str, new: str) -> None:
    fates = {fate(old, new, written) for written in WITNESSES[old]}
    assert "refused" in fates
    assert "changed" not in fates


@pytest.mark.parametrize(("old", "new"), pairs("lossy"))
def test_loss_changes_a_value_without_a_word(old: str, new: str) -> None:
    assert "changed" in {fate(old, new, written) for written in WITNESSES[old]}


def test_another_order_of_an_enum_sorts_differently() -> None:
    assert compare_types("ENUM('a', 'b')", "ENUM('b', 'a')", "duckdb").kind == "family"
    old, new = "(v < w)", "(v::ENUM('b', 'a') < w::ENUM('b', 'a'))"
    assert all_hold("ENUM('a', 'b')", ["a", "b"], [f"{old} = {new}"]) == [False]
