"""A build that is interrupted or killed: nothing published is lost, nothing is left running, and it can go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_tools.build.events import NodeFinished, RunFinished
from mesh_tools.build.runs import Run, RunHistory, read_journal
from support.meshes import BuiltMesh
from support.processes import locks_held, processes_of, start, wait_for, workers_of

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("interrupted")]

PUBLIC = "models: [{name: %s, config: {access: public, materialized: table}}]\n"
# Says by the pipe that it runs, and then does not end.
FOREVER = """
    select count(*) as n
    from read_csv('PIPE', columns = {'x': 'int'}), range(100000000000000) as r
    where r.range % 7 = 3
"""
ENDLESS = "{{ config(materialized='table') }}\n" + FOREVER


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """A project that is quick, and then one that does not end."""
    mesh = new_mesh("name: stubborn\nprojects: [quick, endless]\n")
    os.mkfifo(mesh.root / "pipe")
    mesh.project("quick", {"models/one.sql": "select 1 as id", "models/one.yml": PUBLIC % "one"})
    mesh.project("endless", {"models/two.yml": PUBLIC % "two"})
    return mesh


@pytest.fixture
def endless(mesh: BuiltMesh) -> None:
    mesh.write("endless/models/two.sql", ENDLESS.replace("PIPE", str(mesh.root / "pipe")))


@pytest.fixture(scope="module")
def steps(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """A project of two models, one after the other, both with tests."""
    mesh = new_mesh("name: stepwise\nprojects: [steps]\n")
    os.mkfifo(mesh.root / "pipe")
    described = """
        models:
          - name: first
            config: {materialized: table, access: public}
            columns: [{name: id, data_tests: [not_null]}]
          - name: second
            config: {materialized: table}
            columns: [{name: id, data_tests: [not_null]}]
        """
    second = "select id from {{ ref('first') }}"
    mesh.project("steps", {"models/first.sql": "select 1 as id", "models/second.sql": second})
    mesh.write("steps/models/all.yml", described)
    return mesh


def started(mesh: BuiltMesh, *arguments: str) -> subprocess.Popen[str]:
    """A build that is inside the endless query."""
    build = start(mesh.root, "build", *arguments)
    with (mesh.root / "pipe").open("w") as pipe:  # opens when the query opens it
        pipe.write("1\n")
    return build


def newest_run(mesh: BuiltMesh) -> Run:
    return next(RunHistory(mesh.root / ".mesh").newest_first())


def folder_of(mesh: BuiltMesh, run: Run) -> Path:
    return RunHistory(mesh.root / ".mesh").path(run)


def nodes_of(mesh: BuiltMesh, run: Run) -> list[str]:
    """Names of the nodes that ended in a run, without dbt's digests."""
    events = read_journal(folder_of(mesh, run)).events
    return sorted(event.unique_id.split(".")[2] for event in events if isinstance(event, NodeFinished))


def outcome_of(mesh: BuiltMesh, run: Run) -> str | None:
    last = read_journal(folder_of(mesh, run)).events[-1]
    return last.outcome if isinstance(last, RunFinished) else None


def statuses(run: Run) -> dict[str, str]:
    return {project.project: project.status for project in run.projects}


def nothing_is_left(mesh: BuiltMesh) -> bool:
    return wait_for(lambda: not processes_of(mesh.root)) and not locks_held(mesh.root)


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_build_ends_in_order_and_keeps_what_was_published(mesh: BuiltMesh, number: int) -> None:
    build = started(mesh, "--force", "--workers", "1")
    os.killpg(build.pid, number)
    output, errors = build.communicate(timeout=60)
    assert build.returncode == 128 + number
    assert errors.strip().splitlines() == [
        "interrupted: dbt was stopped",
        "  what was published before stays; run `mesh build --resume` for the rest",
    ]
    assert "quick: success" in output
    assert "Traceback" not in output
    assert not processes_of(mesh.root), "dbt outlived mesh"
    assert not locks_held(mesh.root)
    run = newest_run(mesh)
    assert run.finished_at is None
    assert statuses(run) == {"quick": "success"}
    assert outcome_of(mesh, run) == "interrupted"
    published = json.loads((mesh.root / ".mesh/registry/dev/quick/current.json").read_text())
    assert [product["name"] for product in published["products"]] == ["one"]
    assert mesh.connect().execute("select id from quick.main.one").fetchall() == [(1,)]


@pytest.mark.usefixtures("endless")
def test_ctrl_c_again_and_again_leaves_the_journal_closed_and_nothing_running(mesh: BuiltMesh) -> None:
    build = started(mesh, "--force", "--workers", "1")
    for _ in range(3):
        os.killpg(build.pid, signal.SIGINT)
        if wait_for(lambda: outcome_of(mesh, newest_run(mesh)) is not None, seconds=0.2):
            break
    output, errors = build.communicate(timeout=60)
    assert build.returncode == 130
    assert "Traceback" not in output + errors
    assert outcome_of(mesh, newest_run(mesh)) == "interrupted"
    assert nothing_is_left(mesh)


@pytest.mark.usefixtures("endless")
def test_after_a_kill_the_next_build_waits_for_the_dbt_that_is_left_and_succeeds(mesh: BuiltMesh) -> None:
    build = started(mesh, "--force")
    assert workers_of(mesh.root)
    build.kill()
    mesh.write("endless/models/two.sql", "select 2 as id")
    mesh.run("mesh", "build")
    build.communicate(timeout=60)
    assert mesh.connect().execute("select id from endless.main.two").fetchall() == [(2,)]
    assert newest_run(mesh).ok
    assert nothing_is_left(mesh)


@pytest.mark.usefixtures("endless")
def test_a_second_build_is_refused_with_the_pid_and_start_of_the_first_or_waits(mesh: BuiltMesh) -> None:
    build = started(mesh, "--force", "--workers", "1")
    refused = mesh.run("mesh", "build", check=False)
    assert refused.returncode == 2
    assert f"another build of dev is running: process {build.pid} since 20" in refused.stderr
    first = newest_run(mesh)
    mesh.write("endless/models/two.sql", "select 3 as id")
    waiting = start(mesh.root, "build", "--wait")
    assert not wait_for(lambda: waiting.poll() is not None, seconds=1.5)
    assert newest_run(mesh).id == first.id, "it did not wait"
    os.killpg(build.pid, signal.SIGINT)
    build.communicate(timeout=60)
    output, errors = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, output + errors
    assert mesh.connect().execute("select id from endless.main.two").fetchall() == [(3,)]


@pytest.mark.usefixtures("endless")
def test_a_worker_that_the_system_kills_fails_its_project_alone_and_resume_finishes_it(mesh: BuiltMesh) -> None:
    build = started(mesh, "--force", "--workers", "2")
    assert wait_for(lambda: statuses(newest_run(mesh)).get("quick") == "success")
    (busy,) = [worker for worker in workers_of(mesh.root) if _works_in(worker.pid, "endless")]
    os.kill(busy.pid, signal.SIGKILL)
    output, errors = build.communicate(timeout=60)
    assert build.returncode == 1, errors
    assert "killed by the system (SIGKILL), most likely because memory ran out" in output
    assert "mesh build --resume" in output
    assert "Traceback" not in output + errors
    assert statuses(newest_run(mesh)) == {"quick": "success", "endless": "failed"}
    mesh.write("endless/models/two.sql", "select 4 as id")
    mesh.run("mesh", "build", "--resume")
    assert mesh.connect().execute("select id from endless.main.two").fetchall() == [(4,)]


def _works_in(pid: int, project: str) -> bool:
    """Whether a process works in the folder of a project."""
    return Path(f"/proc/{pid}/cwd").resolve().name == project


def test_resume_runs_no_finished_model_again_but_the_tests_that_were_left(steps: BuiltMesh) -> None:
    slow = steps.write("steps/tests/slow.sql", FOREVER.replace("PIPE", str(steps.root / "pipe")))
    with slow.open("a") as file:
        file.write("-- depends_on: {{ ref('first') }}\n")
    build = started(steps)
    killed = newest_run(steps)
    assert wait_for(lambda: len(nodes_of(steps, killed)) == 2)
    build.kill()
    build.communicate(timeout=60)
    assert nodes_of(steps, killed) == ["first", "not_null_first_id"]
    slow.write_text("select id from {{ ref('first') }} where id < 0")
    steps.run("mesh", "build", "--resume")
    run = newest_run(steps)
    assert run.resumes == killed.id
    assert nodes_of(steps, run) == ["not_null_second_id", "second", "slow"]
    assert steps.connect().execute("select id from steps.main.second").fetchall() == [(1,)]
    assert nothing_is_left(steps)


def test_what_was_finished_is_not_forgotten_when_a_resumed_build_is_stopped_too(steps: BuiltMesh) -> None:
    steps.write("steps/models/first.sql", "select 5 as id")
    steps.write("steps/tests/slow.sql", "select id from {{ ref('second') }} where id < 0")
    steps.write("steps/models/second.sql", "select wrong from {{ ref('first') }}")
    steps.run("mesh", "build", check=False)
    for _ in range(2):
        steps.run("mesh", "build", "--resume", check=False)
        assert nodes_of(steps, newest_run(steps)) == ["not_null_second_id", "second", "slow"]
    steps.write("steps/models/second.sql", "select id from {{ ref('first') }}")
    steps.run("mesh", "build", "--resume")
    assert nodes_of(steps, newest_run(steps)) == ["not_null_second_id", "second", "slow"]
    assert steps.connect().execute("select id from steps.main.second").fetchall() == [(5,)]


def test_a_model_that_was_mended_between_two_resumes_is_built_again(steps: BuiltMesh) -> None:
    steps.write("steps/models/first.sql", "select 6 as id")
    steps.write("steps/models/second.sql", "select wrong from {{ ref('first') }}")
    steps.run("mesh", "build", check=False)
    steps.write("steps/models/first.sql", "select 7 as id")
    steps.run("mesh", "build", "--resume", check=False)
    steps.write("steps/models/second.sql", "select id from {{ ref('first') }}")
    steps.run("mesh", "build", "--resume")
    assert "first" not in nodes_of(steps, newest_run(steps))
    assert steps.connect().execute("select id from steps.main.second").fetchall() == [(7,)]


def test_there_must_be_something_to_resume(steps: BuiltMesh) -> None:
    steps.run("mesh", "build")
    done = steps.run("mesh", "build", "--resume", check=False)
    assert done.returncode == 2
    assert "has nothing left to do: all of it was built" in done.stderr
    unknown = steps.run("mesh", "build", "--resume", "--run", "20010101T000000-000000", check=False)
    assert unknown.returncode == 2
    assert "there is no run '20010101T000000-000000'" in unknown.stderr


def test_resume_without_a_build_says_so(new_mesh: Callable[[str], BuiltMesh]) -> None:
    mesh = new_mesh("name: new\nprojects: [only]\n")
    mesh.project("only", {"models/one.sql": "select 1 as id"})
    done = mesh.run("mesh", "build", "--resume", check=False)
    assert done.returncode == 2
    assert "nothing was built in dev yet" in done.stderr
