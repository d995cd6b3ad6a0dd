"""Products before and after, the SQL of consumers, and what the verdict must be: ``tests/cases/consumers/*.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.model.change import BUMPS, Change, Hit
from support.consumer_meshes import verdicts_of

FOLDER = Path(__file__).parents[3] / "cases" / "consumers"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['says']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
NEEDED = {"safe": "none", "dangerous": "minor", "breaking": "major"}


@pytest.mark.parametrize("case", CASES)
def test_what_consumers_make_of_a_change(case: dict[str, Any]) -> None:
    found = verdicts_of(case)
    told = {
        _title(verdict.change): {"is": verdict.effective, "hits": [_words(hit) for hit in verdict.hits]}
        for verdict in found
    }
    assert told == {title: {"hits": [], **expected} for title, expected in _without_words(case).items()}
    for verdict in found:
        assert BUMPS.index(verdict.bump) >= BUMPS.index(NEEDED[verdict.effective])
        expected = case["verdicts"][_title(verdict.change)]
        assert expected.get("because", "") in verdict.reason
        details = " | ".join(hit.detail for hit in verdict.hits)
        assert expected.get("tells", "") in details


def _without_words(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        title: {key: value for key, value in expected.items() if key in {"is", "hits"}}
        for title, expected in case["verdicts"].items()
    }


def _title(change: Change) -> str:
    return " ".join((change.name, *change.columns))


def _words(hit: Hit) -> str:
    through = f" through {hit.through}" if hit.through else ""
    return f"{hit.label} {hit.effect} {hit.method}{through}"
