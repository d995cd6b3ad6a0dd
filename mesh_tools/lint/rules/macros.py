"""MAC: macros that are used, small, and found by their name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Macros
from mesh_tools.lint.subjects import Macro, Project

_WORD = re.compile(r"\w+")
# A name that is called or defined, or stands in quotes.
_MENTION = re.compile(r"\b\w+(?=\s*\()|(?<=')\w+(?=')|(?<=\")\w+(?=\")")
_SIGNATURE = re.compile(r"\{%-?\s*(macro|test)\s+\w+\s*\(")
# Text in quotes, or whatever opens, closes or separates.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[()\[\]{},]", re.DOTALL)
_DBT_NAMES = frozenset({"ref", "source", "config"})
_GIVEN = {"model", "column_name"}
"""What dbt itself hands to generic tests."""


@rule("MAC001", "macro-unused", severity="warn", tier="recommended")
def macro_unused(macro: Macro, macros: Macros, *, ignore: tuple[str, ...] = ("generate_*", "test_*")) -> Found:
    """Nothing calls a macro.

    Materializations, macros that stand in for dbt's own, and what `adapter.dispatch` chooses from are called by dbt.

    Why:
        It is read, kept in step with the warehouse, and described, for nobody.

    Options:
        ignore: Globs of macros that are called otherwise: by `dbt run-operation`, or by those who install the project.

    Bad:
        macros/money.sql:
            {% macro cents(column) %}{{ column }} / 100.0{% endmacro %}

            {% macro euros(column) %}{{ column }} * 0.9{% endmacro %}  -- MAC001
        models/orders.sql:
            select {{ cents('amount') }} as amount from (select 5 as amount) as paid

    Good:
        macros/money.sql:
            {% macro cents(column) %}{{ column }} / 100.0{% endmacro %}
        models/orders.sql:
            select {{ cents('amount') }} as amount from (select 5 as amount) as paid

    To do:
        Remove it, or name it in `ignore`.
    """
    node = macro.node
    if node.unique_id in macros.called or any(fnmatchcase(node.name, glob) for glob in ignore):
        return
    mentioned, of_dbt = macro.project.once("MAC001", lambda: _known(macros))
    base = node.name.rpartition("__")[2]
    if node.name in of_dbt or node.name.startswith("materialization_") or (base != node.name and base in mentioned):
        return
    if mentioned[node.name] < _MENTIONED_ELSEWHERE:
        yield macro.raised("is called by nothing", place=macro.code)


_MENTIONED_ELSEWHERE = 2
"""Its definition is the first. dbt 2 does not tell which macros call it, and no dbt tells of names in quotes."""


def _known(macros: Macros) -> tuple[Counter[str], frozenset[str]]:
    """In how many macros of the project and its packages each name is mentioned; and the names that dbt may call."""
    mentioned, of_dbt = Counter[str](), set(_DBT_NAMES)
    for node in macros.macros.values():
        if node.package_name == "dbt" or node.package_name.startswith("dbt_"):  # adapters, and dbt_utils
            of_dbt.add(node.name)
        else:
            mentioned.update(set(_MENTION.findall(node.macro_sql)))
    mentioned.update(of_dbt)
    return mentioned, frozenset(of_dbt)


@rule("MAC002", "macro-too-many-arguments", severity="info", tier="strict")
def macro_too_many_arguments(macro: Macro, *, max: int = 4) -> Found:  # noqa: A002 - the option's name
    """A macro takes more arguments than a caller keeps apart.

    What dbt itself gives to a generic test, `model` and `column_name`, does not count.

    Why:
        Calls go by position, and SQL made of the wrong one may well run.

    Options:
        max: The greatest number of arguments.

    Bad:
        macros/address.sql:
            {% macro address(street, number, city, postcode, country='NO') %}  -- MAC002
            concat_ws(', ', {{ street }}, {{ number }}, {{ city }}, {{ postcode }}, '{{ country }}')
            {% endmacro %}

    Good:
        macros/address.sql:
            {% macro address(columns, country='NO') %}
            concat_ws(', ', {{ columns | join(', ') }}, '{{ country }}')
            {% endmacro %}

    To do:
        Take a list or a mapping, or make two macros of it.
    """
    found = arguments_of(macro.node.macro_sql)
    if len(found) > max:
        message = f"takes {len(found)} arguments, more than {max}: {', '.join(found)}"
        yield macro.raised(message, place=macro.code)


def arguments_of(code: str) -> tuple[str, ...]:
    """The names of the arguments that a macro or a generic test takes; of a test without those that dbt gives it."""
    begins = _SIGNATURE.search(code)
    if begins is None:
        return ()
    given = _GIVEN if begins[1] == "test" else set()
    names = (_WORD.match(part.strip()) for part in _parts(code, begins.end()))
    return tuple(name[0] for name in names if name and name[0] not in given)


def _parts(code: str, start: int) -> Iterator[str]:
    """What commas separate from ``start`` to the bracket that closes there."""
    depth, begin = 0, start
    for token in _TOKEN.finditer(code, start):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}" and depth:
            depth -= 1
        elif token[0] in {",", ")"} and not depth:
            yield code[begin : token.start()]
            begin = token.end()
            if token[0] == ")":
                return


@rule("MAC003", "macro-too-many-lines", severity="info", tier="strict")
def macro_too_many_lines(macro: Macro, *, max: int = 100) -> Found:  # noqa: A002 - the option's name
    """A macro is longer than what can be read at once.

    Why:
        Nobody sees the SQL that comes of it, and no test reaches its branches.

    Options:
        max: The greatest number of lines, from its first to its last.

    Bad:
        mesh.yml:
            lint: {rules: {MAC003: {max: 3}}}
        macros/money.sql:
            {% macro cents(column) %}  -- MAC003
                {% set cents = 100.0 %}
                {{ column }} / {{ cents }}
            {% endmacro %}

    Good:
        mesh.yml:
            lint: {rules: {MAC003: {max: 3}}}
        macros/money.sql:
            {% macro cents(column) %}
                {{ column }} / 100.0
            {% endmacro %}

    To do:
        Make several macros of it, or models.
    """
    lines = macro.node.macro_sql.strip().count("\n") + 1
    if lines > max:
        yield macro.raised(f"has {lines} lines, more than {max}", place=macro.code)


@rule("MAC004", "macro-name-differs-from-file", severity="info", tier="opt-in")
def macro_name_differs_from_file(macro: Macro, macros: Macros, *, one_per_file: bool = True) -> Found:
    """A macro is not in a file of its name.

    Generic tests are called like their file with or without `test_`; what `adapter.dispatch` chooses from stands with
    the macro that dispatches.

    Why:
        Who reads a call opens the file of that name.

    Options:
        one_per_file: Whether each macro has a file of its own. Else only files of a single macro are looked at.

    Bad:
        mesh.yml:
            lint: {rules: {MAC004: info}}
        macros/helpers.sql:
            {% macro cents(column) %}{{ column }} / 100.0{% endmacro %}  -- MAC004

    Good:
        mesh.yml:
            lint: {rules: {MAC004: info}}
        macros/cents.sql:
            {% macro cents(column) %}{{ column }} / 100.0{% endmacro %}

    To do:
        Rename the file, or move the macro to one of its name.
    """
    stem = PurePosixPath(macro.path).stem
    if stem in _names(macro.name):
        return
    if not one_per_file and macro.project.once("MAC004", lambda: _per_file(macros, macro.project))[macro.path] > 1:
        return
    yield macro.raised(f"is in {stem}.sql", place=macro.code)


def _names(name: str) -> set[str]:
    """What the file of a macro may be called."""
    found = {name, name.removeprefix("test_"), name.rpartition("__")[2]}
    if name.startswith("materialization_"):
        found |= {name.removeprefix("materialization_").rpartition("_")[0], name.removeprefix("materialization_")}
    return found


def _per_file(macros: Macros, project: Project) -> Counter[str]:
    return Counter(node.original_file_path for node in macros.macros.values() if node.package_name == project.name)
