"""A build that is interrupted or killed: nothing published is lost, nothing is left running, and it can go on."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_tools.build.runs import Run, RunHistory
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("interrupted")]

PUBLIC = "models: [{name: %s, config: {access: public, materialized: table}}]\n"
# Says by the pipe that it runs, and then does not end.
ENDLESS = """
    {{ config(materialized='table') }}
    select count(*) as n
    from read_csv('PIPE', columns = {'x': 'int'}), range(100000000000000) as r
    where r.range % 7 = 3
"""


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh("name: stubborn\nprojects: [quick, endless]\n")
    pipe = mesh.root / "pipe"
    os.mkfifo(pipe)
    mesh.project("quick", {"models/one.sql": "select 1 as id", "models/one.yml": PUBLIC % "one"})
    mesh.project("endless", {"models/two.sql": ENDLESS.replace("PIPE", str(pipe)), "models/two.yml": PUBLIC % "two"})
    return mesh


def started(mesh: BuiltMesh, *arguments: str) -> tuple[subprocess.Popen[str], int]:
    """A build that is inside the endless model, and the process id of its dbt."""
    mesh_command = Path(sys.executable).with_name("mesh")
    build = subprocess.Popen(
        [mesh_command, "build", *arguments],
        cwd=mesh.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with (mesh.root / "pipe").open("w") as pipe:  # opens when the model opens it
        pipe.write("1\n")
    processes = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    (dbt,) = [int(pid) for pid, parent in map(str.split, processes.splitlines()) if int(parent) == build.pid]
    return build, dbt


def newest_run(mesh: BuiltMesh) -> Run:
    return next(RunHistory(mesh.root / ".mesh").newest_first())


def test_ctrl_c_ends_mesh_and_dbt_in_order_and_keeps_what_was_published(mesh: BuiltMesh) -> None:
    build, dbt = started(mesh)
    os.killpg(build.pid, signal.SIGINT)
    output, errors = build.communicate(timeout=60)
    assert build.returncode == 130
    assert errors.strip().splitlines() == [
        "interrupted: dbt was stopped",
        "  what was published before stays; run `mesh build` again for the rest",
    ]
    assert "quick: success" in output
    assert "Traceback" not in output
    with pytest.raises(ProcessLookupError):
        os.kill(dbt, 0)
    run = newest_run(mesh)
    assert run.finished_at is None
    assert [(p.project, p.status) for p in run.projects] == [("quick", "success")]
    published = json.loads((mesh.root / ".mesh/registry/dev/quick/current.json").read_text())
    assert [product["name"] for product in published["products"]] == ["one"]
    assert mesh.connect().execute("select id from quick.main.one").fetchall() == [(1,)]


def test_a_killed_build_leaves_no_dbt_behind_and_can_be_built_again(mesh: BuiltMesh) -> None:
    build, dbt = started(mesh, "--select", "endless")
    watched = os.pidfd_open(dbt)
    build.kill()
    build.communicate(timeout=60)
    assert select.select([watched], [], [], 60)[0], "dbt outlived mesh"
    os.close(watched)
    assert newest_run(mesh).finished_at is None
    mesh.write("endless/models/two.sql", "select 2 as id")
    mesh.run("mesh", "build", "--select", "endless")
    assert mesh.connect().execute("select id from endless.main.two").fetchall() == [(2,)]
    assert newest_run(mesh).ok
