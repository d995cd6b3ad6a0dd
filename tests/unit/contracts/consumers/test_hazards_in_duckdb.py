"""What the verdicts warn of really happens: each hazard with values, before and after, in the engine itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from mesh_tools.model.change import Verdict
from support.consumer_meshes import verdicts_of


@dataclass(frozen=True)
class Hazard:
    """A product before and after as queries, what a consumer asks, and what it gets."""

    before: str
    after: str
    asks: str
    gets: tuple[Any, Any]
    verdict: tuple[str, str, str]
    beside: str = "select 1 as id, 'NL' as country"
    stored: str | None = None


HAZARDS = {
    "columns in another order swap their values": Hazard(
        before="select 1 as id, 100 as gross, 80 as net",
        after="select 1 as id, 80 as net, 100 as gross",
        asks="select 0 as id, 0 as gross, 0 as net union all select * from shop.main.orders order by id desc limit 1",
        gets=((1, 100, 80), (1, 80, 100)),
        verdict=("column-order", "dangerous", "dangerous"),
    ),
    "a new column makes a name ambiguous": Hazard(
        before="select 1 as id, 80 as net",
        after="select 1 as id, 80 as net, 'DE' as country",
        asks="select net, country from shop.main.orders o join shop.main.customers c on o.id = c.id",
        gets=((80, "NL"), duckdb.BinderException),
        verdict=("column-added", "dangerous", "breaking"),
    ),
    "a new column is joined by": Hazard(
        before="select 1 as id, 80 as net",
        after="select 1 as id, 80 as net, 'DE' as country",
        asks="select net from shop.main.orders natural join shop.main.customers",
        gets=((80,), None),
        verdict=("column-added", "dangerous", "dangerous"),
    ),
    "a wider integer does not fit a stored table": Hazard(
        before="select 1::integer as id",
        after="select 3_000_000_000::bigint as id",
        asks="select id from shop.main.orders",
        gets=((1,), duckdb.ConversionException),
        verdict=("type-widened", "breaking", "breaking"),
        stored="id integer",
    ),
    "a smaller scale turns equality false": Hazard(
        before="select 1 as id, 12.34::decimal(18,2) as net",
        after="select 1 as id, 12.34::decimal(18,0) as net",
        asks="select id from shop.main.orders where net = 12.34",
        gets=((1,), None),
        verdict=("type-lossy", "breaking", "breaking"),
    ),
    "a moment is not its day": Hazard(
        before="select 1 as id, date '2026-01-02' as day",
        after="select 1 as id, timestamp '2026-01-02 08:30:00' as day",
        asks="select o.id from shop.main.orders o join shop.main.customers c on o.day = c.day",
        gets=((1,), None),
        verdict=("type-family", "breaking", "breaking"),
        beside="select date '2026-01-02' as day",
    ),
}


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS)
def test_the_engine_does_what_is_warned_of(hazard: Hazard) -> None:
    before, after = hazard.gets
    assert asked(hazard, hazard.before) == before
    if isinstance(after, type):
        with pytest.raises(after):
            asked(hazard, hazard.after)
    else:
        assert asked(hazard, hazard.after) == after


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS)
def test_the_verdict_warns_of_it(hazard: Hazard) -> None:
    verdict = judged(hazard)
    assert (verdict.change.name, verdict.effective, verdict.hits[0].effect) == hazard.verdict
    assert verdict.hits[0].label == "sales.report"


def asked(hazard: Hazard, product: str) -> Any:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as shop")
        connection.execute(f"create table shop.main.orders as {product}")
        connection.execute(f"create table shop.main.customers as {hazard.beside}")
        if hazard.stored is None:
            return connection.execute(hazard.asks).fetchone()
        connection.execute(f"create table stored ({hazard.stored})")
        connection.execute(f"insert into stored {hazard.asks}")
        return connection.execute("from stored").fetchone()


def judged(hazard: Hazard) -> Verdict:
    customers = columns(hazard.beside)
    model = {"sql": hazard.asks, "reads": ["shop.orders", "shop.customers"]}
    case = {
        "before": {"shop.orders": columns(hazard.before), "shop.customers": customers},
        "after": {"shop.orders": columns(hazard.after), "shop.customers": customers},
        "models": {"sales.report": model | ({"materialized": "incremental"} if hazard.stored else {})},
    }
    (verdict,) = verdicts_of(case)
    return verdict


def columns(query: str) -> dict[str, str]:
    with duckdb.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(f"describe {query}").fetchall()}
