"""Column lineage beside its peers: sqlglot's own ``lineage`` for each column, and dbt-colibri.

    python tests/benchmarks/lineage.py [--models 1000] [--models 10000] [--folder .mesh/bench/lineage] [--peers]

Stands alone. Every figure is of a process of its own that reads the manifest and traces it; CPU seconds are those
of tracing alone, for all of them. With ``--peers``, virtual environments with dbt-colibri and with sqlglot's
compiled form are made in the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from generate import Shape, write_manifest

REPOSITORY = Path(__file__).parents[2]
SHAPE = Shape(project="warehouse", columns=25)
COLIBRI = "dbt-colibri==0.3.7"
_MARTS = (
    # What marts of a real project add to joins; the lambda needs the exact path.
    "select *, row_number() over (partition by status order by id) as rank from joined",
    (
        "select status, count(*) as n, sum(quantity_06) as quantity, max(case when id > 3 then score_07 end) as top"
        " from joined group by 1"
    ),
    "select * from joined union all select * from joined where id > 3",
    "select * replace (list_transform([id], v -> v + 1) as id) from joined",
    (
        "select id, coalesce(status, 'none') as status, quantity_06 * 2 as twice, twice + 1 as more from joined"
        " where exists (select 1 from joined as other where other.id = joined.id)"
    ),
    "select * from joined",
)
_SLOW_MODELS = 40
"""Models that sqlglot's own ``lineage`` traces at most."""


def make(folder: Path, models: int) -> Path:
    """A manifest of ``models`` models as dbt compiles them, their marts of many kinds, and a catalog for colibri."""
    target = folder / f"{models}" / "mixed.json"
    if target.exists():
        return target
    path = write_manifest(folder / f"{models}", SHAPE, models)
    manifest = json.loads(path.read_bytes())
    marts = [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and "marts" in node["fqn"]]
    for node, ending in zip(marts, cycle(_MARTS), strict=False):
        node["compiled_code"] = node["compiled_code"].replace("select * from joined", ending)
    for number, node in enumerate(manifest["nodes"].values()):
        # No two models of a project are the same, and nothing must be traced once for several.
        code = node.get("compiled_code") or ""
        node["compiled_code"] = code.replace("select * from renamed", f"select * from renamed where id <> {number}")
    target.write_text(json.dumps(manifest))
    (target.parent / "catalog.json").write_text(json.dumps(_catalog(manifest)))
    return target


def _catalog(manifest: dict[str, Any]) -> dict[str, Any]:
    """The columns of every relation: colibri needs them, we do not."""

    def entry(node: dict[str, Any], columns: list[str]) -> dict[str, Any]:
        return {
            "unique_id": node["unique_id"],
            "metadata": {
                "type": "BASE TABLE",
                "database": node["database"],
                "schema": node["schema"],
                "name": node.get("identifier") or node["alias"],
            },
            "columns": {
                name: {"type": "varchar", "index": index, "name": name} for index, name in enumerate(columns, 1)
            },
        }

    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    columns = list(models[0]["columns"])
    return {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
        "nodes": {node["unique_id"]: entry(node, list(node["columns"])) for node in models},
        "sources": {node["unique_id"]: entry(node, columns) for node in manifest["sources"].values()},
    }


def _ours(manifest: Path, cache: Path | None, workers: int) -> dict[str, Any]:
    from mesh_tools.artifacts.compiled import read_compiled
    from mesh_tools.lineage.inputs import inputs_of
    from mesh_tools.lineage.trace import trace

    inputs = inputs_of([read_compiled(manifest)])
    found, cost = timed(lambda: trace(inputs, cache=cache, workers=workers))
    methods = Counter(lineage.method for lineage in found.values())
    edges = sum(len(edges) for lineage in found.values() for edges in lineage.columns.values())
    return {**cost, "models": len(found), "edges": edges, "methods": dict(methods)}


def _sqlglot(manifest: Path) -> dict[str, Any]:
    """As sqlglot's documentation has it: one call for each column."""
    from sqlglot.lineage import lineage

    document = json.loads(manifest.read_bytes())
    models = [node for node in document["nodes"].values() if node["resource_type"] == "model"]
    nodes = {node["unique_id"]: node for node in (*models, *document["sources"].values())}
    columns = dict.fromkeys(models[0]["columns"], "varchar")

    def schema_of(node: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for parent in (nodes[key] for key in node["depends_on"]["nodes"]):
            by_name = found.setdefault(parent["database"], {}).setdefault(parent["schema"], {})
            by_name[parent.get("identifier") or parent["alias"]] = columns
        return found

    chosen = models[:_SLOW_MODELS]

    def run() -> int:
        return sum(
            1
            for node in chosen
            for column in list(node["columns"])[: _outputs(node)]
            if lineage(column, node["compiled_code"], schema=schema_of(node), dialect="duckdb")
        )

    calls, cost = timed(run)
    return {**cost, "models": len(chosen), "edges": calls}


def _outputs(node: dict[str, Any]) -> int | None:
    """Marts that group have columns of other names; their first ones are left out here."""
    return 0 if "group by" in node["compiled_code"] or "as twice" in node["compiled_code"] else None


def _colibri(manifest: Path) -> dict[str, Any]:
    from dbt_colibri.lineage_extractor.extractor import (  # type: ignore[import-not-found]
        DbtColumnLineageExtractor,
    )

    extractor = DbtColumnLineageExtractor(str(manifest), str(manifest.parent / "catalog.json"))
    found, cost = timed(extractor.extract_project_lineage)
    parents = found["lineage"]["parents"]
    edges = sum(len(columns) for model in parents.values() for columns in model.values())
    return {**cost, "models": len(extractor.selected_models), "edges": edges}


def timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What ``call`` returns, and what it cost: CPU seconds of all processes, and seconds."""

    def cpu() -> float:
        return sum(
            usage.ru_utime + usage.ru_stime
            for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
        )

    before, start = cpu(), time.perf_counter()
    result = call()
    return result, {"wall": time.perf_counter() - start, "cpu": cpu() - before}


def _environment(folder: Path, name: str, *packages: str) -> Path:
    python = folder / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def _sqlglot_version() -> str:
    from importlib.metadata import version

    return version("sqlglot")


def _child(python: Path | str, way: str, manifest: Path, *more: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [python, __file__, "--child", way, str(manifest), *more],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _row(title: str, cost: dict[str, Any]) -> None:
    rate = cost["models"] / cost["cpu"]
    _say(
        f"| {title} | {cost['models']} | {cost['wall']:.2f} | {cost['cpu']:.2f} | {rate:.0f} |"
        f" {cost.get('edges', '')} | {cost.get('methods', '')} |"
    )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, action="append")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".mesh" / "bench" / "lineage")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--child", nargs="+")
    arguments = parser.parse_args()
    if arguments.child:
        way, manifest, *more = arguments.child
        cache = Path(more[1]) if len(more) > 1 else None
        ways: dict[str, Callable[[], dict[str, Any]]] = {
            "ours": lambda: _ours(Path(manifest), cache, int(more[0])),
            "sqlglot": lambda: _sqlglot(Path(manifest)),
            "colibri": lambda: _colibri(Path(manifest)),
        }
        _say(json.dumps(ways[way]()))
        return
    folder = arguments.folder.resolve()
    sqlglot = f"=={_sqlglot_version()}"
    _say("| way | models | wall s | CPU s | models per CPU s | edges | methods |\n|---|---|---|---|---|---|---|")
    for models in arguments.models or [1000]:
        manifest = make(folder, models)
        cache = folder / f"{models}" / "cache.sqlite"
        cache.unlink(missing_ok=True)
        _row("ours, pure Python", _child(sys.executable, "ours", manifest, "1"))
        _row("ours, pure Python, two processes", _child(sys.executable, "ours", manifest, "2", str(cache)))
        _row("ours, warm cache", _child(sys.executable, "ours", manifest, "1", str(cache)))
        if arguments.peers:
            fast = _environment(folder, "fast", f"sqlglot[c]{sqlglot}", "msgspec")
            # It asks for the compiled sqlglot itself.
            colibri = _environment(folder, "colibri", COLIBRI, f"sqlglot[c]{sqlglot}")
            slow = _environment(folder, "slow", COLIBRI, f"sqlglot{sqlglot}")
            subprocess.run([slow, "-m", "pip", "uninstall", "--quiet", "--yes", "sqlglotc"], check=True)
            _row("ours, sqlglot[c]", _child(fast, "ours", manifest, "1"))
            _row("ours, sqlglot[c], two processes", _child(fast, "ours", manifest, "2"))
            _row("sqlglot.lineage for each column, pure Python", _child(sys.executable, "sqlglot", manifest))
            _row("sqlglot.lineage for each column, sqlglot[c]", _child(fast, "sqlglot", manifest))
            _row("dbt-colibri 0.3.7, pure Python", _child(slow, "colibri", manifest))
            _row("dbt-colibri 0.3.7, sqlglot[c]", _child(colibri, "colibri", manifest))


if __name__ == "__main__":
    main()
