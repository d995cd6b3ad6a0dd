"""Random queries over three relations, made of what the fast path knows and of what it does not."""

from __future__ import annotations

from hypothesis import strategies as st

from mesh_tools.lineage.tasks import Task

RELATIONS = {"a": ("id", "x", "y"), "b": ("id", "x", "z"), "c": ("id", "w")}
NAMES = ("id", "x", "y", "z", "w", "k")


def task(sql: str, dialect: str = "duckdb") -> Task:
    return Task(
        sql=sql,
        dialect=dialect,
        relations=tuple(((name,), name) for name in RELATIONS),
        columns=tuple((name, columns, True) for name, columns in RELATIONS.items()),
    )


_columns = st.builds(
    lambda alias, name: f"{alias}{name}", st.sampled_from(("", "", "", "a.", "b.", "p.", "q.")), st.sampled_from(NAMES)
)


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    windows = "sum({0}) over (partition by {1} order by {2})"
    return st.one_of(
        st.builds("{} + {}".format, inner, inner),
        st.builds("coalesce({}, {})".format, inner, inner),
        st.builds("sum({})".format, inner),
        st.builds("cast({} as varchar)".format, inner),
        st.builds("case when {} > 1 then {} end".format, inner, inner),
        st.builds(windows.format, inner, inner, inner),
        st.builds("(select max({}) from b where b.id = {})".format, inner, inner),
        st.builds("exists (select 1 from c where c.w = {})".format, inner),
        st.builds("list_transform([{}], v -> v + {})".format, inner, inner),
        st.builds("{} in (select id from c)".format, inner),
    )


_expression = st.recursive(_columns | st.sampled_from(("1", "'t'", "null")), _expressions, max_leaves=4)
_projection = st.one_of(
    _expression,
    st.builds("{} as {}".format, _expression, st.sampled_from(NAMES)),
    st.sampled_from(("*", "a.*", "p.*", "count(*) as n", "* exclude (x)", "* replace (1 as x)")),
)


def _selects(relations: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joins = st.one_of(
        st.just(""),
        st.builds(" join {} as q on {} = {}".format, relations, _columns, _columns),
        st.builds(" {} join b using (id)".format, st.sampled_from(("left", "right", "full", "inner", "semi"))),
        st.just(" natural join c"),
        st.builds(", {} as q".format, relations),
    )
    clauses = st.builds(
        "{}{}{}{}".format,
        st.builds(lambda e: f" where {e}", _expression) | st.just(""),
        st.sampled_from(("", "", " group by all", " group by 1", " group by id")),
        st.builds(lambda e: f" order by {e}", _expression) | st.sampled_from(("", " order by 1")),
        st.sampled_from(("", " limit 3")),
    )
    distinct = st.sampled_from(("", "", "", "distinct "))
    listed = st.lists(_projection, min_size=1, max_size=4).map(", ".join)
    froms = st.builds("{}{}".format, st.builds("{}{}".format, relations, st.sampled_from(("", " as p"))), joins)
    return st.builds("select {}{} from {}{}".format, distinct, listed, froms, clauses)


_tables = st.sampled_from(("a", "b", "c"))
_simple = _selects(_tables)
_nested = _selects(_tables | _simple.map(lambda sql: f"({sql})"))
_unions = st.builds("{} {} {}".format, _simple, st.sampled_from(("union all", "union", "except")), _simple)
_with = st.builds("with k as ({}), p as ({}) {}".format, _simple, _nested, _selects(st.sampled_from(("k", "p", "a"))))

queries = st.one_of(_simple, _nested, _unions, _with)
