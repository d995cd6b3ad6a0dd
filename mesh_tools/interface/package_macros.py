"""The macros of an interface package: where each stub lies, and the guard that looks whether it is there.

Config alone would not do: a root project's ``models: +schema:`` overrides a stub's YAML in both engines, while the
package's own ``generate_*_name`` macros still have the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mesh_tools.interface.neutralise import jinja_literal, plain
from mesh_tools.mesh.config import Guards
from mesh_tools.model.interface import Column, Relation

Relations = Mapping[str, Mapping[str, Relation]]
"""Product key -> environment -> relation."""

ANY_ENVIRONMENT = "*"
"""Stands for every environment that has no relation of its own."""

# Warehouses whose canonical type names are those that the adapter reports for a column.
_EXACT_TYPES = frozenset({"duckdb"})

_TEMPLATE = """\
{#- Written by `mesh sync`: edits are lost. -#}

{% macro mesh_relations() %}
    {%- set relations = __RELATIONS__ -%}
    {{ return(relations) }}
{% endmacro %}

{#- Where a stub lies: part 0 is the database, 1 the schema, 2 the identifier. -#}
{% macro mesh_relation(node, part) %}
    {%- set key = node.name if node.version is none else node.name ~ '.v' ~ node.version -%}
    {%- set environment = var('mesh_env', target.name) -%}
    {%- set known = __PROJECT__.mesh_relations().get(key, {}) -%}
    {%- set relation = known.get(environment, known.get('__ANY__', known.get(__FALLBACK__))) -%}
    {%- if relation is none -%}
        {{ exceptions.raise_compiler_error(
            '__PROJECT__.' ~ key ~ ' is not published in the environment "' ~ environment
            ~ '". Run `mesh build --env ' ~ environment ~ ' --select __PROJECT__`, then `mesh sync`.'
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

{#- Fails with a row for each thing that is not as the interface says. `columns` is a list of [name, type]; a type of
    none is not compared. -#}
{% test mesh_guard(model, product, columns) %}
    {%- set problems = __PROJECT__.mesh_problems(model, product, columns) if execute else [] -%}
    {%- for problem in problems %}
        {%- do log('mesh: ' ~ problem, info=true) -%}
        {{ 'union all ' if not loop.first }}select '{{ problem | replace("'", "''") }}' as problem
    {% else %}
        select problem from (select 'none' as problem) as nothing where 1 = 0
    {%- endfor %}
{% endtest %}

{% macro mesh_problems(model, product, columns) %}
    {%- set label = '__PROJECT__.' ~ product -%}
    {%- set relation = adapter.get_relation(
        database=model.database, schema=model.schema, identifier=model.identifier
    ) -%}
    {%- if relation is none -%}
        {%- set remedy = 'run `mesh build --env ' ~ var('mesh_env', target.name) ~ ' --select __PROJECT__`' -%}
        {{ return([label ~ ' is not in the warehouse (' ~ model ~ '): ' ~ remedy]) }}
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


def render_macros(project: str, relations: Relations, default_environment: str, fallback: bool) -> str:  # noqa: FBT001
    """The content of ``macros/mesh.sql``; ``project`` has been checked to be an identifier."""
    return (
        _TEMPLATE.replace("__PROJECT__", project)
        .replace("__ANY__", ANY_ENVIRONMENT)
        .replace("__FALLBACK__", jinja_literal(default_environment if fallback else None))
        .replace("__RELATIONS__", _relations_literal(relations))
    )


def guard_arguments(key: str, columns: Iterable[Column], guards: Guards, adapter: str | None) -> dict[str, Any]:
    """Arguments of a stub's guard. An argument's text may be evaluated by dbt: see ``neutralise``."""
    compared = columns if guards == "columns" else ()
    exact = adapter in _EXACT_TYPES
    return {
        "product": key,
        "columns": [[plain(c.name), plain(c.canonical_type) if exact else None] for c in compared],
    }


def _relations_literal(relations: Relations) -> str:
    lines = []
    for key in sorted(relations):
        places = (
            f"{jinja_literal(environment)}: [{', '.join(map(jinja_literal, (r.database, r.schema, r.identifier)))}]"
            for environment, r in sorted(relations[key].items())
        )
        lines.append(f"\n        {jinja_literal(key)}: {{{', '.join(places)}}},")
    return "{" + "".join(lines) + "\n    }"
