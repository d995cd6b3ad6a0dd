"""Reads selectors: dbt's grammar, and what a bare value means in a mesh.

The pattern is dbt's own (``dbt/graph/selector_spec.py``). dbt takes some texts that can match nothing, such as ``a,,b``
or ``a++``; these are errors here, shown with their place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence

from msgspec import Struct

from mesh_tools.build.selection.methods import METHODS, UNSUPPORTED
from mesh_tools.build.selection.spec import PROJECT, Criterion, Spec
from mesh_tools.errors import MeshError, did_you_mean

_BLANKS = " \t\r\n"
_CRITERION = re.compile(
    r"\A"
    r"(?P<at>@)?"
    r"(?P<parents>(?P<parents_steps>\d*)\+)?"
    r"((?P<method>[\w.]+):)?(?P<value>.*?)"
    r"(?P<children>\+(?P<children_steps>\d*))?"
    r"\Z"
)
_STEPS = re.compile(r"\+\d*")
_FILES = (".sql", ".py", ".csv")
_SEPARATORS = tuple({"/", os.path.sep, os.path.altsep or "/"})
_NAMES = frozenset({"fqn", "wildcard"})


class _Text(Struct, frozen=True):
    """A criterion's text, and where it stands in its spec; to show errors."""

    option: str
    spec: str
    start: int
    projects: Collection[str]

    def error(self, offset: int, message: str, hint: str | None = None) -> MeshError:
        shown = "".join(char if char.isprintable() else "?" for char in self.spec)
        before = f"{self.option}: '"
        caret = " " * (len(before) + self.start + offset) + "^"
        return MeshError(f"{self.option} cannot be read\n{before}{shown}'\n{caret} {message}", hint=hint)


def read_specs(option: str, values: Sequence[str], projects: Collection[str]) -> tuple[Spec, ...]:
    """Read the values of ``option``, each of one or more specs between blanks.

    Raises:
        MeshError: something cannot be read, with its place; or a method that needs more than manifests.
    """
    return tuple(spec for value in values for spec in _read_value(option, value, projects))


def _read_value(option: str, value: str, projects: Collection[str]) -> list[Spec]:
    specs = [spec for spec in re.split(f"[{_BLANKS}]+", value) if spec]
    if not specs:
        raise _Text(option, "", 0, projects).error(0, "expected a selector")
    return [_read_spec(option, spec, projects) for spec in specs]


def _read_spec(option: str, spec: str, projects: Collection[str]) -> Spec:
    criteria: list[Criterion] = []
    start = 0
    for part in spec.split(","):
        criteria.append(_read_criterion(part, _Text(option, spec, start, projects)))
        start += len(part) + 1
    return Spec(tuple(criteria))


def _read_criterion(part: str, text: _Text) -> Criterion:
    match = _CRITERION.match(part)
    if not part or match is None:
        raise text.error(0, "expected a selector")
    if match["at"] and match["children"]:
        raise text.error(match.start("children"), "'+' cannot end what '@' begins")
    if not match["value"]:
        wanted = (
            f"a value after '{match['method']}:'"
            if match["method"]
            else f"a name{_after(part[: match.start('value')])}"
        )
        raise text.error(match.start("value"), f"expected {wanted}")
    method, arguments, project = _method(match, text)
    return Criterion(
        method=method,
        value=match["value"],
        arguments=arguments,
        is_bare=match["method"] is None,
        project=project,
        with_ancestors=bool(match["parents"]),
        ancestor_steps=_steps(match, "parents_steps", text),
        with_descendants=bool(match["children"]),
        descendant_steps=_steps(match, "children_steps", text),
        with_ancestors_of_descendants=bool(match["at"]),
    )


def _after(written: str) -> str:
    return f" after '{written[-1]}'" if written else ""


def _method(match: re.Match[str], text: _Text) -> tuple[str, tuple[str, ...], str | None]:
    """The method, its arguments, and the project that alone is searched."""
    project: str | None = None
    arguments: list[str] = []
    if match["method"] is None:
        method, project = _method_of_bare(match["value"], text.projects)
        _check_signs(match, text, is_name=method == "fqn")
    else:
        method, *arguments = match["method"].split(".")
        _check_method(method, match, text)
    fault = METHODS[method].fault(match["value"], tuple(arguments)) if method != PROJECT else None
    if fault:
        raise text.error(match.start("value"), fault)
    return method, tuple(arguments), project


def _check_method(method: str, match: re.Match[str], text: _Text) -> None:
    if method in UNSUPPORTED:
        raise _unsupported(method, match[0])
    if method not in METHODS:
        raise _unknown(method, match.start("method"), text)
    if method in _NAMES:
        _check_signs(match, text, is_name=True)


def _method_of_bare(value: str, projects: Collection[str]) -> tuple[str, str | None]:
    if value in projects:
        return PROJECT, None
    if any(separator in value for separator in _SEPARATORS):
        return "path", None
    if value.lower().endswith(_FILES):
        return "file", None
    project = value.partition(".")[0]
    return "fqn", project if "." in value and project in projects else None


def _check_signs(match: re.Match[str], text: _Text, *, is_name: bool) -> None:
    """Refuse the signs that dbt takes for a part of the name."""
    value, start = match["value"], match.start("value")
    if value[0] in "+@":
        raise text.error(start, f"expected a name{_after(match[0][:start])}")
    if value.endswith("+") or (is_name and "+" in value):
        plus = _STEPS.search(value)
        after = start + (plus.end() if plus else len(value))
        raise text.error(after, "expected a number or the end after '+'")
    if is_name and ":" in value:
        raise _unknown(value.partition(":")[0], start, text)
    if is_name and value.endswith("."):
        raise text.error(match.end("value"), "expected a name after '.'")


def _steps(match: re.Match[str], group: str, text: _Text) -> int | None:
    try:
        return int(match[group]) if match[group] else None
    except ValueError:  # Python reads no number of thousands of digits
        raise text.error(match.start(group), "expected a smaller number") from None


def _unknown(method: str, offset: int, text: _Text) -> MeshError:
    if not method:
        return text.error(offset, "expected a method before ':'")
    hint = did_you_mean(method, METHODS) or f"methods: {', '.join(METHODS)}"
    return text.error(offset, f"'{method}' is no method", hint)


def _unsupported(method: str, written: str) -> MeshError:
    return MeshError(
        f"the selection method '{method}' is not supported across projects",
        hint=f"run `dbt build --select {written}` inside the project",
    )
