"""The macros of an interface package: where each stub lies, and the guard that looks whether it is there.

Config alone would not do: a root project's ``models: +schema:`` overrides a stub's YAML in both engines, while the
package's own ``generate_*_name`` macros still have the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mesh_tools.interface.package.neutralise import jinja_literal
from mesh_tools.model.interface import Column, Relation

Relations = Mapping[str, Mapping[str, Relation]]
"""Product key -> environment -> relation."""

Columns = Mapping[str, Iterable[tuple[str, str | None]]]
"""Product key -> name and type of each column."""

ANY_ENVIRONMENT = "*"
"""Stands for every environment that has no relation of its own."""

UNSAFE_IN_SQL = re.compile(r"[\x00-\x1f\x7f\"'`\\]")
"""What a warehouse's object has no reason to hold, and what could end a quoted identifier or a text in SQL."""

# Warehouses whose canonical type names are those that the adapter reports for a column.
_EXACT_TYPES = frozenset({"duckdb"})

_BUILD = "'run `mesh build --env ' ~ var('mesh_env', target.name) ~ ' --select +{}`, then `mesh sync`'"
_ELSEWHERE = "'it is built outside this mesh, and has to be there before'"
_PLACEHOLDER = re.compile("__[A-Z]+__")
_TEMPLATE = """\
{#- Written by `mesh sync`: edits are lost. -#}

{#- One question at a time: a mapping of everything would be made anew at each call, of which every stub makes six. -#}
{% macro mesh_relations(key) %}
__RELATIONS__
    {{ return({}) }}
{% endmacro %}

{#- What a guard compares: lists of [name, type]; a type of none is not compared. -#}
{% macro mesh_columns(key) %}
__COLUMNS__
    {{ return([]) }}
{% endmacro %}

{% macro mesh_remedy() %}
    {{ return(__REMEDY__) }}
{% endmacro %}

{#- Where a stub lies: part 0 is the database, 1 the schema, 2 the identifier. -#}
{% macro mesh_relation(node, part) %}
    {%- set key = node.name if node.version is none else node.name ~ '.v' ~ node.version -%}
    {%- set environment = var('mesh_env', target.name) -%}
    {%- set known = __PROJECT__.mesh_relations(key) -%}
    {%- set relation = known.get(environment, known.get('__ANY__', known.get(__FALLBACK__))) -%}
    {%- if relation is none -%}
        {{ exceptions.raise_compiler_error(
            '__PROJECT__.' ~ key ~ ' is not published in the environment "' ~ environment ~ '": '
            ~ __PROJECT__.mesh_remedy()
        ) }}
    {%- endif -%}
    {{ return(relation[part]) }}
{% endmacro %}

{#- A guard is a node of this package too, and lies where the consumer's own tests lie. -#}
{% macro generate_database_name(custom_database_name=none, node=none) %}
    {%- set database = __PROJECT__.mesh_relation(node, 0) if node.resource_type == 'model' else none -%}
    {{ return(target.database if database is none else database) }}
{% endmacro %}

{% macro generate_schema_name(custom_schema_name=none, node=none) %}
    {%- set schema = __PROJECT__.mesh_relation(node, 1) if node.resource_type == 'model' else none -%}
    {{ return(target.schema if schema is none else schema) }}
{% endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) %}
    {{ return(__PROJECT__.mesh_relation(node, 2) if node.resource_type == 'model' else node.name) }}
{% endmacro %}

{#- Fails with a row for each thing that is not as the interface says. -#}
{% test mesh_guard(model, product=none, arguments=none) %}
    {#- dbt 1.10, and any dbt told so, hands `arguments:` on as one argument. -#}
    {%- set product = product or arguments.product -%}
    {%- set problems = __PROJECT__.mesh_problems(model, product) if execute else [] -%}
    {%- for problem in problems %}
        {%- do log('mesh: ' ~ problem, info=true) -%}
        {#- Quotes and backslashes end a text in one warehouse or another. -#}
        {%- set text = problem | replace("'", '"') | replace('\\\\', '/') | replace('\\n', ' ') -%}
        {{ 'union all ' if not loop.first }}select '{{ text }}' as problem
    {% else %}
        select problem from (select 'none' as problem) as nothing where 1 = 0
    {%- endfor %}
{% endtest %}

{% macro mesh_problems(model, product) %}
    {%- set label = '__PROJECT__.' ~ product -%}
    {%- set columns = __PROJECT__.mesh_columns(product) -%}
    {%- set relation = adapter.get_relation(
        database=model.database, schema=model.schema, identifier=model.identifier
    ) -%}
    {%- if relation is none -%}
        {{ return([label ~ ' is not in the warehouse (' ~ model ~ '): ' ~ __PROJECT__.mesh_remedy()]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set found = {} -%}
    {%- for column in (adapter.get_columns_in_relation(relation) if columns else []) -%}
        {#- Not data_type: dbt makes a varchar of 256 characters of every string without a length. -#}
        {%- do found.update({column.name | lower: column.dtype}) -%}
    {%- endfor -%}
    {%- for expected in columns -%}
        {%- set actual = found.get(expected[0] | lower) -%}
        {%- if actual is none -%}
            {%- do problems.append(label ~ ' has no column ' ~ expected[0]) -%}
        {%- elif expected[1] is not none and expected[1] | upper != actual | upper -%}
            {%- do problems.append(label ~ '.' ~ expected[0] ~ ' is ' ~ actual ~ ', promised was ' ~ expected[1]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}
"""


def render_macros(
    project: str, relations: Relations, columns: Columns, default_environment: str | None, *, built_here: bool
) -> str:
    """The content of ``macros/mesh.sql``.

    Args:
        project: The producer's name, which has been checked to be an identifier.
        relations: Where each product version lies.
        columns: What the guards compare.
        default_environment: Stands in for an environment without relations; ``None``: nothing does.
        built_here: Whether `mesh build` can build the producer.
    """
    parts = {
        "__PROJECT__": project,
        "__REMEDY__": _BUILD.format(project) if built_here else _ELSEWHERE,
        "__ANY__": ANY_ENVIRONMENT,
        "__FALLBACK__": jinja_literal(default_environment),
        "__COLUMNS__": _columns_answers(columns),
        "__RELATIONS__": _relations_answers(relations),
    }
    # In one go: what is put in may look like a placeholder.
    return _PLACEHOLDER.sub(lambda match: parts[match[0]], _TEMPLATE)


def guarded_columns(columns: Iterable[Column], adapter: str | None) -> list[tuple[str, str | None]]:
    """What a guard compares: names, and types where the adapter reports canonical ones."""
    exact = adapter in _EXACT_TYPES
    return [(column.name, column.canonical_type if exact else None) for column in columns]


def _columns_answers(columns: Columns) -> str:
    """Not arguments of the guard: both engines evaluate an argument's text that looks like a call, each its own."""
    return _answers(
        (key, "[" + ", ".join(f"[{jinja_literal(name)}, {jinja_literal(kind)}]" for name, kind in pairs) + "]")
        for key, pairs in sorted(columns.items())
    )


def _relations_answers(relations: Relations) -> str:
    return _answers(
        (key, "{" + ", ".join(f"{jinja_literal(name)}: {_place(r)}" for name, r in sorted(places.items())) + "}")
        for key, places in sorted(relations.items())
    )


def _answers(entries: Iterable[tuple[str, str]]) -> str:
    """Jinja that returns, for its ``key``, a value that is a literal already."""
    lines = (
        "{%- if key == " + jinja_literal(key) + " -%}{{ return(" + value + ") }}{%- endif -%}" for key, value in entries
    )
    return "\n".join(f"    {line}" for line in lines)


def _place(relation: Relation) -> str:
    return "[" + ", ".join(_part(part) for part in (relation.database, relation.schema, relation.identifier)) + "]"


def _part(part: str | None) -> str:
    """A part of a relation. dbt puts it between quotes and escapes nothing, so no quote may be in it."""
    return jinja_literal(None if part is None else UNSAFE_IN_SQL.sub("_", part))
