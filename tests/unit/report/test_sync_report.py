"""What `mesh sync` prints: for people and for programs."""

from __future__ import annotations

import io
import json

import pytest

from mesh_tools.contracts.news import News, Unlocked
from mesh_tools.contracts.synced import Synced
from mesh_tools.errors import MeshError
from mesh_tools.interface.lock import Lock, LockDifference, LockedProduct, LockedUpstream
from mesh_tools.interface.sync import ProjectSync, UpstreamSync
from mesh_tools.model.change import Change
from mesh_tools.report.console import console
from mesh_tools.report.sync import print_sync, sync_document

LOCKED = LockedProduct(product="orders", v="1", semantic_version="1.0.0", fingerprint="a")
NOW = LockedProduct(product="orders", v="1", semantic_version="1.1.0", fingerprint="b")
GONE = Change(
    rule="CHG003",
    name="column-removed",
    project="shop",
    product="orders",
    v=1,
    columns=("state",),
    cls="breaking",
    bump="major",
    level="bind",
    message="column state is gone",
)
NEW = Change(
    rule="CHG040",
    name="product-added",
    project="shop",
    product="items",
    cls="safe",
    bump="minor",
    level="service",
    message="items is new",
)
SHOP = UpstreamSync(name="shop", origin="registry", state="changed", stubs=("orders",), written=True)
SYNCED = [
    Synced(result=ProjectSync(project="shop")),
    Synced(
        result=ProjectSync(
            project="sales",
            upstreams=(
                SHOP,
                UpstreamSync(name="plain", origin="manifest", state="new", stubs=("a", "b"), written=True),
                UpstreamSync(name="quiet", origin="registry", state="unchanged", stubs=(), written=False),
            ),
            removed=("old",),
            lock=Lock(project="sales", upstreams=(LockedUpstream(project="shop", products=(NOW,)),)),
            warnings=(MeshError("careful"),),
        ),
        news={"shop": (News(change=GONE, touch="models", by=("sold",)), News(change=NEW, touch="not_used"))},
        lock_written=True,
    ),
    Synced(result=ProjectSync(project="plan", errors=(MeshError("one", hint="two"),))),
    Synced(
        result=ProjectSync(
            project="tax",
            upstreams=(SHOP,),
            unlocked=(LockDifference(upstream="shop", locked=LOCKED, now=NOW),),
        ),
        news={"shop": (News(change=GONE, touch="not_columns"),)},
        unlocked=(
            Unlocked(
                difference=LockDifference(upstream="shop", locked=LOCKED, now=NOW),
                text="shop.orders.v1 changed from 1.0.0 to 1.1.0",
                news=(News(change=GONE, touch="product"),),
            ),
        ),
    ),
]


@pytest.fixture
def lines() -> list[str]:
    stream = io.StringIO()
    print_sync(console(stream), SYNCED)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_sync_says_what_changed_upstream_and_whether_that_is_used(lines: list[str]) -> None:
    assert lines[:7] == [
        "shop   ok  no upstreams",
        "sales  ok  shop (1 product, changed), plain (2 products, new, from its manifest), quiet (0 products)",
        "  shop.orders.v1: column state is gone (breaking; used by sold)",
        "  shop.items: items is new (safe)",
        "  old: no longer declared, its package was removed",
        "  mesh.lock was written: look at it, and commit it",
        "plan   refused",
    ]


def test_what_is_wrong_comes_last_and_what_is_not_locked_with_its_changes(lines: list[str]) -> None:
    assert lines[7:] == [
        "tax    refused",
        "warning: careful",
        "error: one",
        "  hint: two",
        "error: what tax uses is not what mesh.lock has",
        "  shop.orders.v1 changed from 1.0.0 to 1.1.0",
        "    shop.orders.v1: column state is gone (breaking; a product used here)",
        "  hint: see whether tax still fits, then run `mesh sync --select tax` and commit mesh.lock",
    ]


def test_a_sync_for_programs() -> None:
    document = json.loads(json.dumps(sync_document(SYNCED, "dev")))
    assert document["environment"] == "dev"
    assert [project["ok"] for project in document["projects"]] == [True, True, False, False]
    sales, tax = document["projects"][1], document["projects"][3]
    assert [(c["rule"], c["cls"], c["used"], c["by"]) for c in sales["upstreams"][0]["changes"]] == [
        ("CHG003", "breaking", True, ["sold"]),
        ("CHG040", "safe", False, []),
    ]
    assert sales["removed"] == ["old"]
    assert sales["lock_written"] is True
    assert sales["lock"][0]["products"][0]["semantic_version"] == "1.1.0"
    assert tax["unlocked"][0]["locked"]["fingerprint"] == "a"
    assert tax["unlocked"][0]["changes"][0]["touch"] == "product"
