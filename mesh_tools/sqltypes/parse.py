"""Parses the written form of an SQL type into a tree, the same for every warehouse.

decimal(18, 2)[]            ->  TypeExpression("decimal", ("18", "2"), suffix "[]")
struct(a int, "b c" text)   ->  TypeExpression("struct", fields (("a", int), ("b c", text)))
struct<a: int not null>     ->  TypeExpression("struct", fields (("a", int, not null)))
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

_TOKEN = re.compile(
    r"""\s*(?:("(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`)|([A-Za-z_][\w$]*)|([0-9]+)|(.))""", re.DOTALL
)
_MAX_DEPTH = 50
_ATTRIBUTES = frozenset({"not", "comment", "options"})


class TypeExpression(Struct, frozen=True, kw_only=True):
    """A type as written: ``name`` in lower case, plain ``arguments``, or nested ``fields`` (name or ``None``, type).

    ``suffixes`` are array dimensions, ``""`` for one without a size; ``int array`` is ``int[]``. ``tail`` holds the
    words after the arguments, as in ``timestamp(3) with time zone``. ``nullable`` is false for a nested type that is
    written with ``not null``.
    """

    name: str
    arguments: tuple[str, ...] = ()
    fields: tuple[tuple[str | None, TypeExpression], ...] = ()
    tail: str = ""
    suffixes: tuple[str, ...] = ()
    nullable: bool = True


class Syntax(Struct, frozen=True, kw_only=True):
    """How a warehouse writes nested types.

    Attributes:
        brackets: Around what is nested.
        nested: Names of types that nest others, and what they hold: fields with names, types alone, or fields whose
            names may be missing.
        quote: Around the name of a field.
        attributes: Whether ``not null``, ``comment '...'`` and ``options(...)`` may follow a nested type.
    """

    brackets: Literal["()", "<>"] = "()"
    nested: dict[str, Literal["named", "types", "perhaps named"]]
    quote: Literal['"', "`"] = '"'
    attributes: bool = False


DUCKDB = Syntax(nested={"struct": "named", "row": "named", "union": "named", "map": "types"})


class TypeSyntaxError(ValueError):
    """The text is not the written form of a type."""


def parse_type(text: str, syntax: Syntax = DUCKDB) -> TypeExpression:
    """Parse the written form of a type.

    Raises:
        TypeSyntaxError: it is none.
    """
    tokens = [match.group().strip() for match in _TOKEN.finditer(text.strip()) if match.group().strip()]
    parser = _Parser(tokens, syntax)
    result = parser.type()
    if parser.tokens:
        raise TypeSyntaxError(f"unexpected {parser.tokens[0]!r} in {text!r}")
    return result


class _Parser:
    """Recursive descent over the tokens that are left."""

    def __init__(self, tokens: list[str], syntax: Syntax) -> None:
        self.tokens = tokens
        self.syntax = syntax
        self.depth = 0

    def type(self) -> TypeExpression:
        name = self._words()
        arguments: tuple[str, ...] = ()
        fields: tuple[tuple[str | None, TypeExpression], ...] = ()
        if name in self.syntax.nested and self._accept(self.syntax.brackets[0]):
            fields = self._fields(self.syntax.nested[name])
        elif self._accept("("):
            arguments = self._arguments()
        tail = self._words(required=False) if arguments else ""
        suffixes = self._suffixes()
        if f"{name} {tail}".rstrip().endswith(" array"):
            name, tail = name.removesuffix(" array"), tail.removesuffix("array").rstrip()
            suffixes = self._one_dimension(suffixes)
        return TypeExpression(name=name, arguments=arguments, fields=fields, tail=tail, suffixes=suffixes)

    def _words(self, *, required: bool = True) -> str:
        words: list[str] = []
        while self.tokens and _is_word(self.tokens[0]) and not self._at_attribute():
            words.append(self.tokens.pop(0).lower())
        if required and not words:
            raise TypeSyntaxError("a type's name is missing")
        return " ".join(words)

    def _at_attribute(self) -> bool:
        return self.syntax.attributes and self.depth > 0 and self.tokens[0].lower() in _ATTRIBUTES

    def _fields(self, kind: str) -> tuple[tuple[str | None, TypeExpression], ...]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TypeSyntaxError(f"nested deeper than {_MAX_DEPTH} levels")
        fields: list[tuple[str | None, TypeExpression]] = []
        while True:
            named = kind == "named" or (kind == "perhaps named" and self._a_name_comes_first())
            name = self._field_name() if named else None
            fields.append((name, self._attributes(self.type())))
            if self._accept(self.syntax.brackets[1]):
                self.depth -= 1
                return tuple(fields)
            self._expect(",")

    def _a_name_comes_first(self) -> bool:
        """Whether a type follows the first word, which is a name then."""
        return len(self.tokens) > 1 and (_is_word(self.tokens[1]) or self.tokens[0][0] == self.syntax.quote)

    def _field_name(self) -> str:
        if not self.tokens:
            raise TypeSyntaxError("a field's name is missing")
        name, quote = self.tokens.pop(0), self.syntax.quote
        if self.syntax.brackets == "<>":
            self._accept(":")
        if name.startswith(quote) and len(name) > len(quote * 2):
            return name[1:-1].replace(quote * 2, quote)
        if _is_word(name):
            return name
        raise TypeSyntaxError(f"{name!r} names no field")

    def _attributes(self, expression: TypeExpression) -> TypeExpression:
        while self.tokens and self._at_attribute():
            attribute = self.tokens.pop(0).lower()
            if attribute == "not":
                self._expect_word("null")
                expression = replace(expression, nullable=False)
            elif attribute == "comment":
                self._expect_word("")
            else:
                self._options()
        return expression

    def _expect_word(self, word: str) -> None:
        """The word, or with none given a quoted text."""
        found = self.tokens.pop(0) if self.tokens else ""
        if found.lower() != word if word else found[:1] not in {"'", '"'}:
            raise TypeSyntaxError(f"{word or 'a text'!r} is missing")

    def _options(self) -> None:
        """Over ``options(...)``, whatever it holds."""
        self._expect("(")
        while self.tokens and not self._accept(")"):
            self.tokens.pop(0)

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


def _is_word(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"
