"""What is told of two interfaces of one project. Each case is a file: before, after, and the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mesh_tools.interface.changes import differences
from mesh_tools.model.interface import Interface

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "interface" / "changes.json").read_text(encoding="utf-8")
)


def interface(products: dict[str, Any]) -> Interface:
    """From the short form of the cases: what every product has anyway is added."""
    common = {"semantic_version": "1.0.0", "path": "x.sql"}
    full = [
        {**product, "name": name, "versions": [{**common, **version} for version in product.get("versions", [{}])]}
        for name, product in products.items()
    ]
    return msgspec.convert({"project": "shop", "products": full}, Interface)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_differences(case: dict[str, Any]) -> None:
    found = differences(interface(case["before"]), interface(case["after"]))
    assert [difference.text for difference in found] == case["text"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_interface_does_not_differ_from_itself(case: dict[str, Any]) -> None:
    assert differences(interface(case["after"]), interface(case["after"])) == ()
