"""A fresh clone, in which nothing was built: the committed interfaces are enough to parse in both engines."""

from __future__ import annotations

import pytest

from support.meshes import BuiltMesh

pytestmark = pytest.mark.dbt


def test_every_project_parses_from_the_committed_interfaces_alone(fresh_clone: BuiltMesh) -> None:
    """In both engines, versioned products included."""
    synced = fresh_clone.run("mesh", "sync")
    assert "operations (2 products, new, from its interface.yml)" in synced.stdout
    for project in ("operations", "punctuality", "planning"):
        folder = f"projects/{project}"
        fresh_clone.run("dbt", "deps", folder=folder)
        fresh_clone.run("dbt-core-experimental-parser", "parse", folder=folder)
    fresh_clone.run("dbt", "parse", folder="projects/punctuality")


def test_building_a_project_before_its_upstreams_tells_what_to_build(fresh_clone: BuiltMesh) -> None:
    """The guards fail, and nothing that depends on them is tried."""
    built = fresh_clone.run("mesh", "build", "--select", "punctuality", check=False)
    assert built.returncode == 1
    missing = 'operations.flights.v2 is not in the warehouse ("operations"."not_published"."flights_v2")'
    assert f"{missing}: run `mesh build --env dev --select +operations`, then `mesh sync`" in built.stdout
    assert "Traceback" not in built.stdout + built.stderr
