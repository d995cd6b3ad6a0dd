"""Columns by name, across products: where one name means two things, it shows here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from mesh_tools.site.facts.product import ColumnFacts, ProductFacts, VersionFacts
from mesh_tools.site.names import slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ON_A_PAGE = 1000
_CONFLICTS = 100
_USES = 12
# Between public and internal it depends on the product; personal or confidential is what the values are.
_SENSITIVE = frozenset({"pii", "confidential"})


class Use(Struct, frozen=True):
    """A column of the latest version of a product."""

    product: ProductFacts
    version: VersionFacts
    fact: ColumnFacts


class Named(Struct, frozen=True):
    """All columns of one name.

    Attributes:
        name: In lower case.
        uses: The first of them.
        total: How many there are.
        differs: In what they differ: ``type``, ``unit``, ``classification``, ``semantic type``.
    """

    name: str
    uses: tuple[Use, ...]
    total: int
    differs: tuple[str, ...]


def column_pages(renderer: Renderer) -> Iterator[Page]:
    """``columns.html`` with the names that differ; all names there too, or by first letter where they are many."""
    named = _named(renderer.catalogue.products)
    conflicts = sorted((one for one in named if one.differs), key=lambda one: (-one.total, one.name))
    letters = _by_letter(named) if len(named) > ON_A_PAGE else {}
    links = {letter: f"columns/{slug(letter)}.html" for letter in letters}

    def page(path: str, shown: list[Named], letter: str, differing: list[Named]) -> Page:
        return renderer.page(
            "columns.html",
            path,
            nav="columns",
            total=len(named),
            letters=links,
            letter=letter,
            named=shown,
            conflicts=differing[:_CONFLICTS],
            conflicts_total=len(differing),
        )

    yield page("columns.html", [] if letters else named, "", conflicts)
    for letter, found in letters.items():
        yield page(links[letter], found, letter, [])


def _named(products: tuple[ProductFacts, ...]) -> list[Named]:
    uses: defaultdict[str, list[Use]] = defaultdict(list)
    for product in products:
        for fact in product.latest.columns:
            uses[fact.column.name.lower()].append(Use(product, product.latest, fact))
    return [
        Named(name=name, uses=tuple(found[:_USES]), total=len(found), differs=_differences(found))
        for name, found in sorted(uses.items())
    ]


def _differences(uses: list[Use]) -> tuple[str, ...]:
    columns = [use.fact.column for use in uses]
    told: Mapping[str, set[str]] = {
        "type": {(column.canonical_type or column.data_type or "").lower() for column in columns} - {""},
        "unit": {column.unit or "" for column in columns} - {""},
        "classification": {str(column.classification in _SENSITIVE) for column in columns if column.classification},
        "semantic type": {column.semantic_type or "" for column in columns} - {""},
    }
    return tuple(what for what, values in told.items() if len(values) > 1)


def _by_letter(named: list[Named]) -> dict[str, list[Named]]:
    found: defaultdict[str, list[Named]] = defaultdict(list)
    for one in named:
        first = one.name[:1]
        found[first if first.isascii() and first.isalnum() else "other"].append(one)
    return dict(sorted(found.items()))
