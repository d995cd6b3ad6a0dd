"""The command line itself: help, exit codes, and errors that nobody foresaw."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_tools import __version__
from mesh_tools.cli.main import app, main
from mesh_tools.files import locked

REPOSITORY = Path(__file__).parents[3]


def left_with(*arguments: str) -> int:
    """The exit code of the command."""
    try:
        main(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dbt project, which is the working directory."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("verb", list(app.commands))
def test_every_verb_has_help_that_begins_with_a_sentence(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with(verb, "--help") == 0
    usage, _, first, *_ = capsys.readouterr().out.splitlines()
    assert usage.startswith(f"Usage: mesh {verb}")
    assert first.strip()


def test_help_lists_the_verbs_in_the_order_of_a_days_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("-h") == 0
    output = capsys.readouterr().out
    assert [output.index(f"\n  {verb} ") for verb in app.commands] == sorted(
        output.index(f"\n  {verb} ") for verb in app.commands
    )
    assert "Exit codes: 0 done" in output


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("--version") == 0
    assert capsys.readouterr().out == f"mesh {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["biuld"], "No such command 'biuld'"), (["sync", "--format", "xml"], "'xml'"), (["publish"], "PROJECT")],
)
def test_a_wrong_command_line_is_code_2_and_leads_to_help(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert left_with(*arguments) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert "--help" in errors or "-h" in errors


@pytest.mark.parametrize("document", ["mesh", "interface", "meta", "lint"])
def test_schemas_are_json(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("schema", document) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)


def test_init_names_every_project_and_what_comes_next(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "deep" / "er").mkdir(parents=True)
    (project / "deep" / "er" / "dbt_project.yml").write_text("name: er\n")
    assert left_with("init") == 0
    assert capsys.readouterr().out.splitlines() == [
        "mesh.yml written; projects: deep/er, shop",
        "not for version control: .mesh/, profiles.yml as mesh writes it, dbt's target/ and dbt_packages/",
        "next: `mesh build`, or `mesh sync` and `dbt deps` before plain dbt",
    ]
    assert left_with("status") == 0
    assert left_with("init") == 2
    assert "error: there is a mesh.yml already" in capsys.readouterr().err


def test_the_mesh_file_can_be_named_by_option_and_by_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "other.yml").write_text("name: other\nprojects: [shop]\n")
    assert left_with("status", "--mesh-file", "other.yml") == 0
    monkeypatch.setenv("MESH_FILE", "other.yml")
    assert left_with("status") == 0
    assert capsys.readouterr().out.count("other, environment dev") == 2


def test_a_disk_that_refuses_is_an_error_and_no_traceback(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the file system says, wherever it says it: here a folder stands where the file goes."""
    (project / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    (project / "shop" / "interface.yml").mkdir()
    manifest = REPOSITORY / "tests" / "cases" / "manifests" / "dbt_1" / "manifest.json"
    (project / "shop" / "target").mkdir()
    (project / "shop" / "target" / "manifest.json").write_bytes(manifest.read_bytes())
    assert left_with("contract", "accept", "shop") == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors[0].startswith("error: ")
    assert errors[1].startswith("  --> ")


def test_a_reader_that_leaves_is_no_error() -> None:
    """``mesh schema interface | head``: the pipe is closed before everything is written."""
    program = [sys.executable, "-m", "mesh_tools", "schema", "interface"]
    with subprocess.Popen(
        program, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_a_mesh_above_a_repository_is_not_its_mesh(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The search ends where a repository does; a new mesh.yml says which one it hides."""
    (project / "mesh.yml").write_text("name: above\nprojects: [shop]\n")
    assert left_with("init", "shop") == 0
    assert f"counts instead of {project / 'mesh.yml'}" in capsys.readouterr().out
    (project / "shop" / "mesh.yml").unlink()
    (project / "shop" / ".git").mkdir()
    monkeypatch.chdir(project / "shop")
    assert left_with("status") == 2
    assert "no mesh.yml in this folder or above it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ("3", "'3' holds no names with values"),
        ("", "'' holds no names with values"),
        ("[a, b]", "'[a, b]' holds no names with values"),
        ("a", "'a' holds no names with values"),
        ("[1,", "YAML syntax: "),
        ("{a: 2024-13-45}", "YAML syntax: "),
    ],
)
@pytest.mark.parametrize("verb", ["build", "plan", "run"])
def test_variables_that_are_none_are_refused_before_anything_starts(
    project: Path, capsys: pytest.CaptureFixture[str], verb: str, variables: str, said: str
) -> None:
    (project / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    assert left_with(verb, *(["--job", "shop"] if verb == "run" else []), "--vars", variables) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "--vars '{first_day:" in " ".join(told.split())
    assert not (project / ".mesh").exists()


def test_a_second_build_is_told_who_builds(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the same environment; the lock ends with the process that holds it."""
    (project / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    with locked(project / ".mesh" / "lock" / "dev" / "build", "process 7 since noon") as holder:
        assert holder is None
        assert left_with("build") == 2
    assert "error: another build of dev is running: process 7 since noon" in capsys.readouterr().err
    assert not (project / ".mesh" / "runs").exists()
