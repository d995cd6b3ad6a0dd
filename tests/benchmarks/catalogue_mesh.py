"""Meshes for the catalogue: projects that read each other, made of what dbt compiled once.

Each project is the same small one under another name. One mart of each block reads a product of the project before, by
a stub as `mesh sync` writes it; the first project reads a producer outside the mesh.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from generate import BLOCK, MARK, Shape, repeat, write_files, write_project
from measure import program

PROJECT, UPSTREAM = "warehouse_xx", "warehouse_yy"
"""As long as the names that the copies get."""
COLUMNS = 25
_PRODUCT, _READER = f"products_{MARK}", f"invoices_{MARK}"
_STUB = "{{ config(tags=['mesh_external'], schema='upstream') }}\nselect 1 as id, 'open' as status\n"


def write_seed(folder: Path) -> dict[str, Any]:
    """The small project, compiled; returns its manifest."""
    write_project(folder, Shape(project=PROJECT, columns=COLUMNS))
    _describe(folder / "models" / "marts" / f"_{MARK}_marts.yml")
    _read_upstream(folder / "models" / "marts" / f"{_READER}.sql")
    stub = {"name": _PRODUCT, "access": "public", "columns": [{"name": "id"}, {"name": "status"}]}
    exposure = {
        "name": f"board_{MARK}",
        "type": "dashboard",
        "owner": {"name": "Analytics", "email": "analytics@example.com"},
        "url": "https://bi.example.com/board",
        "depends_on": [f"ref('{_READER}')"],
    }
    files = {
        "packages.yml": json.dumps({"packages": [{"local": "upstream"}]}),
        "upstream/dbt_project.yml": json.dumps({"name": UPSTREAM, "version": "1.0.0"}),
        f"upstream/models/{_PRODUCT}.sql": _STUB,
        "upstream/models/stubs.yml": json.dumps({"version": 2, "models": [stub]}),
        f"models/{MARK}_board.yml": json.dumps({"version": 2, "exposures": [exposure]}),
    }
    write_files(folder, files)
    for verb in ("deps", "compile"):
        command = [str(program("dbt")), "--quiet", "--no-send-anonymous-usage-stats", verb, "--profiles-dir", "."]
        subprocess.run(command, cwd=folder, check=True)
    manifest: dict[str, Any] = json.loads((folder / "target" / "manifest.json").read_bytes())
    return manifest


def _describe(path: Path) -> None:
    """What a product has besides: meaning, promises, an end of some."""
    document = json.loads(path.read_text())
    for number, model in enumerate(document["models"]):
        mesh = {"grain": ["id"], "freshness": {"count": 1, "period": "day"}, "tier": ("gold", "silver")[number % 2]}
        model["config"]["meta"] = {"mesh": mesh}
        model["description"] += " **One row** for each `id`; see [the handbook](https://handbook.example.com)."
        if number % 5 == 4:
            model["deprecation_date"] = "2031-01-01"
        for at, column in enumerate(model["columns"]):
            column["config"] = {"meta": {"mesh": {"classification": ("public", "internal", "pii")[at % 3]}}}
    path.write_text(json.dumps(document, indent=2))


def _read_upstream(path: Path) -> None:
    text = path.read_text()
    imports = f"with upstream as (\n    select * from {{{{ ref('{UPSTREAM}', '{_PRODUCT}') }}}}\n),\n\n"
    text = text.replace("with ", imports, 1)
    first = text.index(".status")
    start = text.rindex(" ", 0, first) + 1
    text = f"{text[:start]}upstream{text[first:]}"
    own = text[text.index("    from ", text.index("joined as (")) :].split()[1]
    path.write_text(
        text.replace(
            "\n)\n\nselect * from joined",
            f"\n    left join upstream on upstream.id = {own}.id\n)\n\nselect * from joined",
        )
    )


def write_mesh(folder: Path, seed: dict[str, Any], projects: int, models: int) -> Path:
    """A mesh of ``projects`` projects of ``models`` models each; returns its folder."""
    text_file = folder / "manifest.json"
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(text_file, seed, models)
    text = text_file.read_text()
    for number in range(projects):
        name = f"warehouse_{number:02d}"
        before = f"warehouse_{number - 1:02d}" if number else "warehouse_zz"
        path = folder / "projects" / name
        (path / "target").mkdir(parents=True, exist_ok=True)
        (path / "dbt_project.yml").write_text(f"name: {name}\nversion: '1.0.0'\nprofile: benchmark\n")
        (path / "target" / "manifest.json").write_text(text.replace(PROJECT, name).replace(UPSTREAM, before))
    (folder / "mesh.yml").write_text("name: benchmark\nprojects: [projects/*]\n")
    return folder


def write_manifest(path: Path, seed: dict[str, Any], models: int) -> None:
    """One manifest of so many models: for tools that show one project."""
    with path.open("w") as file:
        repeat(seed, models // BLOCK, file)


def write_catalog(path: Path, manifest: Path) -> None:
    """What `dbt docs generate` would find in the warehouse: the columns that the YAML declares."""
    nodes = {}
    for key, node in json.loads(manifest.read_bytes())["nodes"].items():
        if node["resource_type"] != "model":
            continue
        columns = {
            name: {"name": name, "type": column.get("data_type") or "varchar", "index": at, "comment": None}
            for at, (name, column) in enumerate(node["columns"].items(), 1)
        }
        metadata = {"type": "BASE TABLE", "database": "memory", "schema": node["schema"], "name": node["alias"]}
        nodes[key] = {
            "unique_id": key,
            "metadata": {**metadata, "owner": None, "comment": None},
            "columns": columns,
            "stats": {},
        }
    metadata = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json",
        "generated_at": "2026-01-01T00:00:00Z",
    }
    path.write_text(json.dumps({"metadata": metadata, "nodes": nodes, "sources": {}, "errors": None}))
