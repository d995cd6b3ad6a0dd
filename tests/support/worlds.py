"""Worlds for the catalogue, from fragments of interfaces (see :mod:`support.interfaces`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import msgspec
from msgspec.structs import replace

from mesh_tools.contracts.impact.impact import Known
from mesh_tools.model.interface import Consumption, Interface
from mesh_tools.site.gather.world import World
from support.interfaces import interface_from

NOW = datetime(2026, 6, 15, 12, tzinfo=timezone.utc)


def project(name: str, fragment: Mapping[str, Any], *uses: Mapping[str, Any], at: str | None = None) -> Interface:
    """The interface of ``name``; ``uses`` are its consumptions, ``at`` since when it promises this."""
    made = interface_from({**fragment, "interface": {**fragment.get("interface", {}), "project": name}})
    consumptions = tuple(msgspec.convert(dict(use), Consumption) for use in uses)
    return replace(made, domain=None, consumptions=consumptions, published_at=at, promised_since=at)


def consumer(name: str, *uses: Mapping[str, Any], at: str | None = None) -> Interface:
    """A project without products."""
    return project(name, {"product": None}, *uses, at=at)


def use(by: str | tuple[str, ...], product: str = "flights", **more: Any) -> dict[str, Any]:
    """A consumption of a product of ``operations``."""
    names = [by] if isinstance(by, str) else list(by)
    return {"project": "operations", "product": product, "by": names, **more}


def world(*interfaces: Interface, **more: Any) -> World:
    """A world of these projects, all of them published."""
    known = {interface.project: interface for interface in interfaces}
    fields = {"interfaces": known, "published": known, "known": Known(interfaces=known), **more}
    return World(name="skies", environment="prod", now=NOW, **fields)
