"""A catalogue in which everything occurs that machines read, and its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from msgspec.structs import replace

from mesh_tools.model.interface import Relation
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.gather.catalogue import catalogue_of
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.site import site_pages
from support.worlds import NOW, consumer, project, use, world

Maker = Callable[[Renderer], Iterator[Page]]

PUBLISHED = ("2026-05-01T08:00:00+00:00", "2026-06-01T08:00:00Z")
_FLIGHTS: dict[str, Any] = {
    "description": "Flights [that left](https://skies.example), é and 🛫.",
    "product": {"renamed_from": ["departures", "airports"], "owner": {"name": "Ops", "email": "ops@skies.example"}},
    "freshness": {"count": 1, "period": "day"},
    "columns": {
        "carrier": {"description": "IATA code.", "deprecated_until": "2026-12-01"},
        "distance_km": {"unit": "km", "classification": "internal"},
    },
    "guarantees": [
        {"kind": "accepted_values", "columns": ["carrier"], "arguments": {"values": ["AA", "B6"]}},
        {"kind": "unique", "columns": ["flight_id", "carrier"]},
    ],
    "others": {"airports": {}, "Odd/name é": {}},
}
_OLD = {**_FLIGHTS, "versions": {1: {}}}
_NEW = {
    **_FLIGHTS,
    "product": {**_FLIGHTS["product"], "latest": 2},
    "versions": {1: {"deprecation_date": "2026-07-01"}, 2: {"semantic_version": "2.0.0", "columns": {"carrier": None}}},
}


@cache
def catalogue() -> Catalogue:
    """Of ``operations`` with its flights, and of ``planning``, which uses them."""
    old, new = (project("operations", part, at=at) for part, at in zip((_OLD, _NEW), PUBLISHED, strict=True))
    planning = consumer("planning", use(("int_a", "exposure:board"), v=1, columns=["carrier"]), use("int_b", v=2))
    relations = {"flights.v2": Relation(database="skies", schema="prod", identifier="flights")}
    return catalogue_of(
        world(
            replace(new, relations=relations),
            planning,
            description="What flies.",
            history={"operations": (old, new), "planning": (planning,)},
            checked={"operations": NOW - timedelta(hours=2)},
        )
    )


def named(name: str, **version: Any) -> Catalogue:
    """Of one product of this name."""
    return catalogue_of(world(project("operations", {"product": None, "others": {name: version}})))


def files(*makers: Maker, of: Catalogue | None = None, base_url: str = "") -> dict[str, str]:
    """What they write, by path."""
    renderer = Renderer(of or catalogue(), base_url)
    return texts(page for make in makers for page in make(renderer))


@cache
def whole_site() -> dict[str, str]:
    """All files."""
    return texts(site_pages(catalogue()))


def texts(pages: Iterable[Page]) -> dict[str, str]:
    """The content of each file, by path."""
    return {
        page.path: page.content if isinstance(page.content, str) else page.content.decode("ascii") for page in pages
    }


def documents() -> dict[str, Any]:
    """The JSON below ``api/v1``, by path."""
    return {path: json.loads(text) for path, text in whole_site().items() if path.endswith(".json")}
