"""What the site knows of column lineage, for those who see all and for those who see products alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.json import encode

from mesh_tools.contracts.impact.impact import Known
from mesh_tools.interface.document import sealed
from mesh_tools.model.interface import Column, Consumption, Interface, Product, ProductVersion, Version
from mesh_tools.site.facts.graph import LineageEdge, LineageGraph
from mesh_tools.site.gather.lineage import lineage_graph
from support.compiled import manifest_of
from support.impact_meshes import PUBLIC, SALES, SHOP, TAX, known_of

PRIVATE = ("raw", "open_orders", "stg", 'open"', "ids", "magic", "spell", "status", "select")
ORDERS = Consumption(project="shop", product="orders", v=2)
FAR = sealed(
    Interface(
        project="far",
        products=(Product(name="told", versions=(ProductVersion(semantic_version="1.0.0", path="told.sql"),)),),
        consumptions=(
            Consumption(
                project="shop", product="orders", v=2, columns=("id", "state"), indirect=("state",), by=("told",)
            ),
            Consumption(project="shop", product="orders", v=2, columns=("amount",), by=("secret", "other_secret")),
            Consumption(project="shop", product="orders", v=2, by=("exposure:wall", "dark")),
        ),
    )
)


def page(project: str, name: str, v: Version | None) -> str | None:
    return f"{project}/{name}/{v}.html"


def graph_of(known: Known, *, shows_all: bool = False, domain_of: Callable[[str], str] = str.upper) -> LineageGraph:
    return lineage_graph(known, shows_all=shows_all, href_of=page, domain_of=domain_of)


@pytest.fixture(scope="module")
def known() -> Known:
    return known_of({"shop": SHOP, "sales": SALES, "tax": TAX})


@pytest.fixture(scope="module")
def public(known: Known) -> LineageGraph:
    return graph_of(known)


@pytest.fixture(scope="module")
def whole(known: Known) -> LineageGraph:
    return graph_of(known, shows_all=True)


def edge(graph: LineageGraph, source: str, target: str) -> LineageEdge:
    return next(edge for edge in graph.edges if (edge.source, edge.target) == (source, target))


def links(graph: LineageGraph, source: str, target: str) -> set[tuple[str, str, str]]:
    return {(link.column, link.to, link.kind) for link in edge(graph, source, target).columns}


def test_the_public_sees_products_exposures_and_how_many_others_there_are(public: LineageGraph) -> None:
    assert {name: node.kind for name, node in public.nodes.items()} == {
        "sales (internal)": "internal", "sales.board": "exposure", "sales.counted": "product",
        "sales.totals": "product", "shop.items": "product", "shop.orders.v1": "product", "shop.orders.v2": "product",
        "tax (internal)": "internal",
    }  # fmt: skip


def test_columns_lead_from_product_to_product_through_hidden_models(public: LineageGraph) -> None:
    found = edge(public, "shop.orders.v2", "sales.totals")
    assert (found.method, found.through) == ("fast", 1)
    assert links(public, "shop.orders.v2", "sales.totals") == {
        ("state", "label", "transform"), ("amount", "total", "aggregate"), ("state", "", "group"),
    }  # fmt: skip


def test_what_filters_on_the_way_decides_over_the_rows_of_the_product(public: LineageGraph) -> None:
    assert edge(public, "shop.orders.v2", "sales.counted").through == 2
    assert links(public, "shop.orders.v2", "sales.counted") == {("state", "", "filter")}


def test_models_that_end_within_a_project_are_one_box_with_what_they_use(public: LineageGraph) -> None:
    """``id`` gets into ``stg`` and ends there; the rest of what ``stg`` reads reaches products."""
    assert public.nodes["sales (internal)"].label == "1 internal model of sales"
    assert links(public, "shop.orders.v2", "sales (internal)") == {("id", "", "select")}


def test_nothing_private_is_told_to_the_public(public: LineageGraph) -> None:
    text = encode(public).decode()
    assert [name for name in PRIVATE if f"{name}" in text.replace('"select"', "")] == []


def test_those_who_see_all_see_every_model_with_its_own_edges(whole: LineageGraph) -> None:
    assert whole.nodes["sales.stg"].columns == ("id", "status", "amount")
    assert links(whole, "shop.orders.v2", "sales.stg") == {
        ("id", "id", "pass"), ("state", "status", "rename"), ("amount", "amount", "pass"),
    }  # fmt: skip
    assert ("shop.orders.v2", "sales.totals") not in {(edge.source, edge.target) for edge in whole.edges}
    assert all(edge.through == 0 for edge in whole.edges)


def test_a_model_that_is_not_traced_says_why(whole: LineageGraph) -> None:
    assert whole.nodes["sales.magic"].reason == "a Python model"
    assert edge(whole, "sales.stg", "sales.magic").method == "table"


def test_nodes_have_their_page_and_domain(public: LineageGraph) -> None:
    assert public.nodes["shop.orders.v2"].href == "shop/orders/2.html"
    assert public.nodes["shop.items"].href == "shop/items/None.html"
    assert public.nodes["sales.board"].href is None
    assert public.nodes["sales (internal)"].domain == "SALES"


def test_the_share_that_is_traced_counts_hidden_models_too(public: LineageGraph, whole: LineageGraph) -> None:
    assert public.shares == whole.shares
    assert [(share.domain, share.traced, share.models) for share in public.shares] == [
        ("SALES", 6, 7), ("SHOP", 5, 5), ("TAX", 1, 1),
    ]  # fmt: skip


def test_behind_what_is_not_traced_a_product_names_a_class_of_cause() -> None:
    graph = graph_of(known_of({"shop": SHOP, "lab": manifest_of("lab", {
        "py": {"reads": ["shop.orders.v2"], "language": "python"},
        "tested": {"reads": ["py"], "sql": "select id from {py}", **PUBLIC},
        "broken": {"reads": ["shop.orders.v2"], "sql": "select secret_sql frm {orders_v2} group having", **PUBLIC},
    })}))  # fmt: skip
    assert graph.nodes["lab.tested"].reason == "an internal model behind it is not traced: a Python model"
    assert edge(graph, "shop.orders.v2", "lab.tested").method == "table"
    assert graph.nodes["lab.broken"].reason == "its SQL is not understood"
    assert "secret_sql" not in encode(graph).decode()


def test_what_a_project_loads_is_one_box_without_names() -> None:
    seed = "seed.lab.sown"
    graph = graph_of(known_of({"lab": manifest_of("lab", {
        "hidden": {"depends_on": {"nodes": [seed]}, "sql": "select secret as a, 1 as b from memory.lab.sown"},
        "shown": {"reads": ["hidden"], "sql": "select a, b from {hidden}", **PUBLIC},
        "sown": {"columns": ("secret",), "resource_type": "seed", "unique_id": seed},
    })}))  # fmt: skip
    assert graph.nodes["lab (sources)"].label == "sources of lab"
    assert links(graph, "lab (sources)", "lab.shown") == {("", "a", "rename")}
    assert "secret" not in encode(graph).decode()


def test_of_a_project_that_only_published_its_consumptions_are_known() -> None:
    graph = graph_of(known_of({"shop": SHOP}, FAR))
    assert edge(graph, "shop.orders.v2", "far.told").method == "published"
    assert links(graph, "shop.orders.v2", "far.told") == {("id", "", "select"), ("state", "", "filter")}
    assert graph.nodes["far (internal)"].label == "3 internal models of far"
    assert edge(graph, "shop.orders.v2", "far (internal)").method == "table"
    assert links(graph, "shop.orders.v2", "far (internal)") == {("amount", "", "select")}
    assert graph.nodes["far.wall"].kind == "exposure"
    assert "secret" not in encode(graph).decode()


def test_what_has_no_page_is_not_linked() -> None:
    """A reader in a project that only published, and a product of which there is a ref alone."""
    graph = graph_of(known_of({"sales": SALES}, FAR), shows_all=True)
    assert graph.nodes["far.told"].href == "far/told/None.html"
    assert graph.nodes["far.secret"].href is None
    assert graph.nodes["shop.orders.v2"].href is None
    assert graph.nodes["sales.stg"].href == "sales/stg/None.html"


def test_interfaces_alone_are_enough() -> None:
    orders = Product(
        name="orders",
        versions=(ProductVersion(v=2, semantic_version="2.0.0", path="o.sql", columns=(Column(name="Id"),)),),
    )
    shop = sealed(Interface(project="shop", products=(orders,)))
    graph = graph_of(Known(interfaces={"shop": shop, "far": FAR}))
    # The product's own word for the column, and what its readers use beside it.
    assert graph.nodes["shop.orders.v2"].columns == ("Id", "state", "amount")
    assert [(share.domain, share.traced, share.models) for share in graph.shares] == [("FAR", 3, 4)]


def test_models_that_read_each_other_end() -> None:
    lap = manifest_of("lab", {
        "a": {"reads": ["b"], "sql": "select x from {b}"},
        "b": {"reads": ["a"], "sql": "select x from {a}"},
        "c": {"reads": ["a"], "sql": "select x from {a}", **PUBLIC},
    })  # fmt: skip
    assert list(graph_of(known_of({"lab": lap}, traced=False)).nodes) == ["lab.c"]


def test_an_exposure_that_is_called_like_a_product_has_an_id_of_its_own() -> None:
    lab = manifest_of("lab", {"board": {"sql": "select 1 as x", **PUBLIC}}, exposures={"board": {"reads": ["board"]}})
    graph = graph_of(known_of({"lab": lab}))
    assert {name: node.kind for name, node in graph.nodes.items()} == {
        "lab.board": "product", "lab.board (exposure)": "exposure",
    }  # fmt: skip
