"""What commands print: for people on a terminal and in a pipe, and for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from mesh_tools.build.events import NodeFinished, NodesCounted, ProjectFinished, ProjectStarted
from mesh_tools.build.runs import NodeFailure, ProjectRun, Run
from mesh_tools.build.status import MeshStatus, ProductStatus, ProjectStatus
from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.graph import MeshGraph
from mesh_tools.mesh.summary import NodeSummary, ProjectSummary
from mesh_tools.model.interface import Freshness
from mesh_tools.report.build import build_progress, print_interrupted, print_run
from mesh_tools.report.console import console, print_json, print_problem, problem_document
from mesh_tools.report.graph import graph_document, print_graph
from mesh_tools.report.status import print_status

ERROR = MeshError("one\ntwo [bold]", hint="do this\nor that", where=Location("a.yml", 3, 5))
LONG = "x" * 300


class Piped:
    """A console as it is when standard output is a pipe, and what it was given."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.console = console(self.stream)

    @property
    def lines(self) -> list[str]:
        text = self.stream.getvalue()
        assert "\x1b" not in text
        return [line.rstrip() for line in text.splitlines()]


@pytest.fixture
def piped() -> Piped:
    return Piped()


RUN = Run(
    id="r",
    environment="dev",
    started_at="2026-01-01T00:00:00+00:00",
    finished_at="2026-01-01T00:01:00+00:00",
    projects=(
        ProjectRun(
            project="shop",
            status="success",
            finished_at="",
            seconds=1.25,
            counts={"model": {"success": 3}, "seed": {"success": 1}, "test": {"pass": 4, "warn": 1}},
            warnings=("careful\n  --> a.sql:1",),
        ),
        ProjectRun(
            project="stock",
            status="failed",
            finished_at="",
            counts={"model": {"error": 1, "skipped": 2}},
            failures=(
                NodeFailure(
                    unique_id="model.stock.items", status="error", message="a\nb\nc\nd\ne", path="models/items.sql"
                ),
            ),
        ),
        ProjectRun(project="sales", status="skipped", finished_at="", reason="stock was not built"),
        ProjectRun(project="plan", status="refused", finished_at="", error="[red]no[/red]"),
    ),
)


def test_a_build_is_a_table_and_then_what_went_wrong(piped: Piped) -> None:
    folders = {project.project: Path("projects") / project.project for project in RUN.projects}
    print_run(piped.console, RUN, Path("runs/r"), folders)
    assert piped.lines == [
        "",
        "project  status   models              tests          time",
        "shop     success  4 ok                4 ok, 1 warn  1.2 s",
        "stock    failed   1 error, 2 skipped                0.0 s",
        "sales    skipped                                    0.0 s",
        "plan     refused                                    0.0 s",
        "shop: warning: careful",
        "  --> a.sql:1",
        "stock: model items error",
        "  --> projects/stock/models/items.sql",
        "  a",
        "  b",
        "  c",
        "  d",
        "  e",
        "  look closer: cd projects/stock && dbt build --select items",
        "  dbt's output: runs/r/stock/dbt.log",
        "sales was skipped: stock was not built",
        "plan: [red]no[/red]",
    ]


def test_progress_in_a_pipe_is_a_line_for_each_beginning_and_end(piped: Piped) -> None:
    with build_progress(piped.console) as listener:
        listener(ProjectStarted(project="shop", position=1, total=2))
        listener(NodesCounted(project="shop", total=2))
        listener(NodeFinished(project="shop", unique_id="model.shop.a", status="success"))
        listener(ProjectFinished(project="shop", status="success", seconds=2.04))
    assert piped.lines == ["building shop (1 of 2)", "shop: success in 2.0 s"]


def test_progress_on_a_terminal_ends_with_what_stays() -> None:
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=80)
    with build_progress(terminal) as listener:
        listener(ProjectStarted(project="shop", position=1, total=1))
        listener(NodesCounted(project="shop", total=1))
        listener(NodeFinished(project="shop", unique_id="model.shop.a", status="error"))
        listener(ProjectFinished(project="shop", status="failed", seconds=2.0))
    assert "\x1b[31mfailed\x1b[0m" in stream.getvalue()


def test_an_interrupted_build_says_what_stays(piped: Piped) -> None:
    print_interrupted(piped.console)
    assert piped.lines[0] == "interrupted: dbt was stopped"


def test_a_problem_is_what_where_and_what_next(piped: Piped) -> None:
    print_problem(piped.console, ERROR)
    print_problem(piped.console, MeshError(LONG), "warning")
    assert piped.lines == [
        "error: one",
        "  two [bold]",
        "  --> a.yml:3:5",
        "  hint: do this",
        "        or that",
        f"warning: {LONG}",
    ]


def test_a_problem_for_programs() -> None:
    assert problem_document(ERROR) == {
        "message": "one\ntwo [bold]",
        "hint": "do this\nor that",
        "path": "a.yml",
        "line": 3,
        "column": 5,
    }
    assert problem_document(MeshError("x"))["path"] is None


def product(freshness: Freshness | None = None, state: str | None = None) -> ProductStatus:
    return ProductStatus(
        name="orders",
        v=2,
        semantic_version="2.1.0",
        latest=True,
        contract=True,
        columns=3,
        deprecation_date="2027-01-31",
        promise=freshness,
        freshness="kept" if state == "kept" else None,
    )


def test_the_status_is_projects_then_products_then_problems(piped: Piped) -> None:
    projects = (
        ProjectStatus(
            name="shop",
            domain="retail",
            upstreams=(),
            published_at="2026-01-01T10:20:30+00:00",
            owner="Shop team",
            products=(product(Freshness(count=2, period="day"), "kept"),),
            last_build="success",
            last_build_at="2026-01-01T10:20:30+00:00",
        ),
        ProjectStatus(name="sales", domain="sales", upstreams=("shop",), problem="damaged"),
    )
    print_status(piped.console, MeshStatus(mesh="m", environment="dev", registry="r", projects=projects))
    assert piped.lines == [
        "m, environment dev, registry r",
        "",
        "project        products  last build  published         owner      reads",
        "shop (retail)  1         success     2026-01-01 10:20  Shop team  -",
        "sales          -         never       never             -          shop",
        "",
        "product      version        contract  columns  fresh         deprecated",
        "shop.orders  2.1.0, latest  yes       3        kept, 2 days  2027-01-31",
        "sales: damaged",
    ]


def test_json_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(RUN)
    document = json.loads(capsys.readouterr().out)
    assert [project["status"] for project in document["projects"]] == ["success", "failed", "skipped", "refused"]


def _graph_with_an_external_product() -> MeshGraph:
    stub = NodeSummary(unique_id="model.ext.x", project="ext", resource_type="model", name="x")
    reader = NodeSummary(
        unique_id="model.b.y", project="b", resource_type="model", name="y", depends_on=("model.ext.x",)
    )
    return MeshGraph([ProjectSummary(project="b", nodes={"model.b.y": reader}, stubs={"model.ext.x": stub})])


def test_a_graph_shows_products_of_projects_outside_the_mesh(piped: Piped) -> None:
    print_graph(piped.console, _graph_with_an_external_product())
    assert piped.lines == ["build order", "  1. b", "", "product  used by  as", "ext.x    b.y      ref, external"]


def test_a_graph_for_programs_has_external_edges_apart() -> None:
    document = graph_document(_graph_with_an_external_product())
    assert (document["edges"], document["missing"]) == ([], {})
    assert document["external_edges"] == [{"producer": "model.ext.x", "consumer": "model.b.y", "kind": "ref"}]
