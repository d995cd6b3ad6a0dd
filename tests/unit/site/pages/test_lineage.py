"""The page of column lineage: what it says without scripts, and its data."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue, Gap
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, TracedShare
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.pages.lineage import first_node, lineage_pages
from mesh_tools.site.pages.lineage_shards import bucket_count, digest
from mesh_tools.site.render import Renderer
from support.lineage_graphs import EVIL, GRAPH, graph_of, node


def site_of(graph: LineageGraph, **more: Any) -> dict[str, str]:
    catalogue = Catalogue(name="mesh", as_of=date(2026, 11, 23), lineage=graph, **more)
    return {page.path: str(page.content) for page in lineage_pages(Renderer(catalogue))}


def records(pages: dict[str, str]) -> dict[str, list[Any]]:
    texts = [text for path, text in pages.items() if path.startswith("data/lineage/b")]
    values = [json.loads(text.partition(", ")[2].removesuffix(");\n")) for text in texts]
    return {record[0]: record for value in values for record in value}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_without_scripts_the_page_says_what_is_traced_and_what_is_not() -> None:
    text = text_of(site_of(GRAPH)["lineage.html"])
    assert "4 of 6 models are traced column by column, those that are not shown here included" in text
    assert "rail 1 of 3 33.3%" in text
    assert "1 node has columns whose origin is not known" in text
    assert "rail.delays an internal model behind it is not traced: a Python model" in text
    assert [re.search(rf"{method} .*? (\d+)", text[text.index("How lineage is made") :]) is not None
            for method in ("fast", "exact", "published", "table")] == [True] * 4  # fmt: skip


def test_what_only_uses_columns_as_published_is_not_said_to_have_sql_that_is_traced() -> None:
    edge = LineageEdge(source="air.a", target="rail.b", method="published", columns=(ColumnLink("x", "", "select"),))
    shares = (TracedShare(domain="rail", traced=1, models=1),)
    text = text_of(
        site_of(replace(graph_of(node("air.a"), node("rail.b")), edges=(edge,), shares=shares))["lineage.html"]
    )
    assert "The SQL of all" not in text
    assert "that means: the columns that it uses are published" in text
    assert "What others make of the columns that they use is not published" in text


def test_a_long_list_of_what_is_not_traced_has_pages_of_its_own() -> None:
    dark = [node(f"air.m{number:04d}", reason="a Python model") for number in range(600)]
    pages = site_of(graph_of(*dark))
    html = pages["lineage.html"]
    assert html.count("a Python model") < 10
    assert "596 more" in text_of(html)
    assert [path for path in pages if path.startswith("lineage/")] == [
        "lineage/untraced-1.html", "lineage/untraced-2.html", "lineage/untraced-3.html",
    ]  # fmt: skip
    assert sum(pages[path].count("a Python model") for path in pages if path.startswith("lineage/")) == 600


def test_without_lineage_the_page_says_which_command_brings_it() -> None:
    gap = Gap(about="lineage", text="air was only parsed", command="mesh build --force --select air")
    pages = site_of(LineageGraph(), gaps=(gap,))
    assert list(pages) == ["lineage.html"]
    assert "mesh build --force --select air" in pages["lineage.html"]
    assert "lineage.js" not in pages["lineage.html"]


def test_the_file_of_a_node_is_told_by_its_id_alone() -> None:
    # As published for FNV-1a, 32 bits.
    assert [digest(""), digest("a"), digest("foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]
    graph = graph_of(*(node(f"n{number}") for number in range(100)))
    pages = site_of(graph)
    assert bucket_count(graph) == 16
    for name in graph.nodes:
        assert f'["{name}",' in pages[f"data/lineage/b{digest(name) % 16}.js"]


def test_a_record_has_what_leads_to_its_neighbours_and_from_them() -> None:
    found = records(site_of(GRAPH))["rail.delays"]
    name, label, _kind, domain, href, columns, reason, upstream, downstream = found
    assert (name, label, domain, href, columns) == ("rail.delays", "", "rail", "", ["late", "id"])
    assert reason.endswith("a Python model")
    # A column that is passed on under its name is that name alone.
    assert upstream == [["air.flights", "", 0, "air", 2, 1, 2, 0, 1, ["id", ["delay", "late", 3], ["delay", "", 6]]]]
    assert [neighbour[0] for neighbour in downstream] == ["rail.board", EVIL]


def test_pages_and_data_are_the_same_bytes_again() -> None:
    assert site_of(GRAPH) == site_of(GRAPH)


def test_the_first_drawing_is_of_a_product_with_both_sides() -> None:
    assert first_node(GRAPH, LineageIndex(GRAPH)) == "air.flights"
    assert first_node(LineageGraph(), LineageIndex(LineageGraph())) == ""
