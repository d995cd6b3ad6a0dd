"""What an orchestrator does with a plan: it runs each job's command, and comes to where `mesh build` does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.files import locked
from mesh_tools.interface.registry import open_registry
from support.builds import PUBLIC, build
from support.meshes import BuiltMesh
from support.warm import warm_environment

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("jobs")]

Job = dict[str, Any]
PROJECTS = {
    "shop": {"models/orders.sql": "select 1 as n", "models/orders.yml": PUBLIC % "orders"},
    "weather": {"models/days.sql": "select 5 as n", "models/days.yml": PUBLIC % "days"},
    "sales": {
        "models/sold.sql": "select o.n + d.n as n from {{ ref('shop', 'orders') }} o, {{ ref('weather', 'days') }} d",
        "models/sold.yml": PUBLIC % "sold",
    },
}
READS = {"sales": ("shop", "weather")}


def jobs_of(mesh: BuiltMesh, *arguments: str) -> list[Job]:
    plan = json.loads(mesh.run("mesh", "plan", "--format", "json", *arguments).stdout)
    found: list[Job] = plan["jobs"]
    return found


def start(job: Job, folder: str | None = None) -> subprocess.Popen[str]:
    """As an orchestrator would: with nothing but what the plan says."""
    return subprocess.Popen(
        job["argv"],
        cwd=folder or job["folder"],
        env={**warm_environment(), **job["environment"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def orchestrate(jobs: list[Job]) -> list[list[str]]:
    """Run all jobs, those at the same time whose jobs before them are done; which ones ran together."""
    waves: list[list[str]] = []
    done: set[str] = set()
    while len(done) < len(jobs):
        ready = [job for job in jobs if job["id"] not in done and done.issuperset(job["after"])]
        for process in [start(job) for job in ready]:
            code, output = end(process)
            assert code == 0, output
        waves.append([job["id"] for job in ready])
        done.update(waves[-1])
    return waves


def copy_of(mesh: BuiltMesh, to: Path) -> BuiltMesh:
    shutil.copytree(mesh.root, to)
    return BuiltMesh(to)


def state_of(mesh: BuiltMesh) -> dict[str, Any]:
    """What consumers see of each project: data and interface."""
    data, registry = mesh.connect(), open_registry(".mesh/registry", base=mesh.root)
    tables = {"shop": "orders", "weather": "days", "sales": "sold"}
    found: dict[str, Any] = {}
    for name, table in tables.items():
        interface = registry.get(name, "dev")
        assert interface is not None
        found[name] = (data.execute(f"from {name}.main.{table}").fetchall(), interface.fingerprint)
    return found


@pytest.fixture(scope="module")
def written(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """Nothing is built in it."""
    mesh = new_mesh(f"name: orchestrated\nprojects: [{', '.join(PROJECTS)}]\n")
    for name, files in PROJECTS.items():
        mesh.project(name, files, reads=READS.get(name, ()))
    return mesh


@pytest.fixture(scope="module")
def mesh(written: BuiltMesh, tmp_path_factory: pytest.TempPathFactory) -> BuiltMesh:
    """Built by the jobs of a plan."""
    mesh = copy_of(written, tmp_path_factory.mktemp("jobs") / "mesh")
    jobs = jobs_of(mesh)
    assert [(job["id"], job["action"], job["after"]) for job in jobs] == [
        ("shop", "build", []),
        ("weather", "build", []),
        ("sales", "build", ["shop", "weather"]),
    ]
    assert orchestrate(jobs) == [["shop", "weather"], ["sales"]]
    return mesh


def test_the_jobs_of_a_plan_do_what_a_build_does(mesh: BuiltMesh, written: BuiltMesh) -> None:
    assert build(written).run.ok
    assert state_of(mesh) == state_of(written)
    assert state_of(mesh)["sales"][0] == [(6,)]


def test_after_them_a_build_has_nothing_to_do(mesh: BuiltMesh) -> None:
    assert build(mesh).statuses == dict.fromkeys(PROJECTS, "unchanged")
    assert {job["action"] for job in jobs_of(mesh)} == {"unchanged"}


def test_a_job_with_nothing_to_do_ends_at_once_and_well(mesh: BuiltMesh, tmp_path: Path) -> None:
    """Wherever it is started: the plan names mesh.yml."""
    code, output = end(start(jobs_of(mesh)[0], folder=str(tmp_path)))
    assert (code, output.splitlines()[0]) == (0, "shop: unchanged")


@pytest.fixture(scope="module")
def planned(mesh: BuiltMesh) -> Job:
    """A job for a consumer alone."""
    mesh.write("sales/models/sold.sql", PROJECTS["sales"]["models/sold.sql"].replace("o.n + d.n", "100 * o.n + d.n"))
    (job,) = jobs_of(mesh, "--select", "sales")
    assert (job["after"], sorted(job["pins"])) == ([], ["shop", "weather"])
    assert job["pins"]["shop"].startswith("gen-1-")
    return job


@pytest.fixture(scope="module")
def refused(mesh: BuiltMesh, planned: Job) -> tuple[int, str]:
    """What the job says while `mesh build` is inside a model, which waits for what it reads."""
    pipe = mesh.root / "pipe"
    os.mkfifo(pipe)
    mesh.write("shop/models/orders.sql", f"select x as n from read_csv('{pipe}', columns = {{'x': 'int'}})")
    process = start({**planned, "argv": [*planned["argv"][:3], "build", "shop"]})
    with pipe.open("w") as writer:  # opens when the model opens it
        told = end(start(planned))
        writer.write("2\n")
    code, output = end(process)
    assert code == 0, output
    mesh.write("shop/models/orders.sql", "select 2 as n")
    return told


def test_a_job_is_refused_while_a_build_runs(refused: tuple[int, str]) -> None:
    code, output = refused
    assert code == 2
    assert output.startswith("error: another build of dev is running: process ")
    assert "  hint: wait for it" in output


def test_a_build_is_refused_while_a_job_runs(mesh: BuiltMesh) -> None:
    with locked(mesh.root / ".mesh/lock/dev/build", "a job", shared=True) as holder:
        assert holder is None
        done = mesh.run("mesh", "build", check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: another build of dev is running: a job")


def test_a_job_reads_the_generation_that_its_plan_has_pinned(
    mesh: BuiltMesh, planned: Job, refused: tuple[int, str]
) -> None:
    """Although a newer one was published meanwhile: all jobs of a plan see the same state."""
    assert refused
    code, output = end(start(planned))
    assert code == 0, output
    data = mesh.connect()
    assert data.execute("select n from shop.main.orders").fetchall() == [(2,)]
    assert data.execute("select n from sales.main.sold").fetchall() == [(105,)]
    (job,) = jobs_of(mesh, "--select", "sales")
    assert (job["action"], job["reasons"]) == ("build", ["the data of shop.orders changed"])


def test_a_pin_that_is_not_there_any_more_is_one_error(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "run", "--job", "sales", "--force", "--pin", "shop=gen-9-abcdef", check=False)
    assert done.returncode == 1
    assert "shop has no generation gen-9-abcdef any more" in done.stdout
    assert "  hint: make a new plan: mesh plan" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--job", "shopp"], "error: there is no job 'shopp'\n  hint: did you mean 'shop'?\n"),
        (["--job", "shop", "--pin", "weather"], "'weather': write PROJECT=GENERATION, as `mesh plan` does"),
    ],
    ids=["job", "pin"],
)
def test_a_slip_of_the_pen_is_no_run(mesh: BuiltMesh, arguments: list[str], expected: str) -> None:
    runs = sorted((mesh.root / ".mesh/runs").iterdir())
    done = mesh.run("mesh", "run", *arguments, check=False)
    assert done.returncode == 2
    assert expected in done.stderr
    assert sorted((mesh.root / ".mesh/runs").iterdir()) == runs
