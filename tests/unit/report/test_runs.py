"""What `mesh runs` prints of tests/cases/runs."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from mesh_tools.build.runs import Request, RunHistory
from mesh_tools.build.runs.details import run_details
from mesh_tools.build.runs.summary import RunList, list_runs
from mesh_tools.build.runs.timings import SlowestNodes, slowest_nodes
from mesh_tools.report.console import console
from mesh_tools.report.runs import (
    asked_for,
    print_run_details,
    print_run_list,
    print_slowest,
    run_details_document,
    run_list_document,
    slowest_document,
)
from support.meshes import REPOSITORY


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> RunHistory:
    monkeypatch.chdir(REPOSITORY / "tests" / "cases" / "runs")
    return RunHistory(Path())


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def shown(history: RunHistory, begins: str, stream: io.StringIO, slowest: int = 2) -> list[str]:
    run = history.get(begins)
    found = run_details(history, run, "dev")
    print_run_details(console(stream), found, history.path(run), {"stock": Path("domains/stock")}, slowest)
    return stream.getvalue().splitlines()


def test_the_list_is_a_table_and_then_what_cannot_be_read(history: RunHistory, stream: io.StringIO) -> None:
    print_run_list(console(stream), list_runs(history))
    head, *lines = stream.getvalue().splitlines()
    assert head.split() == [
        *("id", "environment", "started", "outcome", "time", "built", "unchanged", "failed", "skipped", "asked", "for")
    ]
    assert [" ".join(line.split()) for line in lines] == [
        "20260105T080000-eeeeee dev 2026-01-05 08:00:00 killed - - - - - everything, resuming 20260103T080000-cccccc",
        "20260104T080000-dddddd prod 2026-01-04 08:00:00 interrupted 4.0 s - - - - everything --force",
        "20260103T080000-cccccc dev 2026-01-03 08:00:00 killed - 1 - - - everything",
        (
            "20260102T080000-bbbbbb dev 2026-01-02 08:00:00 failed 6.2 s 1 1 2 1 +plans sales --exclude tag:slow"
            " --full-refresh --fail-fast --threads 2 --vars '{day: 1}'"
        ),
        "20260101T080000-aaaaaa dev 2026-01-01 08:00:00 success 9.5 s 2 - - - everything",
        "warning: the record of this run is damaged",
        "--> runs/20260106T080000-ffffff/run.json",
    ]


def test_a_failed_run(history: RunHistory, stream: io.StringIO) -> None:
    assert shown(history, "20260102", stream) == [
        "run 20260102T080000-bbbbbb: failed in 6.2 s",
        (
            "  started 2026-01-02 08:00:00 UTC in dev; asked for +plans sales --exclude tag:slow"
            " --full-refresh --fail-fast --threads 2 --vars '{day: 1}'"
        ),
        "  dbt was ready after 3.5 s (import and warm-up, once for all projects)",
        "  over all projects: parse 0.7 s, run 2.2 s, artifacts 0.2 s, other 0.4 s",
        "",
        "project  status      time  parse    run  artifacts  other  why",
        "shop     unchanged  0.0 s      -      -          -      -  nothing that it is made of has changed",
        "stock    failed     2.0 s  0.5 s  1.0 s      0.1 s  0.4 s  models/items.sql has changed",
        "sales    success    1.5 s  0.2 s  1.2 s      0.1 s  0.0 s  --force was given",
        "plans    skipped    0.0 s      -      -          -      -  stock was not built",
        "ledger   refused    0.0 s      -      -          -      -",
        "",
        "slowest in  kind   node     status     time",
        "stock       model  late     error    9.00 s",
        "sales       model  revenue  success  1.10 s",
        "",
        "stock: warning: careful",
        "stock: test no_negative_stock fail",
        "  --> domains/stock/tests/no_negative_stock.sql",
        "  Got 1 result, configured to fail if != 0",
        "  look closer: cd domains/stock && dbt build --select no_negative_stock",
        "  dbt's output: runs/20260102T080000-bbbbbb/stock/dbt.log",
        "ledger: operations has no product 'fligths'",
        "  --> models/late.sql:1:18",
        "go on with it: mesh build --resume --run 20260102T080000-bbbbbb",
    ]


def test_a_killed_run_is_what_its_journal_tells(history: RunHistory, stream: io.StringIO) -> None:
    assert shown(history, "20260103", stream, slowest=0) == [
        "run 20260103T080000-cccccc: killed",
        "  started 2026-01-03 08:00:00 UTC in dev; asked for everything",
        "  over all projects: parse 0.3 s, run 0.6 s, other 0.1 s",
        "",
        "project  status       time  parse    run  other  why",
        "stock    success     1.0 s  0.3 s  0.6 s  0.1 s  it failed before",
        (
            "shop     unfinished      -      -      -      -  models/orders.sql has changed; 3 nodes had ended: 1 fail,"
            " 2 success"
        ),
        "sales    not begun       -      -      -      -",
        "",
        "run 20260105T080000-eeeeee went on with it",
    ]


def test_a_damaged_journal_is_a_warning_with_its_line(history: RunHistory, stream: io.StringIO) -> None:
    lines = shown(history, "20260105", stream)
    assert "  went on with run 20260103T080000-cccccc" in lines
    assert "  --> runs/20260105T080000-eeeeee/journal.jsonl:3" in lines
    assert lines[-1] == "go on with it: mesh build --resume"


def test_the_slowest_nodes_across_runs(history: RunHistory, stream: io.StringIO) -> None:
    print_slowest(console(stream), slowest_nodes(history, "dev"), 2)
    assert stream.getvalue().splitlines()[:4] == [
        "project  kind   node       last  median  runs  last run",
        "sales    model  revenue  1.10 s  0.90 s     2  20260102T080000-bbbbbb",
        "stock    model  items    0.80 s  0.60 s     2  20260103T080000-cccccc",
        "warning: the record of this run is damaged",
    ]


def test_where_there_is_nothing_it_is_said(stream: io.StringIO) -> None:
    print_run_list(console(stream), RunList(runs=()))
    print_slowest(console(stream), SlowestNodes(nodes=()), 5)
    assert stream.getvalue().splitlines() == [
        "no run is kept: `mesh build` makes one",
        "no run that is kept has run such a node",
    ]


def test_a_narrow_terminal_shows_ids_and_times_whole(history: RunHistory) -> None:
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=80, color_system=None)
    print_slowest(terminal, slowest_nodes(history, "dev"), 2)
    assert "20260102T080000-bbbbbb" in stream.getvalue()


def test_documents_for_programs_hold_everything(history: RunHistory) -> None:
    listed = msgspec.to_builtins(run_list_document(list_runs(history)))
    assert [run["outcome"] for run in listed["runs"]] == ["killed", "interrupted", "killed", "failed", "success"]
    assert listed["problems"][0]["path"] == "runs/20260106T080000-ffffff/run.json"
    run = msgspec.to_builtins(run_details_document(run_details(history, history.get("20260102"), "dev"), 1))
    assert run["outcome"] == "failed"
    assert run["run"]["projects"][1]["failures"][0]["status"] == "fail"
    assert run["nodes"] == [
        {
            "project": "stock",
            "unique_id": "model.stock.late",
            "status": "error",
            "seconds": 9.0,
            "kind": "model",
            "name": "late",
        }
    ]
    (slowest,) = slowest_document(slowest_nodes(history), 1)["nodes"]
    assert (slowest["name"], slowest["runs"], slowest["median"]) == ("revenue", 2, 0.9)


def test_a_request_reads_as_its_command_line() -> None:
    assert asked_for(Request()) == "everything"
    assert asked_for(Request(exclude=("a", "b"), force=True)) == "everything --exclude a --exclude b --force"
