"""What a model's own file says about its configuration: the alias of its relation, and its access."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_LINE_END = re.compile(r"\r\n?|\n")
_CALL = re.compile(r"(?<![\w.])config\s*\(")
_INSIDE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[()]""", re.DOTALL)
_NAMED = r"""(?:\b{0}\s*=(?!=)|(?P<quote>['"]){0}(?P=quote)\s*:)\s*"""
_PLAIN = r"""(?:(?P<mark>['"])(?P<value>[^'"\\{}]*)(?P=mark)\s*[,)}])?"""


class Setting(Struct, frozen=True):
    """A setting in a model's own file: its value when it is a plain text, and the characters that this takes."""

    value: str | None
    start: int
    end: int


def setting(code: str, name: str, *, python: bool) -> Setting | None:
    """The setting ``name`` of the ``config`` call in a model's code; ``None`` when there is none.

    Args:
        code: SQL with Jinja, or Python.
        name: Such as ``alias``.
        python: Which of them it is.
    """
    found = list(_in_python(code, name) if python else _in_jinja(code, name))
    return found[-1] if found else None


def _in_jinja(code: str, name: str) -> Iterator[Setting]:
    code = _COMMENT.sub(lambda comment: " " * len(comment[0]), code)
    pattern = re.compile(_NAMED.format(name) + _PLAIN)
    for call in _CALL.finditer(code):
        end = _closing(code, call.end())
        for found in pattern.finditer(code, call.end(), end):
            span = found.span("value") if found["value"] is not None else found.span()
            yield Setting(found["value"], *span)


def _closing(code: str, start: int) -> int:
    depth = 1
    for token in _INSIDE.finditer(code, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return len(code)


def _in_python(code: str, name: str) -> Iterator[Setting]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return  # dbt reports it, with its place
    starts = [0, *(end.end() for end in _LINE_END.finditer(code))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "config":
            for keyword in node.keywords:
                if keyword.arg == name:
                    yield _python_setting(keyword.value, code, starts)


def _python_setting(node: ast.expr, code: str, starts: list[int]) -> Setting:
    line_start = starts[node.lineno - 1]
    line = code[line_start:].partition("\n")[0]
    # ast counts bytes.
    start = line_start + len(line.encode()[: node.col_offset].decode())
    end = start + len(ast.get_source_segment(code, node) or "")
    plain = isinstance(node, ast.Constant) and isinstance(node.value, str) and code[start:end][1:-1] == node.value
    return Setting(node.value, start + 1, end - 1) if plain else Setting(None, start, end)  # type: ignore[attr-defined]
