"""Makes the big: dbt compiles one small project, and what it wrote is repeated under new names.

The small project is one block of twenty models in three layers. Every name in it holds a mark; a copy is the same
text with another mark. So each node is one that dbt really wrote, and a copy of a block refs that copy's models only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from measure import program

MARK = "zzzzz"
BLOCK = 20
"""Models in a block."""
TESTS = 66
"""Data tests in a block: 3.3 for each model."""
_STAGING, _INTERMEDIATE = range(8), range(8, 14)
_NOUNS = ("orders", "customers", "payments", "shipments", "refunds", "sessions", "products", "invoices")
_TYPES = ("bigint", "varchar", "timestamp", "decimal(18, 2)", "boolean", "date", "integer", "double")
_SUBJECTS = ("amount", "status", "created", "country", "channel", "category", "quantity", "score")


@dataclass(frozen=True)
class Shape:
    """What the models are like.

    Attributes:
        project: Name of the dbt project.
        columns: Of each model.
        all_public: Whether all models are products. Else the marts are, three in ten.
    """

    project: str
    columns: int
    all_public: bool = False


def write_manifest(folder: Path, shape: Shape, models: int) -> Path:
    """Make a manifest of ``models`` models, a multiple of :data:`BLOCK`, in ``folder``.

    dbt compiles the small project in ``folder``; its own manifest stays in ``target``.

    Returns:
        The path of ``manifest.json``.

    Raises:
        ValueError: the number of models is no multiple.
        subprocess.CalledProcessError: dbt failed.
    """
    blocks, rest = divmod(models, BLOCK)
    if rest:
        raise ValueError(f"{models} models are not a multiple of {BLOCK}")
    write_project(folder, shape)
    subprocess.run(
        [program("dbt"), "--quiet", "--no-send-anonymous-usage-stats", "compile", "--profiles-dir", "."],
        cwd=folder,
        check=True,
    )
    target = folder / "manifest.json"
    with target.open("w") as file:
        repeat(json.loads((folder / "target" / "manifest.json").read_bytes()), blocks, file)
    return target


def write_project(folder: Path, shape: Shape) -> None:
    """Write the small dbt project: a block of models with YAML beside the SQL, and a source."""
    shutil.rmtree(folder, ignore_errors=True)
    layers = [_layer(number) for number in range(BLOCK)]
    files: dict[str, str] = {
        "dbt_project.yml": _yaml({"name": shape.project, "version": "1.0.0", "profile": "benchmark"}),
        "profiles.yml": profile("benchmark"),
        "models/shared.yml": _yaml({"version": 2, "groups": [_GROUP], "sources": [_SOURCE]}),
    }
    for layer in dict.fromkeys(layers):
        entries = [_entry(number, shape) for number in range(BLOCK) if layers[number] == layer]
        files[f"models/{layer}/_{MARK}_{layer}.yml"] = _yaml({"version": 2, "models": entries})
    for number, layer in enumerate(layers):
        files[f"models/{layer}/{_name(number)}.sql"] = _sql(number, shape)
    write_files(folder, files)


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write texts by their paths below ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def profile(name: str) -> str:
    """A profiles.yml for DuckDB in memory."""
    return _yaml({name: {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": ":memory:", "threads": 1}}}})


def product_names(count: int) -> list[str]:
    """The names of the first ``count`` models of a repeated project."""
    return [_name(number % BLOCK).replace(MARK, _mark(number // BLOCK)) for number in range(count)]


def repeat(manifest: dict[str, Any], blocks: int, file: TextIO) -> None:
    """Write ``manifest`` with what holds the mark ``blocks`` times over, as dbt writes JSON."""
    separator = "{"
    for section, content in manifest.items():
        file.write(f"{separator}{json.dumps(section)}: ")
        file.writelines(_section(content, blocks))
        separator = ", "
    file.write("}")


def _section(content: Any, blocks: int) -> Iterator[str]:
    if not isinstance(content, dict):
        yield json.dumps(content)
        return
    once = {key: _extended(value, blocks) for key, value in content.items() if MARK not in key}
    block = json.dumps({key: value for key, value in content.items() if MARK in key})[1:-1]
    shared = json.dumps(once)[1:-1]
    yield "{" + shared
    for number in range(blocks if block else 0):
        yield (", " if shared or number else "") + block.replace(MARK, _mark(number))
    yield "}"


def _extended(value: Any, blocks: int) -> Any:
    """A list of unique_ids (children of a source, members of a group) with those of every block."""
    if not isinstance(value, list) or not any(isinstance(item, str) and MARK in item for item in value):
        return value
    return [item.replace(MARK, _mark(number)) for number in range(blocks) for item in value]


def _mark(number: int) -> str:
    """As long as the mark itself, so that dbt's cutting of long names would cut alike."""
    return f"{number:0{len(MARK)}d}"


def _layer(number: int) -> str:
    return "staging" if number in _STAGING else "intermediate" if number in _INTERMEDIATE else "marts"


def _name(number: int) -> str:
    prefix = {"staging": "stg_", "intermediate": "int_", "marts": ""}[_layer(number)]
    return f"{prefix}{_NOUNS[number % len(_NOUNS)]}_{MARK}"


def _parents(number: int) -> list[str]:
    """The two models that a model joins."""
    if number in _STAGING:
        return []
    first = number - len(_STAGING)
    return [_name(first), _name(first + 1)]


def _columns(shape: Shape) -> list[tuple[str, str]]:
    """Names and types of a model's columns."""
    others = [
        (f"{_SUBJECTS[number % len(_SUBJECTS)]}_{number:02d}", _TYPES[number % len(_TYPES)])
        for number in range(shape.columns - 2)
    ]
    return [("id", "bigint"), ("status", "varchar"), *others]


def _sql(number: int, shape: Shape) -> str:
    names = [name for name, _ in _columns(shape)]
    parents = _parents(number)
    if not parents:
        selected = ",\n        ".join(f"cast({name} as {kind}) as {name}" for name, kind in _columns(shape))
        return (
            "with source as (\n    select * from {{ source('raw', 'events') }}\n),\n\n"
            f"renamed as (\n    select\n        {selected}\n    from source\n)\n\nselect * from renamed\n"
        )
    imports = ",\n\n".join(f"{alias} as (\n    select * from {{{{ ref('{alias}') }}}}\n)" for alias in parents)
    half = len(names) // 2
    selected = ",\n        ".join(
        f"{parents[0] if position < half else parents[1]}.{name}" for position, name in enumerate(names)
    )
    return (
        f"with {imports},\n\njoined as (\n    select\n        {selected}\n    from {parents[0]}\n"
        f"    left join {parents[1]} on {parents[0]}.id = {parents[1]}.id\n)\n\nselect * from joined\n"
    )


def _entry(number: int, shape: Shape) -> dict[str, Any]:
    """The YAML of a model."""
    public = shape.all_public or _layer(number) == "marts"
    columns: list[dict[str, Any]] = [
        {"name": name, "data_type": kind, "description": f"The {name} of the record, as its source states it."}
        for name, kind in _columns(shape)
    ]
    columns[0]["data_tests"] = ["unique", "not_null"]
    columns[1]["data_tests"] = ["not_null"]
    if number % 3 == 0 and number < 3 * (TESTS - 3 * BLOCK):
        columns[1]["data_tests"].append({"accepted_values": {"arguments": {"values": ["open", "paid", "shipped"]}}})
    return {
        "name": _name(number),
        "description": f"{_NOUNS[number % len(_NOUNS)].title()}, one row for each, with what is known of them.",
        "config": {
            "group": _GROUP["name"],
            "access": "public" if public else "protected",
            "contract": {"enforced": public},
            "materialized": "view" if _layer(number) == "staging" else "table",
            "tags": [_layer(number)],
        },
        "columns": columns,
    }


_GROUP: dict[str, Any] = {"name": "analytics", "owner": {"name": "Analytics", "email": "analytics@example.com"}}
_SOURCE: dict[str, Any] = {"name": "raw", "schema": "main", "tables": [{"name": "events"}]}


def _yaml(content: Any) -> str:
    """JSON is YAML."""
    return json.dumps(content, indent=2) + "\n"
