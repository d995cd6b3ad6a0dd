"""Every rule finds what its page calls bad, in that very line, and nothing in what its page calls good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_tools.lint.page import examples_of
from mesh_tools.lint.registry import built_in
from support.lint_cases import Dbt2, DbtServer, expected_places, found_places, needs_dbt_1, run_example

pytestmark = pytest.mark.dbt

ASKED = {code: rule for code, rule in built_in().items() if rule.check is not None}


@pytest.fixture(scope="module")
def server() -> Iterator[DbtServer]:
    """A process that has imported dbt."""
    server = DbtServer()
    yield server
    server.close()


@pytest.mark.parametrize("code", ASKED)
def test_the_bad_example_has_the_findings_that_it_marks(code: str, server: DbtServer, tmp_path: Path) -> None:
    files = examples_of(ASKED[code])["bad"]
    expected = expected_places(files, code)
    assert expected, f"the bad example of {code} marks no line"
    report = run_example(tmp_path, files, code, server)
    assert found_places(tmp_path, report, code) == expected


@pytest.mark.parametrize("code", ASKED)
def test_the_good_example_has_no_finding(code: str, server: DbtServer, tmp_path: Path) -> None:
    files = examples_of(ASKED[code])["good"]
    # dbt 2 parses in a fraction of the time, and finds the same (test_lint_dbt_2).
    report = run_example(tmp_path, files, code, server if needs_dbt_1(files) else Dbt2())
    assert [finding for finding in report["findings"] if finding["code"] == code] == []
    assert report["not_checked"] == []
