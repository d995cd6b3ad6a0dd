"""The order in which projects are built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mesh_tools.build.plan.order import build_order
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.mesh.workspace import Workspace

SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"


def project(root: Path, name: str, reads: str = "") -> None:
    (root / name / "target").mkdir(parents=True)
    (root / name / "dbt_project.yml").write_text(f"name: {name}\n")
    if reads:
        (root / name / "dependencies.yml").write_text(f"projects: [{{name: {reads}}}]\n")


def parsed(root: Path, name: str, **content: Any) -> None:
    """What dbt has left of a project."""
    metadata = {"dbt_schema_version": SCHEMA, "dbt_version": "1.11.0", "project_name": name}
    (root / name / "target" / "manifest.json").write_text(json.dumps({"metadata": metadata, **content}))


def order(root: Path, *chosen: str) -> tuple[tuple[str, ...], ...]:
    return build_order(Workspace.open(root), chosen, "dev").knots


def test_declared_upstreams_come_first_and_circles_together(tmp_path: Path) -> None:
    for name, reads in {"a": "b", "b": "c", "c": "", "x": "y", "y": "x"}.items():
        project(tmp_path, name, reads)
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [a, b, c, x, y]\n")
    assert order(tmp_path, "a", "b", "c", "x", "y") == (("c",), ("b",), ("a",), ("x", "y"))
    assert order(tmp_path, "a", "c", "x") == (("c",), ("a",), ("x",))  # a reads c by way of b


def test_a_source_that_another_project_builds_counts_once_it_was_parsed(tmp_path: Path) -> None:
    """Nobody declares it, and still the one must be built before the other."""
    for name in ("reader", "writer"):
        project(tmp_path, name)
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [reader, writer]\n")
    assert order(tmp_path, "reader", "writer") == (("reader",), ("writer",))

    place = {"database": "writer", "schema": "main"}
    model = {"resource_type": "model", "unique_id": "model.writer.orders", "name": "orders", "package_name": "writer"}
    parsed(tmp_path, "writer", nodes={"model.writer.orders": {**model, **place, "alias": "orders"}})
    source = {"resource_type": "source", "unique_id": "source.reader.raw.orders", "package_name": "reader"}
    named = {"source_name": "raw", "name": "orders", "identifier": "orders"}
    parsed(tmp_path, "reader", sources={"source.reader.raw.orders": {**source, **named, **place}})
    assert order(tmp_path, "reader", "writer") == (("writer",), ("reader",))


def test_of_what_is_read_as_a_source_everything_is_waited_for(tmp_path: Path) -> None:
    """A source may be any table, so that the products of its project are not enough."""
    for name in ("reader", "writer"):
        project(tmp_path, name)
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [reader, writer]\n")
    place = {"database": "writer", "schema": "main"}
    model = {"resource_type": "model", "unique_id": "model.writer.orders", "name": "orders", "package_name": "writer"}
    parsed(tmp_path, "writer", nodes={"model.writer.orders": {**model, **place, "alias": "orders"}})
    source = {"resource_type": "source", "unique_id": "source.reader.raw.orders", "package_name": "reader"}
    named = {"source_name": "raw", "name": "orders", "identifier": "orders"}
    parsed(tmp_path, "reader", sources={"source.reader.raw.orders": {**source, **named, **place}})
    found = build_order(Workspace.open(tmp_path), ("reader", "writer"), "dev")
    assert found.whole[("reader",)] == {("writer",)}
    schedule = Schedule(found.upstream, found.whole)
    schedule.begin(("writer",))
    schedule.published(("writer",))
    assert not schedule.has_waiting(("writer",))
    assert schedule.ready() == []
    schedule.done(("writer",))
    assert schedule.ready() == [("reader",)]
