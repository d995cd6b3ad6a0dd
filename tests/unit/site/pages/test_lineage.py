"""The page of column lineage: what it says without scripts, its data, and its drawing in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as Tab

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.catalogue import Catalogue, Gap
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode, TracedShare
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.output import write_site
from mesh_tools.site.pages.lineage import first_node, lineage_pages
from mesh_tools.site.pages.lineage_shards import bucket_count, digest
from mesh_tools.site.render import Renderer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EVIL = '</script><img src=x onerror=alert(1)>"`:#%é😀'
BEHIND = "an internal model behind it is not traced: a Python model"
DELAYS = (("id", "id", "pass"), ("delay", "late", "aggregate"), ("delay", "", "filter"))
COLUMNS = tuple(f"c{number:02d}" for number in range(30))


def node(name: str, *columns: str, kind: Any = "product", domain: str = "air", **more: Any) -> LineageNode:
    return LineageNode(id=name, label=name, kind=kind, project=domain, domain=domain, columns=columns, **more)


def edge(source: str, target: str, *links: tuple[str, str, Any], **more: Any) -> LineageEdge:
    columns = tuple(ColumnLink(*link) for link in links)
    return LineageEdge(source=source, target=target, columns=columns, **{"method": "fast", **more})


def graph_of(*parts: LineageNode | LineageEdge, shares: tuple[TracedShare, ...] = ()) -> LineageGraph:
    nodes = {part.id: part for part in parts if isinstance(part, LineageNode)}
    edges = tuple(part for part in parts if isinstance(part, LineageEdge))
    return LineageGraph(nodes=nodes, edges=edges, shares=shares)


GRAPH = graph_of(
    node("air (sources)", kind="internal"),
    node("air.flights", "id", "delay", href="products/air/flights/index.html"),
    node("rail.trains", *COLUMNS, domain="rail"),
    node("rail.delays", "late", "id", domain="rail", reason=BEHIND),
    node("rail.board", kind="exposure", domain="rail"),
    node(EVIL, EVIL, domain=EVIL),
    edge("air (sources)", "air.flights", ("", "id", "rename"), through=2),
    edge("air.flights", "rail.delays", *DELAYS, through=1),
    edge("air.flights", "rail.trains", *(("id", column, "transform") for column in COLUMNS)),
    edge("rail.delays", "rail.board", method="table"),
    edge("rail.delays", EVIL, ("late", EVIL, "rename"), method="published"),
    shares=(TracedShare(domain="air", traced=3, models=3), TracedShare(domain="rail", traced=1, models=3)),
)  # fmt: skip


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


# ---- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "out"
    many = [node(f"far{number % 5}.p{number:03d}", "x", domain=f"far{number % 5}") for number in range(400)]
    hub = [edge("air.hub", one.id, ("x", "x", "pass")) for one in many]
    graph = graph_of(*GRAPH.nodes.values(), *GRAPH.edges, node("air.hub", "x"), *many, *hub, shares=GRAPH.shares)
    catalogue = Catalogue(name="mesh", as_of=date(2026, 11, 23), lineage=graph)
    # The search of the site is not looked at here.
    pages = [page for page in assets() if page.path != "assets/search.js"]
    write_site([*pages, *lineage_pages(Renderer(catalogue))], folder)
    (folder / "assets" / "search.js").write_text("")
    return folder


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab in which an error in a script fails the test."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield tab
    tab.close()
    assert errors == []


def opened(tab: Tab, site: Path, fragment: str) -> Tab:
    tab.goto(f"{(site / 'lineage.html').as_uri()}#{fragment}")
    tab.wait_for_selector(".lx-box")
    return tab


def box(tab: Tab, name: str) -> Any:
    return tab.locator(".lx-box").filter(has=tab.get_by_title(re.compile(re.escape(name) + "$")))


def test_a_permalink_draws_a_node_with_its_neighbours(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights")
    assert tab.locator(".lx-name").all_inner_texts() == ["air (sources)", "flights", "delays", "trains"]
    expect(tab.get_by_role("link", name="Page of air.flights")).to_have_attribute(
        "href", re.compile("products/air/flights/index.html$")
    )


def test_a_column_leads_up_and_down_through_what_is_drawn(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights:delay")
    expect(tab.locator('.lx-row[aria-pressed="true"]')).to_have_text("delay")
    assert tab.locator(".lx-row.is-lit").all_inner_texts() == ["delay", "late"]
    assert "goes into 1 column, decides over the rows of 1 node" in tab.inner_text("#lx-info")
    titles = tab.locator(".lx-edge.is-lit title").all_text_contents()
    assert titles == [
        "rail.delays: filtered by air.flights.delay · traced (fast), through 1 internal model",
        "air.flights.delay → rail.delays.late: aggregated · traced (fast), through 1 internal model",
    ]


def test_a_column_is_followed_further_than_what_was_drawn(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights:delay")
    tab.get_by_role("button", name="Follow further").click()
    expect(tab.locator(".lx-row.is-lit")).to_have_text(["delay", "late", EVIL])


def test_the_keyboard_opens_what_reads_a_node_and_keeps_its_place(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights")
    button = tab.get_by_role("button", name="Show what reads rail.delays (2)")
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".lx-box")).to_have_count(6)
    expect(tab.get_by_role("button", name="Hide what reads rail.delays (2)")).to_be_focused()
    assert tab.locator(".lx-edge.m-table title").all_text_contents() == [
        "rail.delays → rail.board: an exposure names no columns"
    ]
    tab.keyboard.press("Enter")
    expect(tab.locator(".lx-box")).to_have_count(4)


def test_many_columns_are_a_few_until_all_are_asked_for(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights")
    more = tab.get_by_role("button", name="more of rail.trains")
    expect(more).to_have_text("+22 more")
    more.click()
    expect(tab.locator('.lx-row[data-node="rail.trains"]')).to_have_count(30)


def test_what_is_too_much_for_a_drawing_is_one_box_a_domain(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.hub")
    # Four of five domains of 80 each, the fifth whole, and the start.
    expect(tab.locator(".kind-group")).to_have_count(4)
    expect(tab.locator(".lx-box")).to_have_count(85)
    tab.locator(".kind-group", has_text="far0").get_by_role("button", name="80 nodes").click()
    expect(tab.locator(".kind-group", has_text="far0")).to_have_count(0)
    expect(tab.locator(".lx-name", has_text="p000")).to_have_count(1)
    expect(tab.locator(".lx-box")).to_have_count(85)


def test_the_drawing_is_told_as_text(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights")
    tab.get_by_text("This drawing as text").click()
    expect(tab.locator("#lx-outline")).to_contain_text("rail.delays")
    text = " ".join(tab.inner_text("#lx-outline").split())
    assert "rail.delays (product of rail) air.flights: traced (fast), through 1 internal model" in text
    assert "delay → late: aggregated filtered by delay" in text


def test_a_start_is_found_by_its_name(tab: Tab, site: Path) -> None:
    opened(tab, site, "air.flights")
    tab.get_by_role("combobox", name="Start at").fill("dela")
    expect(tab.get_by_role("option")).to_have_text([re.compile("rail.delays")])
    tab.keyboard.press("Enter")
    expect(tab.locator(".is-start .lx-name")).to_have_text("delays")
    assert tab.url.endswith("#rail.delays")
    tab.go_back()
    expect(tab.locator(".is-start .lx-name")).to_have_text("flights")


def test_any_name_can_be_linked_to_and_does_nothing_but_be_shown(tab: Tab, site: Path) -> None:
    from urllib.parse import quote

    opened(tab, site, f"{quote(EVIL, safe='')}:{quote(EVIL, safe='')}")
    expect(tab.locator(".is-start .lx-row")).to_have_text(EVIL)
    expect(tab.locator(".is-start .lx-row")).to_have_attribute("aria-pressed", "true")
    assert tab.locator("img").count() == 0
    assert tab.locator(".lx-edge.m-published").count() > 1


def test_a_link_to_what_is_gone_says_so(tab: Tab, site: Path) -> None:
    tab.goto(f"{(site / 'lineage.html').as_uri()}#gone.product")
    expect(tab.locator("#lx-info")).to_have_text("This cannot be shown: there is no gone.product in this lineage.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: Path, scheme: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    tab = browser.new_page(color_scheme=scheme)
    opened(tab, site, "air.flights:delay")
    tab.get_by_text("This drawing as text").click()
    found = Axe().run(tab).response["violations"]
    tab.close()
    assert [(violation["id"], [one["html"] for one in violation["nodes"]]) for violation in found] == []


def test_on_a_phone_the_page_is_as_wide_as_the_screen(browser: Browser, site: Path) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 800})
    opened(tab, site, "air.flights")
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.close()
