"""The files of the search index."""

from __future__ import annotations

import json
from typing import Any

from mesh_tools.site.facts.entries import ColumnEntry, Entry, EntryKind
from mesh_tools.site.search.shards import IN_A_FILE, search_shards, shortened
from mesh_tools.site.search.urls import PATTERNS


def entry(name: str, *columns: str, kind: EntryKind = "product", **more: Any) -> Entry:
    more = {"project": "operations", "domain": "operations", "url": f"products/operations/{name}/index.html", **more}
    return Entry(kind=kind, name=name, columns=tuple(ColumnEntry(column) for column in columns), **more)


def files(*entries: Entry) -> dict[str, Any]:
    """What each file puts, by its key."""
    found = {}
    for page in search_shards(entries):
        assert isinstance(page.content, str)
        key = page.path.removeprefix("data/").removesuffix(".js")
        assert page.content.startswith(f'M.put("{key}", ')
        found[key] = json.loads(page.content.removeprefix(f'M.put("{key}", ').removesuffix(");\n"))
    return found


def test_names_stand_in_one_string() -> None:
    names = files(entry("flights", v="2"), entry("routes"))["search/names"]
    assert names["names"] == "flights.v2\nroutes"


def test_an_address_that_follows_from_the_name_is_not_written() -> None:
    names = files(
        entry("flights", v="2"), entry("flights", v="1", url="products/operations/flights/v1.html"), entry("routes")
    )["search/names"]
    assert [PATTERNS[int(digit)] for digit in names["pattern"]] == [PATTERNS[0], PATTERNS[1], PATTERNS[0]]
    assert names["urls"] == {}


def test_an_address_of_its_own_is_written() -> None:
    names = files(entry("Größen", url="products/operations/gr-en--1234/index.html"))["search/names"]
    assert names["urls"] == {"0": "products/operations/gr-en--1234/index.html"}


def test_a_name_never_has_two_lines() -> None:
    names = files(entry("two\nlines", url="x.html"), entry("next"))["search/names"]
    assert names["names"].split("\n") == ["two lines", "next"]


def test_each_value_of_a_field_is_written_once() -> None:
    found = files(entry("a", tier="gold"), entry("b", tier="gold"), entry("c"))["search/names"]["fields"]["tier"]
    assert found == {"values": ["", "gold"], "codes": [1, 1, 0]}


def test_the_end_of_a_field_that_repeats_is_left_out() -> None:
    fields = files(*(entry(f"p{number}") for number in range(100)))["search/names"]["fields"]
    assert fields["domain"] == {"values": ["operations"], "codes": [0]}


def test_a_column_leads_to_all_that_have_it() -> None:
    found = files(entry("a", "id", "name"), entry("b", "id"), entry("c", "ID"))
    columns = found["search/columns"]
    assert (columns["names"], columns["counts"]) == ("ID\nid\nname", [3])
    assert list(columns["anchors"]) == ["0"]  # `ID` is no anchor of its own, since `id` is one
    assert found["search/columns-0"] == "2\n0,1\n0"


def test_a_word_tells_a_description_from_that_of_a_column() -> None:
    told = entry("a", url="a.html", description="Late flights.")
    of_column = Entry(kind="product", name="b", url="b.html", columns=(ColumnEntry("x", "Flights."),))
    found = files(told, of_column)["search/descriptions-0"]
    assert dict(zip(found["words"].split("\n"), found["postings"].split("\n"), strict=True)) == {
        "flights": "0,3",
        "late": "0",
    }


def test_the_first_words_about_entries_are_in_files_of_equal_length() -> None:
    found = files(*(entry(f"p{number}", description=f"About {number}.") for number in range(IN_A_FILE + 1)))
    assert len(found["search/about-0"].split("\n")) == IN_A_FILE
    assert found["search/about-1"] == f"About {IN_A_FILE}."


def test_an_empty_mesh_has_an_empty_index() -> None:
    found = files()
    assert found["search/names"]["names"] == ""
    assert found["search/columns"]["names"] == ""


def test_the_same_entries_make_the_same_bytes() -> None:
    entries = [entry(f"p{number}", "id", f"c{number}", description="Said alike, by all.") for number in range(50)]
    assert list(search_shards(entries)) == list(search_shards(entries))


def test_a_sentence_is_shown_or_the_beginning_of_a_long_one() -> None:
    assert shortened("One row for each flight. And more.") == "One row for each flight."
    assert shortened("Short") == "Short"
    long = shortened("word " * 100)
    assert len(long) <= 160
    assert long.endswith("word…")
