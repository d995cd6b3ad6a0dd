"""What `mesh build` is measured on is what the tables say, and nothing of what it costs escapes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest
import yaml

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))  # the benchmarks are a program: its modules lie beside each other

from build import Pace  # noqa: E402
from limits import Limit, rendered_steps  # noqa: E402
from measure import Case, CommandError, Run, measure, run_once  # noqa: E402
from mesh_files import CATEGORIES, CHANGEABLE, MODELS, ROWS, project_files  # noqa: E402
from meshes import Copy, Mesh, generated_mesh, graph  # noqa: E402
from tables import Table, markdown, section  # noqa: E402

_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return generated_mesh(tmp_path / "sources", 3)


@pytest.mark.parametrize("projects", [1, 3, 4, 10, 30, 100])
def test_each_project_reads_one_to_three_earlier_ones_but_those_of_the_first_layer(projects: int) -> None:
    reads = graph(projects)
    names = list(reads)
    width = round(projects**0.5)

    assert len(names) == projects
    assert [len(upstreams) for upstreams in reads.values()][:width] == [0] * width
    for number, (name, upstreams) in enumerate(reads.items()):
        assert set(upstreams) < set(names[:number]) or not upstreams, name
        assert len(set(upstreams)) == len(upstreams)
        assert number < width or 1 <= len(upstreams) <= 3


def test_the_same_mesh_is_made_each_time() -> None:
    assert graph(30) == graph(30)


@pytest.mark.parametrize("reads", [[], ["a"], ["a", "b"], ["a", "b", "c"]], ids=len)
def test_a_project_has_ten_models_and_two_products_and_reads_all_that_it_declares(reads: list[str]) -> None:
    files = project_files("x", reads)
    models = {path: text for path, text in files.items() if path.endswith(".sql")}
    described = yaml.safe_load(files["models/models.yml"])["models"]
    products = [model for model in described if model.get("config", {}).get("access") == "public"]

    assert len(models) == MODELS
    assert [path for path in files if path.endswith(".csv")] == ["seeds/x_categories.csv"]
    assert [product["config"]["contract"] for product in products] == [{"enforced": True}] * 2
    assert all(column["data_type"] for product in products for column in product["columns"])
    assert "".join(models.values()).count(CHANGEABLE) == 1
    for upstream in reads:
        assert f"ref('{upstream}', '{upstream}_" in "".join(models.values())
    assert _declared(files) == reads


def _declared(files: Mapping[str, str]) -> Sequence[str]:
    if "dependencies.yml" not in files:
        return []
    packages = [entry["local"] for entry in yaml.safe_load(files["packages.yml"])["packages"]]
    projects = [entry["name"] for entry in yaml.safe_load(files["dependencies.yml"])["projects"]]
    assert packages == [f".mesh/{project}" for project in projects]
    return projects


def test_the_project_that_is_edited_is_read(mesh: Mesh) -> None:
    assert list(mesh.reads) == ["p000", "p001", "p002"]
    assert mesh.reads["p002"] == ["p001"]
    assert mesh.concerned == ["p001", "p002"]


def test_the_sql_alone_makes_every_table_of_every_project(mesh: Mesh, tmp_path: Path) -> None:
    limit = Limit(mesh, tmp_path / "limit", lambda project: rendered_steps(mesh, project))
    run_once(limit.case("all", list(mesh.reads), new=True), tmp_path / "log")
    run_once(limit.case("some", mesh.concerned), tmp_path / "log")

    for project in mesh.reads:
        with duckdb.connect(str(tmp_path / "limit" / f"{project}.duckdb"), read_only=True) as connection:
            counts = dict(connection.execute(_COUNTS).fetchall())
        assert len(counts) == MODELS + 1
        assert {count for name, count in counts.items() if name.endswith(("orders", "customers"))} == {ROWS}
        assert counts[f"{project}_report"] == CATEGORIES


_COUNTS = "select table_name, estimated_size from duckdb_tables()"


def test_a_comment_is_edited_without_the_data_and_each_edit_is_another(mesh: Mesh, tmp_path: Path) -> None:
    copy = Copy(mesh, tmp_path / "copy")
    model = copy.project(mesh.edited) / mesh.model
    texts = []
    for edit in (copy.change, copy.comment, copy.comment, copy.change):
        edit()
        texts.append(model.read_text())

    assert len(set(texts)) == 4
    assert ["amount + 1" in text for text in texts] == [True, True, True, False]
    assert "amount + 2" in texts[-1]
    assert CHANGEABLE in (mesh.folder / "projects" / mesh.edited / mesh.model).read_text()


def test_a_copy_forgets_what_was_written_and_keeps_what_it_is_told(mesh: Mesh, tmp_path: Path) -> None:
    copy = Copy(mesh, tmp_path / "copy")
    before = set(copy.folder.rglob("*"))
    for name in ("target", ".mesh", "dbt_packages"):
        (copy.project("p002") / name).mkdir()
    copy.forget(".mesh")
    assert set(copy.folder.rglob("*")) - before == {copy.project("p002") / ".mesh"}
    copy.forget()
    assert set(copy.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("projects", "asked", "pace"),
    [
        (4, None, Pace(runs=3, loops=1, firsts=3)),
        (30, None, Pace(runs=3, loops=1, firsts=3)),
        (100, None, Pace(runs=3, loops=0, firsts=1)),
        (4, 5, Pace(runs=5, loops=5, firsts=5)),
        (100, 5, Pace(runs=5, loops=1, firsts=5)),
    ],
)
def test_what_takes_minutes_runs_once_or_only_when_asked_for(projects: int, asked: int | None, pace: Pace) -> None:
    assert Pace.of(projects, asked) == pace


def test_a_case_runs_no_oftener_than_it_says(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "pass"]
    cases = [Case("rare", command, tmp_path, runs=1), Case("frequent", command, tmp_path)]
    runs = measure(cases, 2, tmp_path, lambda _: None)

    assert {title: len(measured) for title, measured in runs.items()} == {"rare": 1, "frequent": 2}
    assert "1 or 2 runs of each" in section("x", [Table("x", runs)], (0, 0))


def test_a_table_of_parallel_commands_compares_the_time_one_waits_first() -> None:
    runs = {"loop": [Run(9.0, 10.0, 10)], "mesh": [Run(0.9, 0.11, 20)]}

    assert markdown(Table("Both", runs, parallel=True)).splitlines()[2:] == [
        "|  | wall s | ratio | CPU s | ratio | peak MB | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| loop | 10.00 | 1.0 | 9.00 | 1.0 | 10 | 1.0 |",
        "| mesh | 0.11 | 0.011 | 0.90 | 0.10 | 20 | 2.0 |",
    ]


_BUSY = """
import time
while time.process_time() < 0.4:
    pass
"""


def _tree(tmp_path: Path, code: str) -> Run:
    (tmp_path / "busy.py").write_text(_BUSY)
    return run_once(Case("a", [sys.executable, "-c", code], tmp_path, tree=True), tmp_path / "log")


def test_the_time_of_a_grandchild_counts(tmp_path: Path) -> None:
    grandchild = "import subprocess, sys; subprocess.run([sys.executable, 'busy.py'])"
    run = _tree(tmp_path, f'import subprocess, sys; subprocess.run([sys.executable, "-c", "{grandchild}"])')

    assert run.cpu > 0.4


@_linux
def test_the_time_of_a_process_counts_that_ends_after_its_parent(tmp_path: Path) -> None:
    code = "import os, subprocess, sys; subprocess.Popen([sys.executable, 'busy.py']); os._exit(0)"
    run = _tree(tmp_path, code)

    assert run.cpu > 0.4
    assert run.wall < run.cpu, "the command itself had ended long before"


@_linux
def test_the_memory_of_processes_that_run_at_the_same_time_adds_up(tmp_path: Path) -> None:
    large = "import time; held = b'x' * 100_000_000; time.sleep(1)"
    started = f"[subprocess.Popen([sys.executable, '-c', {large!r}]) for _ in '12']"
    code = f"import subprocess, sys; [process.wait() for process in {started}]"

    assert 200_000_000 < _tree(tmp_path, code).peak_mb * 1024**2 < 270_000_000


@_linux
def test_memory_that_forked_processes_share_counts_once(tmp_path: Path) -> None:
    code = "import os, time; held = b'x' * 100_000_000; os.fork(); time.sleep(0.5)"

    assert 100_000_000 < _tree(tmp_path, code).peak_mb * 1024**2 < 150_000_000


@_linux
def test_a_command_that_leaves_a_process_behind_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_PATIENCE", "0.2")
    code = "import os, subprocess; subprocess.Popen(['/bin/sleep', '600']); os._exit(0)"

    with pytest.raises(CommandError, match="processes went on after the command had ended"):
        _tree(tmp_path, code)
