"""Three small projects with real SQL, and what is known of them: shop, which sales reads, which tax reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mesh_tools.artifacts.compiled import decode_compiled
from mesh_tools.artifacts.manifest import decode_manifest
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.errors import Location
from mesh_tools.interface.extract import interface_of
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.interface import Interface
from support.compiled import manifest_of

WHERE = Location("manifest.json")


def known_of(manifests: Mapping[str, Mapping[str, Any]], *published: Interface, traced: bool = True) -> Known:
    """All that there is to know of projects; ``published`` are those of which no manifest is at hand."""
    data = [json.dumps(manifest).encode() for manifest in manifests.values()]
    read = [decode_manifest(one, WHERE) for one in data]
    lineage = trace(inputs_of(decode_compiled(one, WHERE) for one in data)) if traced else {}
    interfaces = {interface.project: interface for interface in (*map(interface_of, read), *published)}
    return Known(manifests=tuple(read), lineage=lineage, interfaces=interfaces)


PUBLIC = {"access": "public", "config": {"materialized": "table", "contract": {"enforced": True}}}
ORDERS = ("id", "state", "amount")
STUB = {"shop.orders.v2": ORDERS}


def group(project: str, email: str | None, **more: str) -> dict[str, Any]:
    owner = {"name": project.capitalize(), "email": email, **more}
    return {f"group.{project}.team": {"name": "team", "package_name": project, "owner": owner}}


SHOP = manifest_of(
    "shop",
    {
        "raw": {"sql": "select 1 as id, 'x' as state, 2 as amount", "group": "team"},
        "orders.v1": {"reads": ["raw"], "sql": "select id, state from {raw}", "columns": ("id", "state"),
                      "latest_version": 2, "group": "team", **PUBLIC},
        "orders.v2": {"reads": ["raw"], "sql": "select id, state, amount from {raw}", "columns": ORDERS,
                      "latest_version": 2, "group": "team", **PUBLIC},
        "open_orders": {"reads": ["orders.v2"], "sql": "select id from {orders_v2} where state = 'open'",
                        "group": "team"},
        "items": {"sql": "select 1 as id", "columns": ("id",), "group": "team", **PUBLIC},
    },
    groups=group("shop", "shop@example.com", slack="#shop"),
)  # fmt: skip
SALES = manifest_of(
    "sales",
    {
        "stg": {"reads": ["shop.orders.v2"], "stub_columns": STUB, "group": "team",
                "sql": "with o as (select * from {orders_v2}) select id, state as status, amount from o"},
        "open": {"reads": ["stg"], "sql": "select id from {stg} where status = 'open'", "group": "team"},
        "counted": {"reads": ["open"], "sql": "select count(*) as n from {open}", "columns": ("n",), "group": "team",
                    **PUBLIC},
        "totals": {"reads": ["stg"], "sql": "select upper(status) as label, sum(amount) as total from {stg} group by 1",
                   "columns": ("label", "total"), "group": "team", **PUBLIC},
        "ids": {"reads": ["stg"], "sql": "select id from {stg}", "group": "team"},
        "magic": {"reads": ["stg"], "language": "python", "group": "team"},
        "spell": {"reads": ["magic"], "sql": "select x from {magic}", "group": "team"},
    },
    groups=group("sales", "sales@example.com"),
    exposures={"board": {"reads": ["totals"], "url": "https://bi.example.com/board",
                         "owner": {"email": "board@example.com"}}},
)  # fmt: skip
TAX = manifest_of(
    "tax",
    {
        "due": {"reads": ["sales.totals"], "stub_columns": {"sales.totals": ("label", "total")},
                "sql": "select total * 0.2 as due from {totals}"},
    },
)  # fmt: skip
