"""Conditions of YAML rules: mappings of attributes to values and operators, made into functions once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.lint.custom.attributes import Attribute, ValueKind
from mesh_tools.mesh.yaml_file import YamlFile

Check = Callable[[Any], bool]
Keys = tuple[str | int, ...]

_COMBINERS = ("all", "any", "not")
_TEXT = ("is", "in", "matches", "starts_with", "ends_with", "contains", "length")
_OPERATORS: Mapping[ValueKind | None, tuple[str, ...]] = {
    "text": ("exists", "not", *_TEXT),
    "flag": ("is",),
    "number": ("exists", "not", "is", "in", "min", "max"),
    "list": ("exists", "not", "has", "has_any", "has_all", "count"),
    "mapping": ("exists", "has", "count"),
    "items": ("exists", "count", "any", "every"),
    None: ("exists", "not", *_TEXT, "min", "max", "has", "has_any", "has_all", "count"),
}
"""By the kind of value; ``None``: a value of ``meta`` or ``config``, which may be anything."""


class Conditions:
    """Makes functions of the conditions of a file.

    Args:
        yaml: The file, for the lines of mistakes.
    """

    def __init__(self, yaml: YamlFile) -> None:
        self._yaml = yaml

    def of(self, written: Any, known: Mapping[str, Attribute], keys: Keys) -> Check:
        """Whether a subject fulfils ``written``, a mapping of which everything must hold.

        Raises:
            MeshError: an attribute or operator that nobody knows, or a value that does not fit it; with the line.
        """
        if not isinstance(written, dict):
            self._refuse("a condition is a mapping, such as `{access: public}`", keys)
        checks = [self._part(str(key), value, known, (*keys, key)) for key, value in written.items()]
        return checks[0] if len(checks) == 1 else lambda subject: all(check(subject) for check in checks)

    def _part(self, key: str, value: Any, known: Mapping[str, Attribute], keys: Keys) -> Check:
        if key == "not":
            inner = self.of(value, known, keys)
            return lambda subject: not inner(subject)
        if key in _COMBINERS:
            if not isinstance(value, list):
                self._refuse(f"`{key}` has a list of conditions", keys)
            checks = [self.of(one, known, (*keys, index)) for index, one in enumerate(value)]
            combine = all if key == "all" else any
            return lambda subject: combine(check(subject) for check in checks)
        name, *steps = key.split(".")
        if name not in known:
            hint = did_you_mean(name, [*known, *_COMBINERS]) or f"known here: {', '.join(known)}"
            self._refuse(f"there is no attribute '{name}'", keys, hint)
        attribute = known[name]
        if steps and attribute.kind != "mapping":
            self._refuse(f"'{name}' has nothing below it", keys)
        get = attribute.get
        if steps:
            check = self._below(steps, self._value(value, None, keys))
        elif attribute.kind == "view" and attribute.of is not None:
            check = self.of(value, attribute.of(), keys)
        else:
            check = self._value(value, attribute, keys)
        return lambda subject: check(get(subject))

    def _value(self, written: Any, attribute: Attribute | None, keys: Keys) -> Check:
        kind = attribute.kind if attribute else None
        if isinstance(written, dict):
            checks = [self._operator(str(key), value, attribute, (*keys, key)) for key, value in written.items()]
            return lambda value: all(check(value) for check in checks)
        if kind in {"mapping", "items"}:
            self._refuse(f"write an operator: {', '.join(_OPERATORS[kind])}", keys)
        if written is None:
            return _is_empty
        if kind == "flag" and not isinstance(written, bool):
            self._refuse("write true or false", keys)
        wanted = written if isinstance(written, list) else [written]
        if kind == "list":
            return lambda value: any(one in (value or ()) for one in wanted)
        return _is_one_of(wanted)

    def _operator(self, name: str, written: Any, attribute: Attribute | None, keys: Keys) -> Check:
        kind = attribute.kind if attribute else None
        if name not in _OPERATORS[kind]:
            if kind == "mapping" or (kind is None and isinstance(written, dict)):
                return self._below([name], self._value(written, None, keys))
            hint = did_you_mean(name, _OPERATORS[kind]) or f"known here: {', '.join(_OPERATORS[kind])}"
            self._refuse(f"there is no operator '{name}'", keys, hint)
        if name == "not":
            inner = self._value(written, attribute, keys)
            return lambda value: not inner(value)
        if name in {"any", "every"} and attribute is not None and attribute.of is not None:
            each = self.of(written, attribute.of(), keys)
            combine = any if name == "any" else all
            return lambda items: combine(each(item) for item in items)
        return self._simple(name, written, keys)

    def _simple(self, name: str, written: Any, keys: Keys) -> Check:
        if name in {"count", "length", "min", "max"}:
            return self._measured(name, written, keys)
        if name == "exists":
            if not isinstance(written, bool):
                self._refuse("`exists` is true or false", keys)
            return lambda value: _is_empty(value) is not written
        if name in {"in", "has_any", "has_all"} and not isinstance(written, list):
            self._refuse(f"`{name}` has a list", keys)
        if name in {"is", "in"}:
            return _is_one_of(written if name == "in" else [written])
        if name in {"has", "has_any", "has_all"}:
            wanted = [written] if name == "has" else written
            combine = all if name == "has_all" else any
            return lambda value: combine(one in (value or ()) for one in wanted)
        return self._of_text(name, written, keys)

    def _measured(self, name: str, written: Any, keys: Keys) -> Check:
        if name in {"min", "max"}:
            return self._range({name: written}, keys)
        within = self._range(written, keys)
        if name == "length":
            return lambda value: within(len(_text(value)))
        return lambda value: within(len(value) if isinstance(value, (tuple, list, dict)) else int(bool(value)))

    def _of_text(self, name: str, written: Any, keys: Keys) -> Check:
        if not isinstance(written, str):
            self._refuse(f"`{name}` has a text", keys)
        if name == "matches":
            search = self._pattern(written, keys)
            return lambda value: search(_text(value)) is not None
        return {
            "starts_with": lambda value: _text(value).startswith(written),
            "ends_with": lambda value: _text(value).endswith(written),
            "contains": lambda value: written in _text(value),
        }[name]

    def _range(self, written: Any, keys: Keys) -> Check:
        limits = {"min": written, "max": written} if not isinstance(written, dict) else written
        for key, limit in limits.items():
            if key not in {"min", "max"} or isinstance(limit, bool) or not isinstance(limit, (int, float)):
                self._refuse("write a number, or `{min: 1, max: 5}`", keys)
        low, high = limits.get("min", float("-inf")), limits.get("max", float("inf"))
        return lambda value: isinstance(value, (int, float)) and low <= value <= high

    def _pattern(self, written: Any, keys: Keys) -> Callable[[str], Any]:
        try:
            return re.compile(written).search
        except (re.error, TypeError) as error:
            self._refuse(f"{written!r} is no regular expression: {error}", keys)

    @staticmethod
    def _below(steps: list[str], check: Check) -> Check:
        def ask(value: Any) -> bool:
            for step in steps:
                value = value.get(step) if isinstance(value, Mapping) else None
            return check(value)

        return ask

    def _refuse(self, message: str, keys: Keys, hint: str | None = None) -> NoReturn:
        raise MeshError(message, where=self._yaml.locate(*keys), hint=hint)


def _is_empty(value: Any) -> bool:
    return value is None or (not isinstance(value, (bool, int, float)) and not value)


def _is_one_of(wanted: list[Any]) -> Check:
    # Versions are numbers or texts in dbt, and in YAML as it comes.
    texts = {_text(one) for one in wanted}
    return lambda value: value is not None and _text(value) in texts


def _text(value: Any) -> str:
    return "" if value is None else str(value)
