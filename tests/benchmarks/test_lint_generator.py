"""What `mesh lint` is measured on has faults that its rules find, in each copy of a project alike."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))  # the benchmarks are a program: its modules lie beside each other

from lint import PAIRS, lint_case, make_manifest, make_projects, our_counts, policy  # noqa: E402
from measure import run_once  # noqa: E402


@pytest.mark.dbt
@pytest.mark.xdist_group("benchmarks")
def test_two_projects_have_twice_the_faults_of_one(tmp_path: Path) -> None:
    one = make_manifest(tmp_path / "one", blocks=2)
    file = tmp_path / "policy.yml"
    file.write_text(json.dumps(policy()))

    def counted(manifests: list[Path]) -> Counter[str]:
        run_once(lint_case("lint", tmp_path, manifests, "--policy", str(file)), tmp_path / "log")
        report = json.loads((tmp_path / "out.json").read_bytes())
        assert report["not_checked"] == []
        return our_counts(report)

    single = counted([one])
    double = counted(make_projects(tmp_path / "many", one, 2))

    assert single["check_model_description_populated"] == 12
    assert single["check_source_freshness_populated"] == 1
    assert double == Counter({check: 2 * number for check, number in single.items()})


def test_there_are_twenty_checks() -> None:
    assert len({pair.check for pair in PAIRS}) == 20
