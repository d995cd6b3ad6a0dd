"""The reference mesh knows who uses what: in its locks, in what it publishes, and in `mesh impact`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.interface.registry import open_registry
from mesh_tools.model.interface import Interface
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]


def published(mesh: BuiltMesh, project: str) -> Interface:
    found = open_registry(".mesh/registry", base=mesh.root).get(project, "dev")
    assert found is not None
    return found


def impact(mesh: BuiltMesh, product: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(mesh.run("mesh", "impact", product, "--format", "json").stdout)
    return document


def test_the_committed_locks_are_those_of_what_is_built(reference_mesh: BuiltMesh) -> None:
    """`mesh sync` writes them anew."""
    reference_mesh.run("mesh", "sync", "--locked")
    committed = {path.parent.name for path in (REPOSITORY / "projects").glob("*/mesh.lock")}
    using = {path.parent.name for path in (REPOSITORY / "projects").glob("*/dependencies.yml") if _has_upstreams(path)}
    assert committed == using


def _has_upstreams(path: Path) -> bool:
    return "- name:" in path.read_text(encoding="utf-8")


def test_what_is_published_says_which_columns_are_used(reference_mesh: BuiltMesh) -> None:
    uses = published(reference_mesh, "punctuality").consumptions
    (flights,) = [use for use in uses if use.product == "flights"]
    assert (flights.project, flights.v, flights.pinned, flights.by) == ("operations", 2, True, ("int_flights_judged",))
    assert flights.columns is not None
    assert {"carrier_code", "flight_status"} < set(flights.columns)
    assert "distance_km" not in flights.columns
    assert "carrier_code" in flights.typed, "it reaches the contract of carrier_punctuality_monthly as it is"
    assert all(use.columns is not None for use in uses)


def test_what_is_published_has_digests_of_its_logic_and_no_sql(reference_mesh: BuiltMesh) -> None:
    versions = [v for p in published(reference_mesh, "operations").products for v in p.versions]
    assert all(version.logic and version.logic.rows for version in versions)
    assert all(
        version.logic and set(version.logic.columns) == {c.name for c in version.columns} for version in versions
    )


def test_a_column_is_followed_through_the_whole_mesh(reference_mesh: BuiltMesh) -> None:
    found = impact(reference_mesh, "operations.flights.v2.carrier_code")
    uses = {use["label"]: use for use in found["uses"]}
    monthly = uses["punctuality.carrier_punctuality_monthly"]
    assert monthly["through"] == ["punctuality.int_flights_judged"]
    assert monthly["made"] == [{"column": "carrier_code", "kind": "pass"}]
    assert "group" in monthly["uses"]
    assert uses["punctuality.exposure:on_time_report"]["effect"] == "may"
    assert "planning.route_block_times" in found["untouched"]
    told = {notice["owner"]["email"] for notice in found["notify"]}
    assert told == {"network-performance@skies.example", "network-planning@skies.example"}
    assert found["notes"] == []


def test_a_product_is_used_across_three_projects(reference_mesh: BuiltMesh) -> None:
    lines = reference_mesh.run("mesh", "impact", "flights.v2").stdout.splitlines()
    assert lines[0] == "operations.flights.v2 is used by 15 models and 3 exposures of 3 projects"
    chart = reference_mesh.run("mesh", "impact", "flights.v2.tail_number", "--format", "mermaid").stdout
    assert chart.startswith("flowchart LR\n")
    assert 'target["operations.flights.v2.tail_number"]' in chart


def test_the_transcript_of_the_documentation_is_true(reference_mesh: BuiltMesh) -> None:
    page = (REPOSITORY / "docs" / "impact.md").read_text(encoding="utf-8")
    command, _, output = page.partition("```console\n$ ")[2].partition("```")[0].partition("\n")
    assert reference_mesh.run(*command.split()).stdout == output


def test_an_unknown_column_is_told_what_is_near(reference_mesh: BuiltMesh) -> None:
    done = reference_mesh.run("mesh", "impact", "flights.v2.carrier", check=False)
    assert done.returncode == 2
    assert "hint: did you mean 'carrier_code'?" in done.stderr
