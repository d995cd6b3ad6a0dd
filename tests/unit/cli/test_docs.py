"""`mesh docs`, from a registry: no project is at hand."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mesh_tools.cli.main import main
from mesh_tools.interface.registry import open_registry
from support.worlds import consumer, project, use

Run = Callable[..., str]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two projects that published to ``prod``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1781524800")
    published = open_registry("registry", base=tmp_path)
    for interface in (project("operations", {}), consumer("planning", use("int_a", columns=["carrier"]))):
        published.publish(replace(interface, environment="prod", published_at="2026-06-01T00:00:00Z"))
    return tmp_path / "registry"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        try:
            main(["docs", *arguments])
            left = 0
        except SystemExit as leaving:
            left = int(leaving.code or 0)
        printed = capsys.readouterr()
        assert left == code, printed.out + printed.err
        return printed.out + printed.err

    return run


def test_a_registry_is_enough_for_products_and_their_consumers(registry: Path, run: Run, tmp_path: Path) -> None:
    said = run("build", "--from-registry", str(registry), "--env", "prod", "--output", "site")
    assert "1 product of 2 domains (public), environment prod" in said
    page = (tmp_path / "site" / "products" / "operations" / "flights" / "index.html").read_text()
    assert "1 internal model of planning" in page
    assert "int_a" not in page


def test_what_a_registry_does_not_know_is_told(registry: Path, run: Run) -> None:
    assert "not known: the site was made from a registry alone" in run(
        "build", "--from-registry", str(registry), "--env", "prod"
    )


def test_the_registry_of_the_mesh_file_needs_no_url(registry: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mesh.yml").write_text(
        f"name: skies\nprojects: [none/*]\nregistry: {registry.name}\nenvironments: {{prod: {{}}}}\n"
    )
    assert "environment prod" in run("build", "--from-registry", "--output", "site")
    assert "skies" in (tmp_path / "site" / "index.html").read_text()


def test_the_report_is_json_on_request(registry: Path, run: Run, tmp_path: Path) -> None:
    report = json.loads(run("build", "--from-registry", str(registry), "--env", "prod", "--format", "json"))
    assert report["index"] == str(tmp_path / ".mesh" / "site" / "index.html")
    assert (report["profile"], report["products"], report["domains"]) == ("public", 1, 2)
    assert report["pages"] == sum(1 for _ in (tmp_path / ".mesh" / "site").rglob("*.html"))


def test_the_same_input_has_the_same_bytes(registry: Path, run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("build", "--from-registry", str(registry), "--env", "prod", "--output", name)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_environment_in_which_nothing_is_published_is_one_error(registry: Path, run: Run) -> None:
    said = run("build", "--from-registry", str(registry), "--env", "dev", code=2)
    assert "nothing is published in environment 'dev'" in said
    assert "hint: name another one with --env" in said


def test_without_a_mesh_and_without_a_url_there_is_nothing_to_show(tmp_path: Path, run: Run) -> None:
    os.chdir(tmp_path)
    assert "no mesh.yml here that names a registry" in run("build", "--from-registry", code=2)
    assert "no mesh.yml in this folder or above it" in run("build", code=2)


def test_a_registry_has_nothing_private_to_show(registry: Path, run: Run) -> None:
    assert "--all needs the projects" in run("build", "--all", "--from-registry", str(registry), code=2)


@pytest.mark.parametrize(
    "url", ["my-company.github.io/mesh", "https://", "ftp://skies.example", "https://a.example/?b"]
)
def test_a_base_url_that_is_no_whole_address_is_refused(registry: Path, run: Run, url: str) -> None:
    said = run("build", "--from-registry", str(registry), "--env", "prod", "--base-url", url, code=2)
    assert "--base-url is a whole address, such as https://" in said


def test_a_folder_of_somebody_else_is_refused_before_anything_is_read(registry: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    said = run("build", "--from-registry", str(registry), "--env", "prod", "--output", "mine", code=2)
    assert "something else than a site" in said
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_damaged_interface_is_a_gap_and_not_the_end(registry: Path, run: Run, tmp_path: Path) -> None:
    (registry / "prod" / "planning" / "current.json").write_text("{")
    said = run("build", "--from-registry", str(registry), "--env", "prod", "--output", "site")
    assert "not known: the interface of planning" in said
    assert (tmp_path / "site" / "products" / "operations" / "flights" / "index.html").is_file()


def test_a_moment_that_is_none_is_one_error(registry: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert "SOURCE_DATE_EPOCH is 'yesterday'" in run("build", "--from-registry", str(registry), "--env", "prod", code=2)


def test_a_port_that_is_taken_is_one_error(registry: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = run("serve", "--from-registry", str(registry), "--env", "prod", "--port", port, code=2)
    assert f"port {port} is in use" in said
    assert "--port" in said


def test_a_package_that_is_missing_is_named_with_its_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from mesh_tools.site import wanted

    monkeypatch.setattr(wanted, "_NEEDED", ("jinja2", "not_there_at_all"))
    said = run("build", code=2)
    assert "`mesh docs` needs not_there_at_all" in said
    assert "pip install 'mesh-tools[docs]'" in said
