"""Parses the written form of an SQL type into a tree, the same for every warehouse.

decimal(18, 2)[]            ->  TypeExpression("decimal", ("18", "2"), suffix "[]")
struct(a int, "b c" text)   ->  TypeExpression("struct", fields (("a", int), ("b c", text)))
"""

from __future__ import annotations

import re

from msgspec import Struct

_TOKEN = re.compile(r"""\s*(?:("(?:[^"]|"")*"|'(?:[^']|'')*')|([A-Za-z_][\w$]*)|([0-9]+)|(.))""", re.DOTALL)
_MAX_DEPTH = 50


class TypeExpression(Struct, frozen=True, kw_only=True):
    """A type as written: ``name`` in lower case, plain ``arguments``, or nested ``fields`` (name or ``None``, type).

    ``suffixes`` are array dimensions, ``""`` for one without a size; ``int array`` is ``int[]``. ``tail`` holds the
    words after the arguments, as in ``timestamp(3) with time zone``.
    """

    name: str
    arguments: tuple[str, ...] = ()
    fields: tuple[tuple[str | None, TypeExpression], ...] = ()
    tail: str = ""
    suffixes: tuple[str, ...] = ()


class TypeSyntaxError(ValueError):
    """The text is not the written form of a type."""


def parse_type(text: str) -> TypeExpression:
    """Parse the written form of a type.

    Raises:
        TypeSyntaxError: it is none.
    """
    parser = _Parser([match.group().strip() for match in _TOKEN.finditer(text.strip()) if match.group().strip()])
    result = parser.type()
    if parser.tokens:
        raise TypeSyntaxError(f"unexpected {parser.tokens[0]!r} in {text!r}")
    return result


class _Parser:
    """Recursive descent over the tokens that are left."""

    _NESTED = frozenset({"struct", "row", "map", "union"})

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.depth = 0

    def type(self) -> TypeExpression:
        name = self._words()
        arguments: tuple[str, ...] = ()
        fields: tuple[tuple[str | None, TypeExpression], ...] = ()
        if self._accept("("):
            if name in self._NESTED:
                fields = self._fields(named=name != "map")
            else:
                arguments = self._arguments()
        tail = self._words(required=False) if arguments else ""
        suffixes = self._suffixes()
        if f"{name} {tail}".rstrip().endswith(" array"):
            name, tail = name.removesuffix(" array"), tail.removesuffix("array").rstrip()
            suffixes = self._one_dimension(suffixes)
        return TypeExpression(name=name, arguments=arguments, fields=fields, tail=tail, suffixes=suffixes)

    def _words(self, *, required: bool = True) -> str:
        words: list[str] = []
        while self.tokens and (self.tokens[0][0].isalpha() or self.tokens[0][0] == "_"):
            words.append(self.tokens.pop(0).lower())
        if required and not words:
            raise TypeSyntaxError("a type's name is missing")
        return " ".join(words)

    def _fields(self, *, named: bool) -> tuple[tuple[str | None, TypeExpression], ...]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TypeSyntaxError(f"nested deeper than {_MAX_DEPTH} levels")
        fields: list[tuple[str | None, TypeExpression]] = []
        while True:
            fields.append((self._field_name() if named else None, self.type()))
            if self._accept(")"):
                self.depth -= 1
                return tuple(fields)
            self._expect(",")

    def _field_name(self) -> str:
        if not self.tokens:
            raise TypeSyntaxError("a field's name is missing")
        name = self.tokens.pop(0)
        if name.startswith('"') and len(name) > len('""'):
            return name[1:-1].replace('""', '"')
        if name[0].isalpha() or name[0] == "_":
            return name
        raise TypeSyntaxError(f"{name!r} names no field")

    def _arguments(self) -> tuple[str, ...]:
        arguments: list[str] = []
        while self.tokens:
            arguments.append(self._argument())
            if self._accept(")"):
                return tuple(arguments)
            self._expect(",")
        raise TypeSyntaxError("a bracket is not closed")

    def _argument(self) -> str:
        argument = self.tokens.pop(0)
        if not (argument[0].isalnum() or argument[0] in "_'\""):
            raise TypeSyntaxError(f"{argument!r} is no argument")
        return argument

    def _one_dimension(self, suffixes: tuple[str, ...]) -> tuple[str, ...]:
        """Of the long form, ``int array`` or ``int array[3]``."""
        if len(suffixes) > 1:
            raise TypeSyntaxError("more than one dimension after 'array'")
        return suffixes or ("",)

    def _suffixes(self) -> tuple[str, ...]:
        suffixes: list[str] = []
        while self._accept("["):
            size = self.tokens.pop(0) if self.tokens and self.tokens[0].isdigit() else ""
            self._expect("]")
            suffixes.append(size)
        return tuple(suffixes)

    def _accept(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._accept(token):
            raise TypeSyntaxError(f"{token!r} is missing")
