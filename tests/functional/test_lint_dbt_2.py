"""Rules find the same, in the same lines, in a manifest of dbt 2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mesh_tools.lint.page import examples_of
from mesh_tools.lint.registry import built_in
from support.lint_cases import Dbt2, expected_places, found_places, needs_dbt_1, run_example

pytestmark = pytest.mark.dbt


def _examples() -> Mapping[str, Mapping[str, str]]:
    """Bad examples of one project that need nothing but its manifest."""
    bad = {code: examples_of(rule)["bad"] for code, rule in built_in().items() if rule.check is not None}
    return {code: files for code, files in bad.items() if not needs_dbt_1(files)}


EXAMPLES = _examples()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_bad_example_has_the_findings_that_it_marks(code: str, tmp_path: Path) -> None:
    report = run_example(tmp_path, EXAMPLES[code], code, Dbt2())
    assert found_places(tmp_path, report, code) == expected_places(EXAMPLES[code], code)
