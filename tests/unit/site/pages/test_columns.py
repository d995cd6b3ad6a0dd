"""Columns: where one name means two things shows first; all names are there, at any size."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from mesh_tools.model.interface import Column
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.product import ColumnFacts, ProductFacts
from mesh_tools.site.pages.columns import OF_A_LETTER, ON_A_PAGE, column_pages
from support.catalogues import catalogue, files, product
from support.markup import links, section, text_of


def page(of: Catalogue | None = None, path: str = "columns.html") -> str:
    return files(column_pages, of)[path]


def with_columns(name: str, *columns: Column) -> ProductFacts:
    base = product("flights")
    version = replace(base.latest, columns=tuple(ColumnFacts(column=column) for column in columns))
    return replace(base, product=replace(base.product, name=name), folder=f"products/o/{name}/", versions=(version,))


def columns_of(*variants: dict[str, Any]) -> Catalogue:
    """A catalogue in which each product has one column ``c`` that is different in this."""
    products = [with_columns(f"p{n:02}", Column(name="c", **fields)) for n, fields in enumerate(variants)]
    return replace(catalogue(), products=tuple(products))


def section_markup(found: str, heading: str) -> str:
    return found.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]


def difference(*variants: dict[str, Any]) -> list[str]:
    """In what the column is said to differ."""
    return re.findall(r"differs: ([^<]*)<", section_markup(page(columns_of(*variants)), "differ"))


def test_a_name_with_two_types_is_a_conflict_that_tells_who_has_which() -> None:
    assert "carrier differs: type integer operations.delays varchar operations.tails" in section(page(), "differ")
    assert "One name should mean one thing: 2 do not." in text_of(page())


def test_units_and_semantic_types_conflict_where_both_are_given() -> None:
    assert difference({"unit": "km"}, {"unit": "mile"}) == ["unit"]
    assert difference({"semantic_type": "iata"}, {"semantic_type": "icao"}) == ["semantic type"]
    assert difference({"unit": "km", "data_type": "int"}, {"unit": "mile", "data_type": "text"}) == ["type, unit"]
    assert difference({"unit": "km"}, {}) == []


def test_types_that_are_one_in_the_warehouse_do_not_conflict() -> None:
    same = {"canonical_type": "integer"}
    assert difference({"data_type": "int4", **same}, {"data_type": "INTEGER", **same}) == []


def test_a_classification_conflicts_where_one_takes_a_value_for_sensitive_and_another_does_not() -> None:
    assert difference({"classification": "pii"}, {"classification": "internal"}) == ["classification"]
    assert difference({"classification": "public"}, {"classification": "internal"}) == []


def test_names_that_differ_in_case_alone_are_one() -> None:
    of = replace(catalogue(), products=tuple(with_columns(name, Column(name=name)) for name in ("Id", "ID")))
    assert "1 column name" in text_of(page(of))


def test_where_more_columns_differ_comes_first() -> None:
    found = re.findall(r"<code>(\w+)</code><br>", section_markup(page(), "differ"))
    assert found == ["distance_km", "carrier"]


def test_the_latest_version_alone_counts_and_is_linked() -> None:
    found = links(page())
    assert "products/operations/flights/index.html#c-distance_km" in found
    assert not [link for link in found if "v1.html" in link]


def test_without_conflicts_it_says_so() -> None:
    assert "None: wherever two products share a name" in section(page(columns_of({}, {})), "differ")


def test_without_columns_it_says_where_they_come_from() -> None:
    assert "No product names its columns." in text_of(page(replace(catalogue(), products=())))


def test_many_uses_and_many_meanings_are_counted() -> None:
    assert "and 3 more" in section(page(columns_of(*[{}] * 15)), "all")
    assert "and 2 other meanings" in section(page(columns_of(*({"data_type": f"t{n}"} for n in range(10)))), "all")


def test_very_many_names_are_split_by_first_letter_and_long_letters_again() -> None:
    names = [*(f"a{n}" for n in range(OF_A_LETTER + 1)), *(f"b{n}" for n in range(ON_A_PAGE - OF_A_LETTER)), "été"]
    of = replace(catalogue(), products=(with_columns("wide", *(Column(name=name) for name in names)),))
    found = files(column_pages, of)
    assert [path for path in found if "/a" in path or "other" in path] == [
        "columns/a.html",
        "columns/a-2.html",
        "columns/other.html",
    ]
    assert section(found["columns.html"], "all") == ""
    assert "../columns/a-2.html" in links(found["columns/a.html"])
    listed = [name for path, text in found.items() for name in re.findall(r"rowgroup\"><code>(.*?)</code>", text)]
    assert sorted(listed) == sorted(names)
