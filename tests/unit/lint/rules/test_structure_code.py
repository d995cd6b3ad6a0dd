"""Rules about the code of models, asked about code alone."""

from __future__ import annotations

import pytest

from mesh_tools.artifacts.code import NodeCode
from mesh_tools.artifacts.manifest import Manifest, ModelNode
from mesh_tools.artifacts.reading import Metadata
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.rules.structure import code_names, code_queries, code_text
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import Model, Project, Raised

CTE = "with a as (select * from {{ ref('a') }}), b as (select * from {{ ref('b') }}) "
ID = "model.shop.m"


def messages(rule: Rule, sql: str, **options: object) -> list[str]:
    node = ModelNode(unique_id=ID, name="m", package_name="shop", original_file_path="models/m.sql")
    manifest = Manifest(metadata=Metadata(project_name="shop", adapter_type="duckdb"), nodes={ID: node})
    code = Code({ID: NodeCode(raw_code=sql, language="sql")})
    assert rule.check is not None
    found = rule.check(Model(node, Project(manifest)), code=code, **options)
    return [one.message if isinstance(one, Raised) else one for one in found]


@pytest.mark.parametrize(
    "sql",
    [
        f"{CTE}select * from a",
        f"{CTE}select a.*, b.x from a join b using (y)",
        f"{CTE}select * from a semi join b using (x)",
        f"{CTE}, c as (select *, 1 as x from a) select * from c",
        f"{CTE}select * from a where exists (select * from b join {{{{ ref('c') }}}} using (x))",
        "select * from (select x from {{ ref('a') }}) as a",
        "select * from read_csv('a.csv')",
        "select * from {{ dbt_utils.date_spine() }}",
        "select count(*), 2 * 3 from {{ ref('a') }}",
        "select x from {{ ref('a') }} -- select * from {{ ref('a') }}",
        "{% set q %}select * from {{ ref('a') }}{% endset %}select x from {{ ref('a') }}",
    ],
)
def test_stars_of_steps_and_imports_are_no_finding(sql: str) -> None:
    assert messages(code_queries.select_star, sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from {{ ref('a') }}",
        "select distinct * from {{ source('a', 'b') }} as a",
        "select *, 1 as x from {{ ref('a') }}",
        "select * exclude (x) from {{ ref('a') }}",
        "select o.* from {{ ref('a') }} as o join {{ ref('b') }} as b using (x)",
        f"{CTE}select * from a join b using (x)",
        f"{CTE}, c as (select * from a left join b using (x)) select * from c",
        f"{CTE}select x from a union all select * from {{{{ ref('c') }}}}",
    ],
)
def test_stars_of_what_is_read_are_one(sql: str) -> None:
    assert len(messages(code_queries.select_star, sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        f"{CTE}select 1 from a join b using (x)",
        f"{CTE}select 1 from a natural join b",
        f"{CTE}select 1 from a asof join b on a.x >= b.x",
        f"{CTE}select 1 from a positional join b",
        f"{CTE}select 1 from a, unnest(a.x) as t(y)",
        f"{CTE}select 1 from a, a.items as item",
        f"{CTE}select 1 from a, lateral (select a.x)",
        f"{CTE}select 1 from a left join lateral (select a.x) as l on true",
        f"{CTE}select 1 from a cross join generate_series(1, 2)",
        f"{CTE}select 1 from a join b {{{{ condition() }}}}",
        "{% if x %}select a, b from {{ ref('a') }}{% endif %} order by 1, 2",
        "select 1 from {{ ref('a') }} -- cross join b",
    ],
)
def test_joins_that_pair_rows_are_no_finding(sql: str) -> None:
    assert messages(code_queries.cartesian_join, sql) == []


@pytest.mark.parametrize(
    ("sql", "allowed"),
    [
        (f"{CTE}select 1 from a cross join b", 0),
        (f"{CTE}select 1 from a join b on true", 0),
        (f"{CTE}select 1 from a join b on 1 = 1", 0),
        (f"{CTE}select 1 from a join b where a.x = b.x", 1),
        (f"{CTE}select 1 from a, b where a.x = b.x", 1),
        ("select 1 from {{ ref('a') }} as a, {{ ref('b') }} as b", 1),
    ],
)
def test_joins_that_do_not_are_one(sql: str, allowed: int) -> None:
    assert len(messages(code_queries.cartesian_join, sql)) == 1
    assert len(messages(code_queries.cartesian_join, sql, allow_explicit=True)) == allowed


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("select 1;", 1),
        ("select 1; -- done\n{# really #}", 1),
        ("select 1 -- ;", 0),
        ("select ';'", 0),
        ("{% if x %}select 1;{% endif %}", 1),
    ],
)
def test_a_semicolon_counts_at_the_end_of_the_sql(sql: str, count: int) -> None:
    assert len(messages(code_text.trailing_semicolon, sql)) == count


@pytest.mark.parametrize(
    ("sql", "dotted", "all_names"),
    [
        ("select 1 from raw.orders join raw.orders on true", ["raw.orders"], ["raw.orders"]),
        ("select 1 from orders", [], ["orders"]),
        ("select 1 from {{ ref('a') }} as a, a.items, raw.b", ["raw.b"], ["raw.b"]),
        ("select 1 from information_schema.columns", [], []),
        ("select 1 from 'orders.csv'", [], []),
        ('select 1 from "{{ target.schema }}"."orders"', [], []),
    ],
)
def test_names_of_relations(sql: str, dotted: list[str], all_names: list[str]) -> None:
    assert [one.text for one in code_names.named(sql, ignore_dotless=True)] == dotted
    assert [one.text for one in code_names.named(sql, ignore_dotless=False)] == all_names
