"""Which files read data that no source declares: what merely looks like it counts, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.plan.undeclared import reads_undeclared


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("select * from read_csv('events.csv')", True),
        ("select * from READ_PARQUET ('s3://bucket/*.parquet')", True),
        ("select * from 'events.parquet'", True),
        ("select * from a join 'events.json' using (id)", True),
        ("select * from sqlite_scan('a.db', 't')", True),
        ("select * from glob('*')", True),
        ('select * from "/data/events.csv"', True),
        ('select * from "events.ndjson.gz"', True),
        ("select '--' as x, * from read_csv('events.csv')", True),
        ("select '/*' as x, * from read_csv('events.csv') -- */", True),
        ("/* from 'x' */ select 1", True),
        ("  -- select * from read_csv('events.csv')\nselect 1", False),
        ("{# from 'x' \n from 'y' #} select 1", False),
        ("select * from {{ ref('orders') }}", False),
        ('select * from "shop"."main"."orders"', False),
        ("select 'from' as word, read_count(1)", False),
    ],
)
def test_in_sql(text: str, reads: bool) -> None:  # noqa: FBT001 - a case's value
    assert reads_undeclared(Path("orders.sql"), text.encode()) is reads


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("    return pandas.read_csv('a.csv')", True),
        ("    return pandas.read_parquet(path)", True),
        ("    return pandas.read_excel(path)", True),
        ("    return pandas.read_json(path)", True),
        ("    with open(path) as file:", True),
        ("    with Path(path).open() as file:", True),
        ("    return session.sql(\"from 'a.csv'\")", True),
        ("    # with open(path) as file:", False),
        ("    return dbt.ref('orders')", False),
    ],
)
def test_in_python(text: str, reads: bool) -> None:  # noqa: FBT001 - a case's value
    assert reads_undeclared(Path("orders.py"), f"def model(dbt, session):\n{text}\n".encode()) is reads


@pytest.mark.parametrize("data", [b"\xff from 'x'", b"hook: ["])
def test_what_is_damaged_is_left_to_dbt(data: bytes) -> None:
    assert not reads_undeclared(Path("orders.yml"), data)
