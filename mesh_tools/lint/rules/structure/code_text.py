"""What the code of models and macros must not hold, and must not lack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from mesh_tools.lint.code.scan import blanked, has_escapes, uncommented
from mesh_tools.lint.fixes.fix import CutText
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.code import at, sql_of, sql_without_comments
from mesh_tools.lint.services import Code, Macros
from mesh_tools.lint.subjects import Macro, Model


@rule("STR012", "too-many-lines", severity="warn", tier="strict")
def too_many_lines(model: Model, code: Code, *, max: int = 200, count_comments: bool = True) -> Found:  # noqa: A002 - a policy's word
    """The SQL of a model is very long.

    Why:
        Nobody reads it from the beginning to the end, and a part of it that deserves a name and tests has neither.

    Options:
        max: How many lines it may have.
        count_comments: Whether lines that hold nothing but a comment count.

    Bad:
        mesh.yml:
            lint: {rules: {STR012: {max: 3}}}
        models/orders.sql:
            select
                1 as order_id,
                'paid' as status,
                date '2013-01-01' as ordered_on  -- STR012

    Good:
        mesh.yml:
            lint: {rules: {STR012: {max: 3, count_comments: false}}}
        models/orders.sql:
            -- One row for each order.
            select
                1 as order_id,
                'paid' as status

    To do:
        Make intermediate models of its steps.
    """
    sql = sql_of(model, code)
    count = sql.count("\n") + 1
    if count > max and not count_comments:
        without = sql_without_comments(model, sql).split("\n")
        count -= sum(
            not left.strip() and bool(line.strip()) for left, line in zip(without, sql.split("\n"), strict=True)
        )
    if count > max:
        surplus = len("\n".join(sql.split("\n")[:max])) + 1
        yield model.raised(f"has {count} lines, more than {max}", place=at(model, surplus))


@rule("STR015", "forbidden-code", severity="warn", tier="opt-in")
def forbidden_code(
    resource: Model | Macro,
    code: Code,
    *,
    patterns: Mapping[str, str],
    types: tuple[Literal["model", "macro"], ...] = ("model", "macro"),
    ignore_comments: bool = True,
) -> Found:
    r"""A model or a macro holds code that the policy forbids.

    Why:
        What a team has agreed not to write, such as a function that is slow or means something else in the next
        warehouse, comes back unless somebody looks for it.

    Options:
        patterns: By regular expression what to say of it. `(?i)` at its beginning makes it find any case.
        types: Whose code: `model`, `macro`. Models in Python count, too.
        ignore_comments: Whether comments may hold it.

    Bad:
        mesh.yml:
            lint: {rules: {STR015: {patterns: {"(?i)\\bifnull\\(": "coalesce is the standard's"}}}}
        models/orders.sql:
            select
                ifnull(paid, 0) as paid  -- STR015
            from (select 1 as paid)
        macros/paid.sql:
            {% macro paid(column) %}
                ifnull({{ column }}, 0)  -- STR015
            {% endmacro %}

    Good:
        mesh.yml:
            lint: {rules: {STR015: {patterns: {"(?i)\\bifnull\\(": "coalesce is the standard's"}}}}
        models/orders.sql:
            -- not ifnull(paid, 0)
            select coalesce(paid, 0) as paid
            from (select 1 as paid)

    To do:
        Write what the policy says instead.
    """
    if resource.kind not in types:
        return
    written = resource.node.macro_sql if isinstance(resource, Macro) else code.of(resource.node.unique_id)
    text = written.strip()
    for pattern, message in patterns.items():
        if (found := _compiled(pattern).search(text)) is None:
            continue
        if ignore_comments and (found := _compiled(pattern).search(_without_comments(resource, code, text))) is None:
            continue
        block = text if isinstance(resource, Macro) else ""
        place = CodePlace(file=resource.node.original_file_path, text=block, offset=found.start())
        yield resource.raised(f"holds what matches '{pattern}': {message}", place=place, key=pattern)


def _without_comments(resource: Model | Macro, code: Code, text: str) -> str:
    if isinstance(resource, Macro):
        return uncommented(text, escapes=has_escapes(resource.project.adapter))
    return sql_without_comments(resource, text) if sql_of(resource, code) else text


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


@rule("STR016", "trailing-semicolon", severity="warn", tier="recommended")
def trailing_semicolon(model: Model, code: Code) -> Found:
    """The SQL of a model ends with a semicolon.

    Why:
        dbt puts the query into a statement of its own, such as `create table ... as (...)`, in which a semicolon is an
        error; where a warehouse forgives it today, another materialization will not.

    Bad:
        models/orders.sql:
            select 1 as order_id
            ;  -- STR016

    Good:
        models/orders.sql:
            select ';' as separator  -- no end;

    To do:
        Delete it; `mesh lint --fix` does so, where no Jinja follows.
    """
    sql = sql_of(model, code)
    if ";" in sql:
        left = blanked(sql, escapes=has_escapes(model.project.adapter)).rstrip()
        if left.endswith(";"):
            fix = _cut_end(model, sql, left)
            yield model.raised("ends with a semicolon", place=at(model, len(left) - 1), fix=fix)


def _cut_end(model: Model, sql: str, left: str) -> CutText | None:
    """What removes the semicolons at the end; ``None`` where Jinja stands behind the first: it may write SQL."""
    end = len(left.rstrip("; \t\r\n"))
    offsets = tuple(end + found.start() for found in re.finditer(";", left[end:]))
    return None if "{" in sql[end:] else CutText(file=model.path, code=sql, offsets=offsets)


@rule("STR019", "required-macro-not-used", severity="warn", tier="opt-in")
def required_macro_not_used(
    model: Model, known: Macros, *, macros: tuple[str, ...], criteria: Literal["all", "any", "one"] = "all"
) -> Found:
    """A model does not call the macros that the policy asks for.

    Why:
        What a macro does for every model, such as leaving out deleted rows or marking when a row was loaded, is
        missing where somebody forgot it.

    Options:
        macros: Their names, with or without the package: `audit_columns`, `shared.audit_columns`.
        criteria: Whether a model calls `all` of them, `any`, or exactly `one`.

    Bad:
        mesh.yml:
            lint: {rules: {STR019: {macros: [loaded_at]}}}
        macros/loaded_at.sql:
            {% macro loaded_at() %}current_timestamp as loaded_at{% endmacro %}
        models/orders.sql:
            select 1 as order_id  -- STR019

    Good:
        mesh.yml:
            lint: {rules: {STR019: {macros: [shop.loaded_at]}}}
        macros/loaded_at.sql:
            {% macro loaded_at() %}current_timestamp as loaded_at{% endmacro %}
        models/orders.sql:
            select 1 as order_id, {{ loaded_at() }}

    To do:
        Call it.
    """
    node = known.nodes.get(model.node.unique_id)
    if node is None:
        return
    called = {name.removeprefix("macro.") for name in node.depends_on.macros}
    called |= {name.rpartition(".")[2] for name in called}
    missing = [macro for macro in macros if macro not in called]
    count = len(macros) - len(missing)
    if missing and (criteria == "all" or not count):
        wanted = ", ".join(missing) if criteria == "all" else f"any of {', '.join(missing)}"
        yield model.raised(f"does not call {wanted}", place=model.code)
    elif criteria == "one" and count > 1:
        yield model.raised(f"calls {count} of {', '.join(macros)} rather than one", place=model.code)
