"""What `mesh docs build` is measured on is a mesh: its projects read each other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))  # the benchmarks are a program: its modules lie beside each other

from measure import program  # noqa: E402
from site_mesh import make_workspace  # noqa: E402


@pytest.mark.dbt
@pytest.mark.xdist_group("benchmarks")
def test_each_project_reads_the_one_before_it_once_a_block(tmp_path: Path) -> None:
    mesh = make_workspace(tmp_path / "mesh", projects=3, models=40)
    subprocess.run([program("mesh"), "docs", "build", "--no-scores"], cwd=mesh, check=True)

    found: Counter[str] = Counter()
    for path in (mesh / ".mesh" / "site" / "api" / "v1" / "products").glob("*.json"):
        document = json.loads(path.read_bytes())
        found[document["project"]] += sum(len(version["consumers"]) for version in document["versions"])

    assert found == {"warehouse_00": 2, "warehouse_01": 2, "warehouse_02": 0}
