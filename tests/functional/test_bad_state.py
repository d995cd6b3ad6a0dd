"""State that is damaged, a disk that is full, a clock that jumps: told, mended, and never a wrong skip."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mesh_tools.build.events import NodeFinished
from mesh_tools.build.runs import Run, RunHistory, read_journal
from support.meshes import BuiltMesh
from support.processes import start

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("bad state")]

DESCRIBED = """
    models:
      - name: %s
        config: {access: public, materialized: table}
        columns: [{name: id, data_tests: [not_null]}]
    """
GARBAGE = b'\xff\x00{"not": json'
FUTURE = 4_000_000_000


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """A producer and a consumer, both built."""
    mesh = new_mesh("name: fragile\nprojects: [shop, sales]\n")
    mesh.project("shop", {"models/orders.sql": "select 0 as id", "models/shop.yml": DESCRIBED % "orders"})
    sales = {"models/revenue.sql": "select id from {{ ref('orders') }}", "models/sales.yml": DESCRIBED % "revenue"}
    mesh.project("sales", sales, reads=("shop",))
    mesh.run("mesh", "build", "--workers", "1")
    return mesh


def build(mesh: BuiltMesh, *arguments: str, code: int = 0) -> str:
    done = mesh.run("mesh", "build", "--workers", "1", *arguments, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == code, output
    assert "Traceback" not in output
    return output


def newest_run(mesh: BuiltMesh) -> Run:
    return next(RunHistory(mesh.root / ".mesh").newest_first())


def statuses(mesh: BuiltMesh) -> dict[str, str]:
    return {project.project: project.status for project in newest_run(mesh).projects}


def nodes(mesh: BuiltMesh) -> list[str]:
    events = read_journal(RunHistory(mesh.root / ".mesh").path(newest_run(mesh))).events
    return [event.unique_id for event in events if isinstance(event, NodeFinished)]


def ids(mesh: BuiltMesh) -> tuple[int, int]:
    """What the producer holds, and what the consumer has made of it."""
    with mesh.connect() as connection:
        (row,) = connection.execute("select o.id, r.id from shop.main.orders as o, sales.main.revenue as r").fetchall()
    return int(row[0]), int(row[1])


def is_empty(_: bytes) -> bytes:
    return b""


def is_cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def is_garbage(_: bytes) -> bytes:
    return GARBAGE


def is_null(_: bytes) -> bytes:
    return b"null"


@pytest.mark.parametrize("damage", [is_empty, is_cut, is_garbage, is_null])
def test_damaged_state_never_stops_a_build_nor_hides_a_change(
    mesh: BuiltMesh, damage: Callable[[bytes], bytes]
) -> None:
    number = 10 + [is_empty, is_cut, is_garbage, is_null].index(damage)
    mesh.write("shop/models/orders.sql", f"select {number} as id")
    newest = RunHistory(mesh.root / ".mesh").path(newest_run(mesh))
    caches = sorted(path for path in (mesh.root / ".mesh" / "cache").rglob("*") if path.is_file())
    assert {path.name for path in caches} >= {"partial_parse.msgpack", "reads.json"}
    files = [*caches, *sorted(newest.glob("*.json*")), *sorted(newest.glob("*/*.json"))]
    for project in ("shop", "sales"):
        folder = mesh.root / ".mesh" / "data" / "dev" / project
        files += [folder / "work" / "copied.json", folder / "current" / "generation.json"]
    for path in files:
        path.write_bytes(damage(path.read_bytes()))
    assert "Traceback" not in mesh.run("mesh", "status", check=False).stderr
    build(mesh)
    assert ids(mesh) == (number, number)
    build(mesh)
    assert statuses(mesh) == {"shop": "unchanged", "sales": "unchanged"}


def test_a_pointer_to_a_generation_that_is_gone_is_set_anew(mesh: BuiltMesh) -> None:
    current = mesh.root / ".mesh/data/dev/shop/current"
    shutil.rmtree(current.resolve())
    output = build(mesh)
    assert "building shop (1 of 2): it was never built" in output
    assert ids(mesh)[0] == ids(mesh)[1]
    assert current.resolve().is_dir()


class TestResume:
    """A failed build whose state is damaged before it is gone on with."""

    @pytest.fixture
    def broken(self, mesh: BuiltMesh) -> Iterator[Path]:
        """The folder of a run in which `orders` was built and another model failed; it is mended now."""
        number = max(ids(mesh)) + 1
        mesh.write("shop/models/orders.sql", f"select {number} as id")
        wrong = mesh.write("shop/models/wrong.sql", "select nothing from {{ ref('orders') }}")
        build(mesh, code=1)
        assert ids(mesh)[0] == number - 1
        wrong.write_text("select id from {{ ref('orders') }}")
        yield RunHistory(mesh.root / ".mesh").path(newest_run(mesh))
        assert ids(mesh) == (number, number)
        wrong.unlink()

    def test_a_journal_that_was_cut_short_by_a_kill_tells_what_it_holds(self, mesh: BuiltMesh, broken: Path) -> None:
        journal = broken / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        last = max(n for n, line in enumerate(lines) if b'"event":"node"' in line)
        journal.write_bytes(b"".join(lines[:last]) + lines[last][:20])
        assert "damaged" not in build(mesh, "--resume")
        assert "model.shop.orders" not in nodes(mesh)

    @pytest.mark.parametrize("name", ["journal.jsonl", "shop/started.json"])
    def test_what_is_damaged_is_told_and_built_from_the_start(self, mesh: BuiltMesh, broken: Path, name: str) -> None:
        path = broken / name
        path.write_bytes(GARBAGE + b"\n" + path.read_bytes())
        output = build(mesh, "--resume")
        assert "warning: " in output
        assert "damaged" in output
        assert name in output
        assert "model.shop.orders" in nodes(mesh)

    def test_a_manifest_that_was_cut_short_is_no_reason_to_skip(self, mesh: BuiltMesh, broken: Path) -> None:
        manifest = broken / "shop" / "manifest.json"
        manifest.write_bytes(is_cut(manifest.read_bytes()))
        build(mesh, "--resume")
        assert "model.shop.orders" in nodes(mesh)

    def test_without_the_record_of_the_last_run_an_older_one_is_not_taken(self, mesh: BuiltMesh, broken: Path) -> None:
        (broken / "run.json").write_bytes(GARBAGE)
        output = build(mesh, "--resume", code=2)
        assert "the record of the last run is damaged" in output
        assert "run `mesh build`" in output
        build(mesh)

    def test_a_variable_that_was_changed_meanwhile_reaches_finished_models(self, mesh: BuiltMesh, broken: Path) -> None:
        assert broken.is_dir()
        with (mesh.root / "shop" / "dbt_project.yml").open("a") as file:
            file.write(f"vars: {{changed_in: {broken.name}}}\n")
        build(mesh, "--resume")
        assert "model.shop.orders" in nodes(mesh)
        project = mesh.root / "shop" / "dbt_project.yml"
        project.write_text(project.read_text().rpartition("vars: ")[0])
        build(mesh)


class TestClock:
    """A clock that jumps."""

    def test_runs_stay_in_order_after_one_from_the_future(self, mesh: BuiltMesh) -> None:
        history = RunHistory(mesh.root / ".mesh")
        last = newest_run(mesh)
        future = history.folder / "20991231T235959-abcdef"
        shutil.copytree(history.path(last), future)
        record = future / "run.json"
        record.write_text(record.read_text().replace(last.id, future.name).replace(last.started_at[:4], "2099"))
        number = max(ids(mesh)) + 1
        mesh.write("shop/models/orders.sql", f"select {number} as id")
        build(mesh)
        assert newest_run(mesh).id > future.name
        assert ids(mesh) == (number, number)
        assert "Traceback" not in mesh.run("mesh", "status").stderr
        shutil.rmtree(future)

    @pytest.mark.parametrize("seconds", [1, FUTURE])
    def test_a_file_with_the_time_of_another_day_is_seen(self, mesh: BuiltMesh, seconds: int) -> None:
        """Also dbt must see it: its partial parser takes a YAML file for unchanged whose time is the same."""
        model, described = mesh.root / "shop/models/orders.sql", mesh.root / "shop/models/shop.yml"
        number = max(ids(mesh))
        for step in (1, 2):
            model.write_text(f"select {number + step} as id")
            tests = "not_null" if step == 1 else "not_null, unique"
            mesh.write("shop/models/shop.yml", (DESCRIBED % "orders").replace("not_null", tests))
            os.utime(model, (seconds, seconds))
            os.utime(described, (seconds, seconds))
            build(mesh)
            assert ids(mesh) == (number + step, number + step)
        assert any(node.startswith("test.shop.unique_orders_id") for node in nodes(mesh))
        build(mesh)
        assert statuses(mesh) == {"shop": "unchanged", "sales": "unchanged"}


def test_a_project_that_changes_while_it_is_built_is_told_of_and_built_again(mesh: BuiltMesh) -> None:
    pipe = mesh.root / "pipe"
    os.mkfifo(pipe)
    # In a macro, since a model that reads files is built every time.
    waiting = f"(select * from read_csv('{pipe}', columns = {{'x': 'int'}}))"
    mesh.write("shop/macros/wait.sql", f"{{% macro wait() %}} {waiting} {{% endmacro %}}")
    mesh.write("shop/models/slow.sql", "{{ config(materialized='table') }} select * from {{ wait() }}")
    number = max(ids(mesh)) + 1
    building = start(mesh.root, "build", "--workers", "1")
    with pipe.open("w") as file:
        mesh.write("shop/models/orders.sql", f"select {number} as id")
        file.write("1\n")
    output, errors = building.communicate(timeout=60)
    assert building.returncode == 0, output + errors
    assert "models/orders.sql changed while the project was built" in output
    (mesh.root / "shop" / "models" / "slow.sql").unlink()
    mesh.write("shop/macros/wait.sql", "{% macro wait() %} 1 {% endmacro %}")
    build(mesh)
    assert ids(mesh) == (number, number)


@pytest.fixture
def small_disk(new_mesh: Callable[[str], BuiltMesh]) -> Iterator[BuiltMesh]:
    """A mesh with all its state on a disk of its own."""
    mesh = new_mesh("name: cramped\nprojects: [shop]\n")
    state = mesh.root / ".mesh"
    state.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(state)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        yield mesh
    finally:
        subprocess.run(["umount", "-l", state], check=True)


def test_a_full_disk_is_told_once_leaves_what_is_published_and_is_overcome(small_disk: BuiltMesh) -> None:
    mesh, state = small_disk, small_disk.root / ".mesh"
    mesh.project("shop", {"models/orders.sql": "select 1 as id", "models/shop.yml": DESCRIBED % "orders"})
    build(mesh)
    mesh.write("shop/models/orders.sql", "select 2 as id")
    big = "{{ config(materialized='table') }} select random() as x, o.id from range(4000000), {{ ref('orders') }} as o"
    mesh.write("shop/models/big.sql", big)
    output = build(mesh, code=1)
    assert output.count("No space left on device") == 1
    assert "make room, then run `mesh build --resume`; what was published is untouched" in output
    published = "select id from shop.main.orders"
    assert mesh.connect().execute(published).fetchall() == [(1,)]
    # What was built in vain takes the room until the next build; a little more, and nothing can be written at all.
    with suppress(OSError), (state / "filler").open("wb", buffering=0) as filler:
        while filler.write(b"x" * 4096):
            pass
    done = mesh.run("mesh", "build", check=False)
    assert done.returncode in {1, 2}
    assert "No space left on device" in done.stdout + done.stderr
    assert "make room, then run `mesh build --resume`" in done.stdout + done.stderr
    assert (done.stdout + done.stderr).count("error: ") <= 1
    assert "Traceback" not in done.stdout + done.stderr
    assert mesh.connect().execute(published).fetchall() == [(1,)]
    (state / "filler").unlink(missing_ok=True)
    subprocess.run(["mount", "-o", "remount,size=400m", state], check=True)
    output = build(mesh, "--resume")
    assert "model.shop.orders" not in nodes(mesh), "it was finished before"
    assert mesh.connect().execute(published).fetchall() == [(2,)]
