from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context
from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.lineage import golden, version, work
from mesh_tools.lineage.cache import LineageCache
from mesh_tools.lineage.inputs import TraceInput, inputs_of
from mesh_tools.lineage.tasks import Task
from mesh_tools.lineage.trace import trace
from mesh_tools.model.lineage import ModelLineage
from support.lineage_meshes import CompiledProject


def chain(length: int, width: int = 1) -> list[TraceInput]:
    """Chains of models that hand on a star; only the first model of each names columns."""
    project = CompiledProject("ops")
    for lane in range(width):
        before = project.source(f"raw{lane}")
        project.model(f"m{lane}_0", f'select id, amount + {lane} as amount from "ops"."raw"."raw{lane}"', before)
        for step in range(1, length):
            sql = f'with p as (select * from "ops"."main"."m{lane}_{step - 1}") select * from p'
            project.model(f"m{lane}_{step}", sql, f"model.ops.m{lane}_{step - 1}")
    return inputs_of([project.manifest])


def traced_by_another_process(cache: Path) -> dict[str, ModelLineage]:
    return trace(chain(5, 5), cache=cache)


def test_stars_are_expanded_from_parent_to_child_across_projects() -> None:
    producer, consumer = CompiledProject("ops"), CompiledProject("fleet")
    producer.model("raw_flights", "select 1 as id, 2 as seats")
    producer.model("flights", 'select * from "ops"."main"."raw_flights"', "model.ops.raw_flights")
    consumer.stub("ops", "flights", ())
    use = consumer.model("use", 'select * from "ops"."main"."flights"', "model.ops.flights")
    found = trace(inputs_of([consumer.manifest, producer.manifest]))
    assert list(found[use].columns) == ["id", "seats"]
    assert found[use].complete


def test_a_cycle_is_traced_as_far_as_its_columns_are_named() -> None:
    project = CompiledProject("ops")
    one = project.model("one", 'select id from "ops"."main"."two"', "model.ops.two")
    two = project.model("two", 'select * from "ops"."main"."one"', "model.ops.one")
    found = trace(inputs_of([project.manifest]))
    assert list(found[one].columns) == ["id"]
    assert not found[two].complete


def test_any_number_of_processes_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "WORTHWHILE", 100)
    inputs = chain(2, 110)
    assert trace(inputs, workers=2) == trace(inputs)


def test_tasks_of_a_process_that_was_killed_are_done_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "WORTHWHILE", 1)
    monkeypatch.setattr(work, "CHUNK", 1)
    tasks = [Task(f"select {number} as n from a", "duckdb", ((("a",), "a"),), ()) for number in range(30)]
    with work.Workers(2, LineageCache(None, "")) as pool:
        results = pool.run(tasks)
        found = [next(results)]
        for process in active_children():
            process.kill()
        found += results
    assert found == [work.run_task(task) for task in tasks]


def test_the_cache_finds_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "lineage.sqlite"
    inputs = chain(4, 3)
    fresh = trace(inputs)
    assert trace(inputs, cache=cache) == fresh
    assert trace(inputs, cache=cache) == fresh


def test_a_parent_with_other_columns_is_no_longer_in_the_cache(tmp_path: Path) -> None:
    cache = tmp_path / "lineage.sqlite"

    def columns(parent: str) -> list[str]:
        project = CompiledProject("ops")
        project.model("parent", parent)
        child = project.model("child", 'select * from "ops"."main"."parent"', "model.ops.parent")
        return list(trace(inputs_of([project.manifest]), cache=cache)[child].columns)

    assert columns("select 1 as a") == ["a"]
    assert columns("select 1 as a, 2 as b") == ["a", "b"]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_cache_is_thrown_away(tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "lineage.sqlite"
    cache.write_bytes(content)
    inputs = chain(3)
    assert trace(inputs, cache=cache) == trace(inputs)
    assert trace(inputs, cache=cache) == trace(inputs)


@pytest.mark.parametrize(
    "damage", ["update lineage set value = x'00ff'", "drop table lineage", "update about set value = 'of old'"]
)
def test_a_cache_with_other_content_does_no_harm(tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "lineage.sqlite"
    inputs = chain(3)
    fresh = trace(inputs, cache=cache)
    with sqlite3.connect(cache) as database:
        database.execute(damage)
    database.close()
    assert trace(inputs, cache=cache) == fresh
    assert trace(inputs, cache=cache) == fresh


def test_a_database_of_others_is_replaced(tmp_path: Path) -> None:
    cache = tmp_path / "lineage.sqlite"
    with sqlite3.connect(cache) as database:
        database.execute("create table about (somebody text)")
    database.close()
    assert trace(chain(3), cache=cache) == trace(chain(3))


def test_without_a_place_for_the_cache_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert trace(chain(3), cache=tmp_path / "file" / "lineage.sqlite") == trace(chain(3))


def test_a_folder_in_the_place_of_the_cache_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "lineage.sqlite").mkdir()
    assert trace(chain(3), cache=tmp_path / "lineage.sqlite") == trace(chain(3))


def test_processes_share_a_cache(tmp_path: Path) -> None:
    cache = tmp_path / "lineage.sqlite"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(traced_by_another_process, [cache] * 4))
    assert all(each == found[0] for each in found)


def test_a_sqlglot_that_works_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (("duckdb", "select x as y from a", "y=a.id |"),)
    monkeypatch.setattr(golden, "_QUERIES", wrong)
    golden.check.cache_clear()
    try:
        with pytest.raises(MeshError, match="does not trace columns as it should") as caught:
            trace(chain(1))
    finally:
        golden.check.cache_clear()
    assert version.WORKS_WITH in (caught.value.hint or "")
