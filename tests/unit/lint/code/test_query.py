"""What queries read, without a parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.lint.code.query import queries

WORDS = st.sampled_from(
    [
        *("select", "from", "join", "left", "cross", "on", "using", "with", "as", "a", "b.c", "(", ")", ",", "*", "."),
        *("union", "all", "where", "true", "1", "=", "lateral", "{{ref('x')}}", "{% if y %}", "'text'", ";", "exists"),
        *("distinct", "is", "not", "extract", '"q"', "{%set z%}", "{%endset%}"),
    ]
)


def names(code: str) -> list[str]:
    """What queries read by name that is no CTE."""
    found = queries(code)
    return [
        one.text
        for query in found.found
        for one in query.relations
        if one.kind == "name" and one.text not in found.ctes
    ]


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("select 1 from raw.orders", ["raw.orders"]),
        ('select 1 from "Raw"."Orders" as o', ['"Raw"."Orders"']),
        ("select 1 from `a.b.c` join d . e on true", ["`a.b.c`", "d . e"]),
        ("select 1 from a, raw.b", ["a", "raw.b"]),
        ("with a as (select 1), b(x) as (select 2) select 1 from a join b on a.x = b.x", []),
        ("with recursive a as (select 1 from a) select 1 from a", []),
        ("select extract(year from b.c), trim(both ' ' from d.e), substring(f from g) from h", ["h"]),
        ("select a is not distinct from b.c from d where e is distinct from f.g", ["d"]),
        ("select 1 from read_csv('a.csv') join generate_series(1, 2) on true join unnest(a.b) on true", []),
        ("select 1 from db.schema.function(1)", []),
        ("select 1 from 'orders.csv' as o", []),
        ("select 1 from (select 2 from raw.a) as b, lateral (select 3 from c.d)", ["raw.a", "c.d"]),
        ("select 1 from {{ ref('a') }} as b left join {{ source('c', 'd') }} using (e)", []),
        ("select 1 from {{ schema }}.a join raw.{{ b }} on true join raw.x_{{ c }} on true", []),
        ("-- from a.b\nselect 'from c.d' /* from e.f */ from {# g.h #} i.j", ["i.j"]),
        ("{% set q %}select 1 from a.b{% endset %} select 1", []),
        ("delete from a.b", []),
        ("(from a.b)", ["a.b"]),
        ("from a.b select c", ["a.b"]),
        ("select 1 from {% if a %} b.c {% else %} d.e {% endif %} where f", ["b.c"]),
    ],
)
def test_names_that_are_read(code: str, read: list[str]) -> None:
    assert names(code) == read


@pytest.mark.parametrize(
    ("code", "conditions"),
    [
        ("from a join b on a.x = b.x", ["some"]),
        ("from a join b using (x)", ["some"]),
        ("from a join b on true", ["constant"]),
        ("from a join b on 1 = 1 where c", ["constant"]),
        ("from a join b on 1 = b.x", ["some"]),
        ("from a join b on true and b.x", ["some"]),
        ("from a join b where c", [None]),
        ("from a join b join c on b.x = c.x on a.x = b.x", ["some", "some"]),
        ("from a join (select 1 from d join e on d.x = e.x) as f on a.x = f.x", ["some", "some"]),
        ("from a, b where a.x = b.x", [None]),
        ("from a join b as c on a.x = c.x, d", ["some", None]),
    ],
)
def test_conditions_of_joins(code: str, conditions: list[str | None]) -> None:
    assert [join.condition for query in queries(f"select 1 {code}").found for join in query.joins] == conditions


@pytest.mark.parametrize(
    ("code", "stars"),
    [
        ("select * from a", [""]),
        ("select distinct * from a", [""]),
        ("select a.*, 2 * 3, count(*) from a", ["a"]),
        ("select 1, * from a", [""]),
        ("select b * c from a where d * e > 0", []),
        ("select x from (select * from a) as b", [""]),
    ],
)
def test_stars(code: str, stars: list[str]) -> None:
    assert [star.of for query in queries(code).found for star in query.stars] == stars


@given(st.lists(WORDS).map(" ".join))
def test_any_code_can_be_read(code: str) -> None:
    for query in queries(code).found:
        assert all(0 <= one.start <= one.end <= len(code) for one in query.relations)
        assert all(code[star.start] in "*ab" or star.of for star in query.stars)
