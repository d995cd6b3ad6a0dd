"""A rule in words: its options with types and defaults, what it needs, whether it can be mended."""

from __future__ import annotations

import json
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct

from mesh_tools.lint.page import page_of
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Rule

LETTERS = {
    "M": "manifests",
    "B": "a base to compare with",
    "C": "a catalog",
    "P": "a setting in the policy",
    "S": "the SQL itself",
    "R": "run results, freshness, or a registry",
}
"""What rules need, by the letters of the tables."""


class Option(Struct, frozen=True, kw_only=True):
    """An option of a rule.

    Attributes:
        name: As it is written in a policy.
        type: In words.
        default: As YAML; ``None`` when it has to be set.
        text: What it does.
    """

    name: str
    type: str
    default: str | None
    text: str = ""


def options_of(rule: Rule) -> tuple[Option, ...]:
    """The options of ``rule``, in the order of its arguments."""
    texts = page_of(rule).options
    return tuple(
        Option(
            name=field.name,
            type=type_in_words(field.type),
            default=None if field.required else in_yaml(_default(field)),
            text=texts.get(field.name, ""),
        )
        for field in msgspec.structs.fields(rule.options)
    )


def needs_of(rule: Rule) -> str:
    """The letters of what has to be at hand: ``M``, ``MC``."""
    letters = {"M", *(service.letter for service in rule.services.values()), *("P" if rule.required else "")}
    return "".join(letter for letter in LETTERS if letter in letters)


def is_fixable(rule: Rule) -> bool:
    """Whether its page says that `mesh lint --fix` mends what it finds."""
    return "mesh lint --fix" in rule.doc


def in_yaml(value: Any) -> str:
    """A value of an option as YAML in one line, which JSON is."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def type_in_words(annotation: Any) -> str:
    """``list of str`` for ``tuple[str, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return f"keys ({', '.join(f'`{field.encode_name}`' for field in msgspec.structs.fields(annotation))})"
    origin, arguments = get_origin(annotation), get_args(annotation) if annotation != Regex else ()
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in {Union, UnionType}:
        return " or ".join(dict.fromkeys(type_in_words(one) for one in arguments if one is not type(None)))
    if arguments and isinstance(origin, type) and issubclass(origin, (tuple, list, frozenset, set)):
        return f"list of {type_in_words(arguments[0])}"
    if arguments and isinstance(origin, type):  # a mapping
        return f"{type_in_words(arguments[0])} to {type_in_words(arguments[-1])}"
    known = {str: "text", Regex: "regular expression", int: "number", float: "number", bool: "true or false"}
    return known.get(annotation, str(annotation))


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if field.default is NODEFAULT else field.default
