"""What the tables of the warehouses share: from the written form of a type to its name and values."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from mesh_tools.sqltypes.domain import Domain, Number, Plain, Scaled, SqlType, Text, decimal
from mesh_tools.sqltypes.parse import Syntax, TypeExpression, TypeSyntaxError, parse_type

Numbers = tuple[int, ...]
Builder = Callable[[Numbers], SqlType | None]
"""Of a type from its numbers; ``None`` where they do not fit."""


class Table(NamedTuple):
    """The types of one warehouse.

    Attributes:
        syntax: How nested types are written.
        plain: Types without numbers, by each of their names in lower case.
        parametrised: Makers of the types with numbers, likewise; they get none where none are written.
        nested: Makes the types with fields, from the expression and what was made of each of its fields.
        array: Makes an array of an element, for warehouses that write dimensions after a type.
        largest: What ``max`` stands for instead of a number, by name.
    """

    syntax: Syntax
    plain: dict[str, SqlType]
    parametrised: dict[str, Builder]
    nested: Callable[[TypeExpression, list[SqlType]], SqlType | None]
    array: Callable[[SqlType], SqlType] | None = None
    largest: dict[str, int] = {}  # noqa: RUF012

    def sql_type(self, text: str) -> SqlType | None:
        """The canonical name and the values of a type as written; ``None`` for one that the table does not know."""
        try:
            return self._made(parse_type(text, self.syntax))
        except TypeSyntaxError:
            return None

    def _made(self, expression: TypeExpression) -> SqlType | None:
        made = self._nested(expression) if expression.fields else self._base(expression)
        for _ in expression.suffixes:
            made = self.array(made) if made and self.array else None
        return made

    def _nested(self, expression: TypeExpression) -> SqlType | None:
        parts = [self._made(part) for _, part in expression.fields]
        known = [
            SqlType(part.name, part.domain, nullable=written.nullable)
            for part, (_, written) in zip(parts, expression.fields, strict=True)
            if part
        ]
        return self.nested(expression, known) if len(known) == len(parts) else None

    def _base(self, expression: TypeExpression) -> SqlType | None:
        name = f"{expression.name} {expression.tail}".strip()
        builder = self.parametrised.get(name)
        if not builder:
            return None if expression.arguments else self.plain.get(name)
        written = [self._number(name, argument) for argument in expression.arguments]
        numbers = tuple(number for number in written if number is not None)
        return builder(numbers) if len(numbers) == len(written) else None

    def _number(self, name: str, argument: str) -> int | None:
        if argument.isdecimal():
            return int(argument)
        return self.largest.get(name) if argument.lower() == "max" else None


def spelled(names: dict[str, str]) -> dict[str, str]:
    """The canonical name by each spelling: those of one word first, others after a ``|``."""
    return {
        alias: canonical
        for canonical, groups in names.items()
        for position, group in enumerate(groups.split("|"))
        for alias in ([group] if position else group.split())
    }


def plain(names: dict[str, str], domains: dict[str, Domain]) -> dict[str, SqlType]:
    """Types without numbers by each spelling; one without a domain is like no other."""
    return {alias: SqlType(name, domains.get(name, Plain(name))) for alias, name in spelled(names).items()}


def parametrised(*makers: tuple[str, Builder]) -> dict[str, Builder]:
    """Makers by each spelling, written as in :func:`spelled`."""
    return {alias: maker for spellings, maker in makers for alias in spelled({"": spellings})}


def identifier(name: str, quote: str) -> str:
    """The name of a field, quoted where it has to be."""
    return name if name.isascii() and name.isidentifier() else quote + name.replace(quote, quote * 2) + quote


def nothing_nested(_expression: TypeExpression, _parts: list[SqlType]) -> SqlType | None:
    """Of a warehouse without types that have fields."""
    return None


def decimals(name: str, usual: Number | tuple[int, int], *, precision: int, scale: int) -> Builder:
    """Of decimals ``name(p,s)``.

    Args:
        name: Canonical.
        usual: Precision and scale of a type without numbers, or its values where it has none.
        precision: The greatest.
        scale: The greatest.
    """

    def build(numbers: Numbers) -> SqlType | None:
        if not numbers and isinstance(usual, Number):
            return SqlType(name, usual)
        p, s = (*(numbers or _pair(usual)), 0)[:2]
        fits = len(numbers) <= len("ps") and 1 <= p <= precision and s <= min(p, scale)
        return SqlType(f"{name}({p},{s})", decimal(p, s)) if fits else None

    return build


def _pair(usual: Number | tuple[int, int]) -> tuple[int, ...]:
    return usual if isinstance(usual, tuple) else ()


def texts(name: str, usual: int | None, longest: int, *, padding: str = "") -> Builder:
    """Of text ``name(n)``; ``usual`` is the length of one without a number, ``None`` for any length."""

    def build(numbers: Numbers) -> SqlType | None:
        length = _one(numbers, usual)
        if length is None:
            return None if numbers else SqlType(name, Text(padding=padding))
        return SqlType(f"{name}({length})", Text(length, padding)) if 1 <= length <= longest else None

    return build


def binaries(name: str, family: str, usual: int | None, longest: int) -> Builder:
    """Of bytes or bits ``name(n)``, likewise."""

    def build(numbers: Numbers) -> SqlType | None:
        length = _one(numbers, usual)
        if length is None:
            return None if numbers else SqlType(name, Scaled(family, 0, inf))
        return SqlType(f"{name}({length})", Scaled(family, 0, length)) if 1 <= length <= longest else None

    return build


def scaled(template: str, family: str, usual: int, finest: int, *, show: bool = False) -> Builder:
    """Of times, whose one number says how fine they are.

    Args:
        template: The canonical name, with ``{}`` for the number in brackets.
        family: What they are compared within.
        usual: The number of a type without one.
        finest: The greatest number.
        show: Whether the canonical name has the usual number too.
    """

    def build(numbers: Numbers) -> SqlType | None:
        digits = _one(numbers, usual)
        if digits is None or digits > finest:
            return None
        shown = f"({digits})" if show or digits != usual else ""
        return SqlType(template.format(shown), Scaled(family, digits))

    return build


def _one(numbers: Numbers, usual: int | None) -> int | None:
    """The only number, or the usual one where there is none."""
    if not numbers:
        return usual
    return numbers[0] if len(numbers) == 1 else None


UNBOUNDED = Number(-inf, inf, inf)
"""Exact numbers of any size and scale."""
