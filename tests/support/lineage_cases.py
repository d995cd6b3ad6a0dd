"""The hand-checked cases of lineage, and lineage in the form in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.lineage.tasks import Task
from mesh_tools.model.lineage import ModelLineage

CASES = Path(__file__).parents[1] / "cases" / "lineage"
FILES = sorted(CASES.glob("*.yml"))


def _cases() -> Iterator[Any]:
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield pytest.param(task_of(document, case), case, id=f"{path.stem}: {case['name']}")


def task_of(document: dict[str, Any], case: dict[str, Any]) -> Task:
    relations = {**document["relations"], **case.get("relations", {})}
    return Task(
        sql=case["sql"],
        dialect=document["dialect"],
        relations=tuple((tuple(name.split(".")), name) for name in relations),
        columns=tuple((name, tuple(columns or ()), columns is not None) for name, columns in relations.items()),
    )


def found_in(lineage: ModelLineage) -> dict[str, Any]:
    return {
        "columns": {
            name: sorted(f"{edge.node}.{edge.column} {edge.kind}" for edge in edges)
            for name, edges in lineage.columns.items()
        },
        "uses": sorted(f"{use.node}.{use.column}: {use.kind}" for use in lineage.indirect),
        "hazards": sorted(f"{read.node} {read.hazard}" for read in lineage.hazards),
        "complete": lineage.complete,
    }


def expected_by(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "columns": {name: _edges(edges) for name, edges in case["columns"].items()},
        "uses": sorted(case.get("uses", ())),
        "hazards": sorted(case.get("hazards", ())),
        "complete": case.get("complete", True),
    }


def _edges(written: str | list[str]) -> list[str]:
    return sorted([written] if isinstance(written, str) and written else written or ())


ALL_CASES = list(_cases())
