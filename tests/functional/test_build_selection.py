"""What is selected is built, across projects; the rest keeps its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.builds import Told, build, ran, runs_of
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("selection")]

STAMP = "{{ config(materialized='table', tags=%s) }} select %s as n, '{{ invocation_id }}' as built%s"
PUBLIC = """
    models:
      - name: %s
        config: {access: public}
        columns: [{name: n, data_tests: [not_null]}]
    """


def model(n: int = 1, *, reads: str = "", tag: str = "daily") -> str:
    """A table that knows by which run of dbt it was built."""
    return STAMP % (f"['{tag}']", n, f" from {{{{ ref({reads}) }}}}" if reads else "")


PROJECTS = {
    "fleet": {
        "models/planes.sql": model(),
        "models/aircraft.sql": model(reads="'planes'"),
        "models/hangars.sql": model(tag="nightly"),
        "models/fleet.yml": PUBLIC % "aircraft",
    },
    "planning": {
        "models/routes.sql": model(reads="'fleet', 'aircraft'"),
        "models/shifts.sql": model(tag="nightly"),
        "models/planning.yml": PUBLIC % "routes",
    },
    "news": {
        "models/board.sql": model(reads="'planning', 'routes'"),
        "models/paper.sql": model(reads="'board'"),
    },
}
READS = {"planning": ("fleet",), "news": ("planning",)}
MODELS = {
    f"{project}.{Path(path).stem}" for project, files in PROJECTS.items() for path in files if path.endswith(".sql")
}


def builds(mesh: BuiltMesh) -> dict[str, str]:
    """By which run of dbt each model was built that consumers read."""
    data = mesh.connect()
    (files,) = zip(*data.execute("select distinct database_name from duckdb_tables()").fetchall(), strict=True)
    found: dict[str, str] = {}
    for name in sorted(MODELS):
        project, table = name.split(".")
        if project in files:
            ((found[name],),) = data.execute(f"select built from {project}.main.{table}").fetchall()
    return found


def rebuilt(mesh: BuiltMesh, before: dict[str, str]) -> set[str]:
    return {name for name, run in builds(mesh).items() if before.get(name) != run}


def files_of(mesh: BuiltMesh) -> dict[str, int]:
    """Every file that a build may leave, but the caches."""
    state = mesh.root / ".mesh"
    files = (path for path in state.rglob("*") if path.is_file() and "cache" not in path.relative_to(state).parts)
    return {str(path.relative_to(state)): path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh("name: selective\nprojects: [fleet, planning, news]\nenvironments: {dev: {}, prod: {}}\n")
    for name, files in PROJECTS.items():
        mesh.project(name, files, reads=READS.get(name, ()))
    return mesh


def test_a_part_of_a_project_that_was_never_built_is_no_generation(mesh: BuiltMesh) -> None:
    told = build(mesh, "fleet.hangars", code=1)
    assert told.statuses == {"fleet": "failed"}
    assert str(told.project("fleet").error).splitlines() == [
        "built, but not published: fleet.aircraft was not built, so there is nothing to publish",
        "  --> fleet/dbt_project.yml:1:1",
        "  hint: a product is a table or a view; build the whole project once: mesh build --select fleet",
    ]
    assert not (mesh.root / ".mesh/data/dev/fleet/current").exists()


@pytest.fixture(scope="module")
def built(mesh: BuiltMesh) -> Told:
    told = build(mesh)
    assert told.run.ok, told.output
    return told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["fleet.aircraft++"],
            [
                "error: --select cannot be read",
                "  --select: 'fleet.aircraft++'",
                "                            ^ expected a number or the end after '+'",
            ],
            id="syntax",
        ),
        pytest.param(["fleet.aircaft"], ["error: --select fleet.aircaft matches nothing"], id="no such model"),
        pytest.param(["flet"], ["error: --select flet matches nothing"], id="no such project"),
        pytest.param(["tag:nightly,news"], ["error: --select tag:nightly,news matches nothing"], id="nothing left"),
        pytest.param(["--env", "live"], ["error: no environment 'live' in mesh.yml"], id="environment"),
    ],
)
def test_a_slip_of_the_pen_is_no_build(mesh: BuiltMesh, built: Told, arguments: list[str], expected: list[str]) -> None:
    assert built.run.ok
    before = runs_of(mesh)
    done = mesh.run("mesh", "build", *arguments, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[: len(expected)] == expected
    assert runs_of(mesh) == before


def test_a_dry_run_says_what_would_be_built_and_why_and_leaves_everything_alone(mesh: BuiltMesh, built: Told) -> None:
    assert built.run.ok
    mesh.write("planning/models/shifts.sql", model(3, tag="nightly"))
    before = files_of(mesh)
    done = mesh.run("mesh", "build", "--dry-run")
    why = {name: (action, why) for name, action, why in (row.split(maxsplit=2) for row in done.stdout.splitlines()[3:])}
    assert why["fleet"] == ("unchanged", "nothing that it is made of has changed")
    assert why["planning"] == ("build", "models/shifts.sql changed")
    assert why["news"] == ("maybe", "only if the data that it reads of planning changes")
    assert files_of(mesh) == before


def test_a_dry_run_of_nodes_counts_them(mesh: BuiltMesh, built: Told) -> None:
    """What has changed must be parsed for that; nothing stays of it."""
    assert built.run.ok
    before = files_of(mesh)
    done = mesh.run("mesh", "build", "--dry-run", "2+planning.routes+1")
    assert [row.split(")")[0] for row in done.stdout.splitlines()[3:]] == [
        "fleet (3 nodes",
        "planning (3 nodes",
        "news (2 nodes",
    ]
    assert {path for path in files_of(mesh).items() ^ before.items() if not path[0].startswith("lock/")} == set()


def run_of(told: Told) -> set[str]:
    """What dbt ran in all projects: ``project.model``, and tests by their names."""
    nodes = [(project, *node.split(".")) for project in told.statuses for node in ran(told, project)]
    return {f"{project}.{name}" if kind == "model" else name for project, kind, name in nodes}


def test_selected_nodes_are_built_and_the_others_keep_their_data(mesh: BuiltMesh, built: Told) -> None:
    assert built.run.ok
    mesh.write("planning/models/shifts.sql", PROJECTS["planning"]["models/shifts.sql"])
    before = builds(mesh)
    told = build(mesh, "--force", "--select", "fleet.aircraft+", "--exclude", "paper")
    assert rebuilt(mesh, before) == {"fleet.aircraft", "planning.routes", "news.board"}
    tests = {"not_null_aircraft_n", "not_null_routes_n", "mesh_guard_fleet_aircraft", "mesh_guard_planning_routes"}
    assert run_of(told) == {"fleet.aircraft", "planning.routes", "news.board"} | tests


def test_a_part_with_nothing_else_changed_leaves_the_whole_unchanged(mesh: BuiltMesh, built: Told) -> None:
    """What was not selected is what the files say already."""
    assert built.run.ok
    before = builds(mesh)
    told = build(mesh, "--force", "tag:nightly,fleet", "1+board,tag:daily")
    assert rebuilt(mesh, before) == {"fleet.hangars", "planning.routes", "news.board"}
    assert run_of(told) >= {"fleet.hangars", "planning.routes", "news.board"}
    assert build(mesh, "fleet").statuses == {"fleet": "unchanged"}


def test_a_part_with_other_files_changed_is_followed_by_the_whole(mesh: BuiltMesh, built: Told) -> None:
    assert built.run.ok
    mesh.write("fleet/models/planes.sql", model(2))
    mesh.write("fleet/models/hangars.sql", model(2, tag="nightly"))
    before = builds(mesh)
    told = build(mesh, "fleet.hangars")
    assert told.reasons("fleet") == ("models/hangars.sql changed", "models/planes.sql changed")
    assert rebuilt(mesh, before) == {"fleet.hangars"}
    assert build(mesh, "fleet").reasons("fleet") == ("last time only a part was built: fleet.hangars",)
    assert mesh.connect().execute("select n from fleet.main.planes").fetchall() == [(2,)]
