"""What the catalogue is measured on is a mesh: its projects read each other, and its site shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))  # the benchmarks are a program: its modules lie beside each other

from catalogue_mesh import write_catalog, write_manifest, write_mesh, write_seed  # noqa: E402
from measure import program  # noqa: E402


@pytest.mark.dbt
@pytest.mark.xdist_group("benchmarks")
def test_each_project_reads_the_one_before_and_the_site_shows_it(tmp_path: Path) -> None:
    seed = write_seed(tmp_path / "seed")
    mesh = write_mesh(tmp_path / "mesh", seed, projects=3, models=40)
    command = [str(program("mesh")), "docs", "build", "--no-scores", "--format", "json"]
    done = subprocess.run(command, cwd=mesh, check=True, capture_output=True, text=True)
    made = json.loads(done.stdout)
    assert made["products"] == 36
    site = Path(made["index"]).parent
    product = (site / "products" / "warehouse_00" / "products_00001" / "index.html").read_text()
    assert "warehouse_01.invoices_00001" in product
    couplings = (site / "map.html").read_text()
    assert "warehouse_02 reads warehouse_01" in couplings
    assert "warehouse_00 reads warehouse_01" not in couplings

    write_manifest(tmp_path / "whole.json", seed, models=60)
    write_catalog(tmp_path / "catalog.json", tmp_path / "whole.json")
    catalog = json.loads((tmp_path / "catalog.json").read_bytes())
    assert sum(key.startswith("model.warehouse_xx.") for key in catalog["nodes"]) == 60
