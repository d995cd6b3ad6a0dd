"""A workspace of generated projects, each of which reads the products of the one before it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from generate import BLOCK, MARK, Shape, profile, repeat, write_files, write_project
from measure import program

_NAME = "warehouse_xx"
_UPSTREAM = "warehouse_yy"
"""As long as the names that they get."""
_STUB = f"orders_{MARK}"
_READER = f"products_{MARK}"
COLUMNS = 25


def make_workspace(folder: Path, projects: int, models: int) -> Path:
    """A mesh of ``projects`` projects of ``models`` each, a multiple of :data:`BLOCK`; the first reads nobody."""
    shutil.rmtree(folder, ignore_errors=True)
    first = _manifest(folder / "small" / "first", models // BLOCK, reads=False)
    other = _manifest(folder / "small" / "other", models // BLOCK, reads=True) if projects > 1 else ""
    files = {"mesh.yml": json.dumps({"name": "benchmark", "projects": ["projects/*"], "registry": ".mesh/registry"})}
    for number in range(projects):
        name, upstream = f"warehouse_{number:02d}", f"warehouse_{number - 1:02d}"
        text = other if number else first
        files[f"projects/{name}/dbt_project.yml"] = json.dumps({"name": name, "profile": "benchmark"})
        files[f"projects/{name}/profiles.yml"] = profile("benchmark")
        files[f"projects/{name}/target/manifest.json"] = text.replace(_NAME, name).replace(_UPSTREAM, upstream)
    write_files(folder, files)
    return folder


def _manifest(folder: Path, blocks: int, *, reads: bool) -> str:
    """What dbt compiles of one block, repeated."""
    write_project(folder, Shape(project=_NAME, columns=COLUMNS))
    project = {"name": _NAME, "version": "1.0.0", "profile": "benchmark", "models": {_NAME: {"+schema": _NAME}}}
    (folder / "dbt_project.yml").write_text(json.dumps(project))
    if reads:
        _read_upstream(folder)
    common = ["--quiet", "--no-send-anonymous-usage-stats"]
    for command in (["deps"], ["compile"]):
        subprocess.run([program("dbt"), *common, *command, "--profiles-dir", "."], cwd=folder, check=True)
    target = folder / "manifest.json"
    with target.open("w") as file:
        repeat(json.loads((folder / "target" / "manifest.json").read_bytes()), blocks, file)
    return target.read_text()


def _read_upstream(folder: Path) -> None:
    """One mart of the block selects from a product of the project before, which is a package of stubs."""
    models = {_UPSTREAM: {"+schema": _UPSTREAM, "+tags": ["mesh_external"], "+access": "public"}}
    write_files(
        folder,
        {
            "packages.yml": json.dumps({"packages": [{"local": "upstream"}]}),
            "upstream/dbt_project.yml": json.dumps({"name": _UPSTREAM, "version": "1.0.0", "models": models}),
            f"upstream/models/{_STUB}.sql": "select 1 as id\n",
        },
    )
    reader = folder / "models" / "marts" / f"{_READER}.sql"
    before = f"ref('int_products_{MARK}')"
    if before not in (text := reader.read_text()):
        before = text[text.index("ref('") : text.index("')") + 2]
    reader.write_text(text.replace(before, f"ref('{_UPSTREAM}', '{_STUB}')"))
