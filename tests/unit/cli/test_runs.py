"""`mesh runs`: which of its commands a command line means, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mesh_tools.cli.main import main
from support.meshes import REPOSITORY


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runs of tests/cases/runs in a mesh of one project, which is the working directory."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\nenvironments: {dev: {}, prod: {}, test: {}}\n")
    shutil.copytree(REPOSITORY / "tests" / "cases" / "runs" / "runs", tmp_path / ".mesh" / "runs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def left_with(*arguments: str) -> int:
    """The exit code of the command."""
    try:
        main(["runs", *arguments])
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize("arguments", ["", "list", "--env dev", "-e dev", "--limit 3", "list -n 2 --env prod"])
def test_without_a_command_runs_are_listed(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with(*arguments.split()) == 0
    assert capsys.readouterr().out.startswith("id ")


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize(
    ("arguments", "run_id"),
    [
        ("", "20260105T080000-eeeeee"),
        ("--env prod", "20260104T080000-dddddd"),
        ("20260102", "20260102T080000-bbbbbb"),
        ("20260101T080000-aaaaaa", "20260101T080000-aaaaaa"),
    ],
)
def test_show_takes_the_beginning_of_an_id_or_the_last(
    arguments: str, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert left_with("show", *arguments.split(), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["run"]["id"] == run_id


@pytest.mark.usefixtures("mesh")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("show 2026", "'2026' is the beginning of 6 runs"),
        ("show nothing", "there is no run 'nothing'"),
        ("show 20260106", "the record of this run is damaged"),
        ("show --env test", "no run is kept of test"),
        ("--env nowhere", "no environment 'nowhere' in mesh.yml"),
        ("slowest --kind table", "Invalid value for '--kind'"),
        ("--limit 0", "Invalid value for '--limit'"),
        ("shwo", "No such command 'shwo'"),
    ],
)
def test_what_cannot_be_shown(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with(*arguments.split()) == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("mesh")
def test_the_slowest_models_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("slowest", "--kind", "model", "-n", "1", "--format", "json") == 0
    (node,) = json.loads(capsys.readouterr().out)["nodes"]
    assert (node["project"], node["name"]) == ("sales", "revenue")


def test_only_damaged_records_are_an_error_with_a_place(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for record in (mesh / ".mesh" / "runs").glob("*/run.json"):
        record.write_text("{")
    assert left_with("show") == 2
    assert "--> .mesh/runs/20260106T080000-ffffff/run.json" in capsys.readouterr().err
    assert left_with("list") == 0


def test_a_mesh_in_which_nothing_was_built(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(mesh / ".mesh")
    assert left_with() == 0
    assert left_with("slowest") == 0
    assert left_with("show") == 2
    assert "hint: run `mesh build`" in capsys.readouterr().err
