"""Columns by name, across products: where one name means two things, it shows here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mesh_tools.model.interface import Column
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import column_anchor, slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ON_A_PAGE = 1000
"""Names; where there are more, each letter has its own page."""
OF_A_LETTER = 400
_CONFLICTS = 100
_VARIANTS = 8
_USES = 12
# Between public and internal it depends on the product; personal or confidential is what the values are.
_SENSITIVE = frozenset({"pii", "confidential"})
_Use = tuple[ProductFacts, Column]


class Variant(Struct, frozen=True):
    """Columns of one name that are alike in type, unit, classification and semantic type.

    Attributes:
        column: The first of them.
        uses: Label of a product and permalink of its column, the first of them.
        total: How many there are.
    """

    column: Column
    uses: tuple[tuple[str, str], ...]
    total: int


class Named(Struct, frozen=True):
    """All columns of one name, of the latest versions of products.

    Attributes:
        name: In lower case.
        variants: The most frequent of them, those first.
        total: How many columns there are.
        differs: In what they contradict each other: ``type``, ``unit``, ``classification``, ``semantic type``.
        hidden: How many more variants there are.
    """

    name: str
    variants: tuple[Variant, ...]
    total: int
    differs: tuple[str, ...]
    hidden: int


def column_pages(renderer: Renderer) -> Iterator[Page]:
    """``columns.html`` with the names that differ; all names there too, or by first letter where they are many."""
    named = _named(renderer.catalogue.products)
    conflicts = sorted((one for one in named if one.differs), key=lambda one: (-one.total, one.name))
    letters = _by_letter(named) if len(named) > ON_A_PAGE else {}
    links = {letter: f"columns/{slug(letter)}.html" for letter in letters}
    shared: dict[str, Any] = {
        "nav": "columns",
        "total": len(named),
        "letters": links,
        "conflicts_total": len(conflicts),
    }
    yield renderer.page(
        "columns.html",
        "columns.html",
        letter="",
        parts=[],
        named=[] if letters else named,
        conflicts=conflicts[:_CONFLICTS],
        **shared,
    )
    for letter, found in letters.items():
        starts = range(0, len(found), OF_A_LETTER)
        parts = [links[letter], *(f"columns/{slug(letter)}-{number}.html" for number in range(2, len(starts) + 1))]
        for path, start in zip(parts, starts, strict=True):
            shown = found[start : start + OF_A_LETTER]
            yield renderer.page("columns.html", path, letter=letter, parts=parts, named=shown, conflicts=[], **shared)


def _named(products: Sequence[ProductFacts]) -> list[Named]:
    uses: defaultdict[str, list[_Use]] = defaultdict(list)
    for product in products:
        for fact in product.latest.columns:
            uses[fact.column.name.lower()].append((product, fact.column))
    return [_of_one_name(name, found) for name, found in sorted(uses.items())]


def _of_one_name(name: str, uses: list[_Use]) -> Named:
    alike: defaultdict[tuple[str, ...], list[_Use]] = defaultdict(list)
    for use in uses:
        alike[_meaning(use[1])].append(use)
    variants = [_variant(found) for _, found in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0]))]
    return Named(name, tuple(variants[:_VARIANTS]), len(uses), _differences(alike), max(len(variants) - _VARIANTS, 0))


def _meaning(column: Column) -> tuple[str, ...]:
    kind = (column.canonical_type or column.data_type or "").lower()
    return kind, column.unit or "", column.classification or "", column.semantic_type or ""


def _variant(uses: list[_Use]) -> Variant:
    links = [
        (product.label, f"{product.page_of(product.latest)}#{column_anchor(column.name)}")
        for product, column in uses[:_USES]
    ]
    return Variant(uses[0][1], tuple(links), len(uses))


def _differences(meanings: Mapping[tuple[str, ...], object]) -> tuple[str, ...]:
    if len(meanings) == 1:
        return ()
    types, units, classes, semantics = (set(values) - {""} for values in zip(*meanings, strict=True))
    told = {
        "type": types,
        "unit": units,
        "classification": {one in _SENSITIVE for one in classes},
        "semantic type": semantics,
    }
    return tuple(what for what, values in told.items() if len(values) > 1)


def _by_letter(named: list[Named]) -> dict[str, list[Named]]:
    found: defaultdict[str, list[Named]] = defaultdict(list)
    for one in named:
        first = one.name[:1]
        found[first if first.isascii() and first.isalnum() else "other"].append(one)
    return dict(sorted(found.items()))
