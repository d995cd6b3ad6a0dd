"""Each case of `mesh lint --fix`: files before and after; dbt parses these, and the findings are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.lint_cases import DbtServer, in_mesh, lint, make_mesh, parse_again
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = pytest.mark.dbt

CASES = sorted((REPOSITORY / "tests" / "cases" / "lint" / "fixes").glob("*.yml"))
LINE_ENDS = ("\n", "\r\n")
SOURCES = (".sql", ".py", ".yml")


@pytest.fixture(scope="module")
def server() -> Iterator[DbtServer]:
    """A process that has imported dbt."""
    server = DbtServer()
    yield server
    server.close()


@pytest.mark.parametrize("end", LINE_ENDS, ids=["LF", "CRLF"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_fix_writes_what_the_case_says_and_nothing_else(
    path: Path, end: str, server: DbtServer, tmp_path: Path
) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    files: dict[str, str] = {name: ended(name, text, end) for name, text in case["files"].items()}
    after = {**files, **{name: ended(name, text, end) for name, text in case.get("after", {}).items()}}
    rules = [argument for code in case["select"] for argument in ("--select", code)]
    make_mesh(tmp_path, files, server)
    for name, text in case.get("edits", {}).items():  # once dbt has parsed the rest
        (tmp_path / in_mesh(name)).write_bytes(ended(name, text, end).encode())
    assert found(tmp_path, rules), "the case has findings"

    fix(tmp_path, rules)
    assert texts(tmp_path, files) == sources(after)

    parse_again(tmp_path, files, server)
    assert bool(found(tmp_path, rules)) == case.get("left", False)
    fix(tmp_path, rules)
    assert texts(tmp_path, files) == sources(after), "a second time nothing changes"


def fix(root: Path, rules: list[str]) -> None:
    done = BuiltMesh(root).run("mesh", "lint", "--fix", *rules, check=False)
    assert done.returncode in {0, 1}, done.stderr
    assert "not fixed" not in done.stderr


def found(root: Path, rules: list[str]) -> list[Any]:
    report = lint(root, *rules)
    assert report["not_checked"] == []
    return [finding for finding in report["findings"] if finding["state"] == "new"]


def ended(name: str, text: str, end: str) -> str:
    return text.replace("\n", end) if name.endswith(SOURCES) else text


def sources(files: Mapping[str, str]) -> dict[str, str]:
    return {in_mesh(name): text for name, text in files.items() if name.endswith(SOURCES)}


def texts(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    return {name: (root / name).read_bytes().decode("utf-8") for name in sources(files)}
