"""A small catalogue in which everything occurs that the overviews show, made as the real one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from msgspec.structs import replace

from mesh_tools.lint.scorecard import Card, Loss, Part, Scorecard
from mesh_tools.model.interface import Group
from mesh_tools.site.facts.catalogue import Catalogue, Gap
from mesh_tools.site.facts.models import ModelColumn, ModelFacts
from mesh_tools.site.facts.product import CheckFacts, ProductFacts, VersionFacts
from mesh_tools.site.gather.catalogue import catalogue_of
from mesh_tools.site.gather.world import Build
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from support.worlds import NOW, consumer, project, use, world

Maker = Callable[[Renderer], Iterator[Page]]

_DAYS = {"freshness": {"count": 1, "period": "day"}}
_COLUMNS: Mapping[str, Any] = {
    "carrier": {"data_type": "varchar", "classification": "internal", "description": "IATA code."},
    "distance_km": {"data_type": "integer", "unit": "km"},
    "pilot": {"data_type": "varchar", "classification": "pii", "deprecated_until": "2026-09-01"},
}
_FLIGHTS: Mapping[str, Any] = {
    **_DAYS,
    "description": "Flights *that left*.",
    "columns": _COLUMNS,
    "interface": {"owner": {"name": "Ops", "email": "ops@skies.example", "channel": "#ops"}},
}
_DELAYS: Mapping[str, Any] = {
    "freshness": {"count": 2, "period": "day", "column": "day"},
    "columns": {"distance_km": {"unit": "mile"}},
}
_WITH_MINUTES = {**_DELAYS, "columns": {**_DELAYS["columns"], "minutes": {"data_type": "integer"}}}
_OLD = {**_FLIGHTS, "versions": {1: {}}, "others": {"delays": _WITH_MINUTES, "tails": {}}}
_NEW = {
    **_FLIGHTS,
    "product": {"latest": 2, "renamed_from": ["departures"]},
    "versions": {
        1: {"deprecation_date": "2026-07-01"},
        2: {"semantic_version": "2.0.0", "columns": {**_COLUMNS, "carrier": None}},
    },
    "others": {
        "delays": {**_DELAYS, "columns": {"distance_km": {"unit": "mile"}, "carrier": {"data_type": "integer"}}},
        "tails": {"product": {"latest": 2}, "versions": {1: {"deprecation_date": "2026-05-01"}, 2: {}}},
    },
}
_AIRPORTS = {
    "product": None,
    "others": {
        "airports": {**_DAYS, "columns": {"carrier": None, "distance_km": None, "airport_code": {}}},
        "old_codes": {"deprecation_date": "2026-01-01", "columns": {"carrier": None}},
    },
    "interface": {"owner": {"email": "data@skies.example"}},
}
_PARTS = (
    Part(name="contract", points=12, most=12, text="contract is enforced"),
    Part(name="columns described", points=2, most=10, text="1 of 5 columns described"),
    Part(name="columns tested", points=0, most=5, text="0 of 5 columns tested"),
)
_CARD = Card(
    kind="domain",
    name="operations",
    domain="operations",
    score=77,
    badge="silver",
    parts=(Part(name="products", points=60, most=80, text="3 products, 75% of their points"),),
    losses=(Loss(points=13, part="documentation", text="13 columns are not described", to_do="describe them"),),
    counts={"error": 0, "warn": 2},
    products=3,
)
GAPS = (
    Gap(about="lineage", text="no lineage of planning", command="mesh lineage", projects=("planning",)),
    Gap(about="interface", text="the interface of crew could not be read"),
)


@cache
def catalogue() -> Catalogue:
    """``operations`` and ``reference`` have five products, which ``planning`` and the project ``crew`` use.

    On 15 June 2026: ``flights.v1`` ends in 16 days; ``tails.v1`` ended in May and is still used; ``old_codes`` ended
    in January and is used by nobody. The promise of ``operations`` is kept, that of ``reference`` broken.
    """
    was = project("operations", _OLD, at="2026-05-01T08:00:00Z")
    operations = project("operations", _NEW, at="2026-06-01T08:00:00Z")
    group = Group(name="ops", description="Everything that *moves*.")
    reference = project("reference", _AIRPORTS, at="2026-05-20T08:00:00Z")
    planning = consumer(
        "planning",
        use(("int_a", "int_b"), v=1, columns=["carrier"]),
        use("int_b", "tails", v=1),
        use("int_c", "delays", columns=["minutes"]),
        {"project": "reference", "product": "airports", "by": ["int_a"]},
        at="2026-05-10T08:00:00Z",
    )
    crew = consumer("crew", use("int_c", v=2))
    made = world(
        replace(operations, groups=(group,)),
        reference,
        planning,
        crew,
        description="What *flies*.",
        domains={"crew": "planning"},
        purposes={"operations": "Runs the **day**."},
        history={"operations": (was, operations), "reference": (reference,), "planning": (planning,)},
        checked={"operations": NOW - timedelta(hours=2), "reference": NOW - timedelta(days=12)},
        builds={
            "operations": Build(status="success", at="2026-06-15T10:00:00Z"),
            "reference": Build(status="failed", at="2026-06-14T10:00:00Z"),
        },
        scores=Scorecard(
            mesh=replace(_CARD, kind="mesh", name=""),
            domains=(_CARD,),
            products=(replace(_CARD, kind="product", name="operations.flights.v2", parts=_PARTS),),
        ),
        gaps=GAPS,
    )
    found = catalogue_of(made)
    return replace(found, products=tuple(_tested(product) for product in found.products))


def _tested(product: ProductFacts) -> ProductFacts:
    """With a test that fails, where it is the one of airports."""
    if product.name != "airports":
        return product
    checks = (CheckFacts(name="unique", columns=("airport_code",), status="fail", failures=3),)
    return replace(product, versions=tuple(replace(version, checks=checks) for version in product.versions))


@cache
def with_models() -> Catalogue:
    """The same for who may see everything: a model of ``operations`` with its SQL, and a seed that nobody describes."""
    known = ModelFacts(
        label="operations.int_flights",
        kind="model",
        project="operations",
        domain="operations",
        page="models/operations/int_flights.html",
        description="Flights **cleaned**.",
        path="models/int_flights.sql",
        materialized="view",
        access="private",
        columns=(ModelColumn(name="flight_id", data_type="varchar", description="The key."),),
        reads=(("operations.raw.flights", None),),
        read_by=(("operations.flights.v2", "products/operations/flights/index.html"),),
        checks=(CheckFacts(name="not_null", columns=("flight_id",), status="pass"),),
        sql="select * from {{ ref('x') }} where 1 < 2",
        compiled='select * from "prod"."x" where 1 < 2',
    )
    bare = replace(known, label="planning.seed_a", kind="seed", project="planning", page="models/planning/seed_a.html")
    bare = replace(bare, description="", path="", columns=(), reads=(), read_by=(), checks=(), sql=None, compiled=None)
    return replace(catalogue(), profile="all", models=(known, bare))


def many(number: int, of: Catalogue | None = None) -> Catalogue:
    """A catalogue with ``number`` products, all made like its first one."""
    base = of or catalogue()
    first = base.products[0]
    products = [
        replace(first, product=replace(first.product, name=f"p{n:05}"), folder=f"products/operations/p{n:05}/")
        for n in range(number)
    ]
    return replace(base, products=tuple(products))


def product(name: str) -> ProductFacts:
    """One of the catalogue's."""
    return next(found for found in catalogue().products if found.name == name)


def changed(version: VersionFacts, **fields: Any) -> Catalogue:
    """A catalogue of nothing but the product of ``version``, which is different in ``fields``."""
    base = catalogue()
    owner = next(found for found in base.products if version in found.versions)
    return replace(base, products=(replace(owner, versions=(replace(version, **fields),)),))


def files(make: Maker, of: Catalogue | None = None, base_url: str = "") -> dict[str, str]:
    """The pages that ``make`` writes, by path."""
    pages = list(make(Renderer(of or catalogue(), base_url)))
    assert len({page.path for page in pages}) == len(pages)
    return {page.path: str(page.content) for page in pages}
