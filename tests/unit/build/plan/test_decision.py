"""Why a project must be built, as ``tests/cases/build/decisions.yml`` has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from mesh_tools.build.plan.decision import reasons_to_build
from mesh_tools.build.storage import Inputs, Record

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[3] / "cases" / "build" / "decisions.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_reasons_to_build(case: dict[str, Any]) -> None:
    known = case.get("record", {})
    before = {"inputs": case["before"]} if "before" in case else {}
    written = {"id": "gen-1-a", "project": "shop", "run": "r", "built_at": "", **(known or {}), **before}
    record = None if known is None else msgspec.convert(written, Record)
    assert list(reasons_to_build(record, msgspec.convert(case["now"], Inputs))) == case["reasons"]
