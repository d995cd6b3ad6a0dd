"""Workers keep what they have parsed of Jinja: that must not show in what dbt makes of a project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.build.work.pool import Pool

# The two have files and macros of the same names, of which some hold the same text and some do not.
_COMMON = {
    "profiles.yml": "p: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}",
    "macros/cents.sql": "{% macro cents(column) %}{{ column }} * 100{% endmacro %}",
    "models/same.sql": "select {{ cents('a') }} as a, '{{ var('v') }}' as v, '{{ this }}' as t",
    "models/reads.sql": "{{ config(materialized='table', tags=[var('v')]) }} select * from {{ ref('same') }}",
    "models/all.yml": "models: [{name: reads, description: \"{{ doc('words') }}\", columns: [{name: a, data_tests:"
    " [not_null, {accepted_values: {arguments: {values: ['{{ var(\"v\") }}']}}}]}]}]",
}
_PROJECTS = {
    "one": {
        **_COMMON,
        "dbt_project.yml": "{name: one, version: 1.0.0, profile: p, vars: {v: first}}",
        "models/words.md": "{% docs words %}The first.{% enddocs %}",
        "macros/own.sql": "{% macro own() %}1{% endmacro %}",
        "models/own.sql": "select {{ own() }} as n",
    },
    "two": {
        **_COMMON,
        "dbt_project.yml": "{name: two, version: 1.0.0, profile: p, vars: {v: second}, models: {+materialized: view}}",
        "models/words.md": "{% docs words %}The second.{% enddocs %}",
        "macros/own.sql": "{% macro own() %}{{ return(adapter.quote('2')) }}{% endmacro %}\n"
        "{% macro generate_schema_name(name, node) %}{{ target.schema }}_{{ project_name }}{% endmacro %}",
        "models/own.sql": "select {{ own() }} as n from {{ ref('reads') }}",
        "tests/generic/at_least.sql": "{% test at_least(model, column_name) %}select 1{% endtest %}",
    },
}
_VOLATILE = {
    "created_at",
    "generated_at",
    "invocation_id",
    "invocation_started_at",
    "run_started_at",
    "user_id",
}

_ENVIRONMENT = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def write(folder: Path) -> Path:
    for path, text in _PROJECTS[folder.name].items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return folder


def manifest(folder: Path) -> Any:
    """The manifest, without what differs from one moment to the next."""
    return without(json.loads((folder / "target" / "manifest.json").read_text()))


def without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without(child) for key, child in value.items() if key not in _VOLATILE}
    return [without(child) for child in value] if isinstance(value, list) else value


def in_a_worker(pool: Pool, folder: Path) -> Any:
    """What a worker makes of a project, whatever it has parsed before."""
    command = ["parse", "--no-partial-parse", "--profiles-dir", "."]
    pool.ask(0, {"cwd": str(folder), "log": str(folder / "log.txt"), "commands": [command]})
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] != "end":
        events += [message.event for message in pool.wait(60)]
    assert events[-1]["code"] == 0, (folder / "log.txt").read_text()
    return manifest(folder)


def alone(folder: Path) -> Any:
    """What a dbt makes of a project that has parsed nothing before."""
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse", "--no-partial-parse", "--profiles-dir", "."]
    subprocess.run(dbt, cwd=folder, env=_ENVIRONMENT, check=True, capture_output=True)
    return manifest(folder)


@pytest.mark.dbt
def test_projects_that_one_worker_parses_in_turn_are_as_if_each_were_parsed_alone(tmp_path: Path) -> None:
    one, two = (write(tmp_path / name) for name in ("one", "two"))
    pool = Pool(1, start="spawn", duckdb=True, environment=_ENVIRONMENT)
    assert pool.idle() == 0
    pool.reserve(0)
    first, second = in_a_worker(pool, one), in_a_worker(pool, two)
    (one / "macros" / "own.sql").write_text("{% macro own() %}{{ cents('2') }}{% endmacro %}")
    mended = in_a_worker(pool, one)
    pool.close()

    assert mended == alone(one) != first
    assert second == alone(two)
