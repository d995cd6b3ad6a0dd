"""The shared macros, run by real dbt on DuckDB in a small project that installs the package as the domains do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("macros")]

MACROS = Path(__file__).resolve().parents[2] / "macros"

# name of the value -> (expression of a model, value that it must have)
VALUES: dict[str, tuple[str, object]] = {
    "minutes_of_morning": ("{{ mesh_macros.clock_to_minutes('517') }}", 317),
    "minutes_of_midnight": ("{{ mesh_macros.clock_to_minutes('0') }}", 0),
    "minutes_of_2400": ("{{ mesh_macros.clock_to_minutes('2400') }}", 1440),
    "minutes_of_nothing": ("{{ mesh_macros.clock_to_minutes('cast(null as integer)') }}", None),
    "later_today": ("{{ mesh_macros.minutes_until_clock(\"timestamp '2013-01-01 23:10:00'\", '2359') }}", 49),
    "past_midnight": ("{{ mesh_macros.minutes_until_clock(\"timestamp '2013-01-01 23:10:00'\", '15') }}", 65),
    "same_minute": ("{{ mesh_macros.minutes_until_clock(\"timestamp '2013-01-01 23:10:00'\", '2310') }}", 0),
    "until_2400": ("{{ mesh_macros.minutes_until_clock(\"timestamp '2013-01-01 23:10:00'\", '2400') }}", 50),
    "a_minute_ago": ("{{ mesh_macros.minutes_until_clock(\"timestamp '2013-01-01 23:10:00'\", '2309') }}", 1439),
    "winter_to_utc": (
        "cast({{ mesh_macros.local_to_utc(\"timestamp '2013-01-01 05:00:00'\", \"'America/New_York'\") }} as varchar)",
        "2013-01-01 10:00:00",
    ),
    "summer_to_utc": (
        "cast({{ mesh_macros.local_to_utc(\"timestamp '2013-07-01 05:00:00'\", \"'America/New_York'\") }} as varchar)",
        "2013-07-01 09:00:00",
    ),
    "summer_to_local": (
        "cast({{ mesh_macros.utc_to_local(\"timestamp '2013-07-01 09:00:00'\", \"'America/New_York'\") }} as varchar)",
        "2013-07-01 05:00:00",
    ),
    "unknown_zone": (
        "cast({{ mesh_macros.utc_to_local(\"timestamp '2013-07-01 09:00:00'\", 'cast(null as varchar)') }} as varchar)",
        None,
    ),
    "local_has_no_zone": (
        "typeof({{ mesh_macros.utc_to_local(\"timestamp '2013-07-01 09:00:00'\", \"'UTC'\") }})",
        "TIMESTAMP",
    ),
    "mile": ("{{ mesh_macros.miles_to_kilometres('1') }}", 1.609344),
    "foot": ("{{ mesh_macros.feet_to_metres('1') }}", 0.3048),
    "inch": ("{{ mesh_macros.inches_to_millimetres('1') }}", 25.4),
    "mile_per_hour": ("{{ mesh_macros.miles_per_hour_to_metres_per_second('1') }}", 0.44704),
    "freezing": ("{{ mesh_macros.fahrenheit_to_celsius('32') }}", 0.0),
    "boiling": ("{{ mesh_macros.fahrenheit_to_celsius('200 + 12') }}", 100.0),
    "half": ("{{ mesh_macros.ratio('1', '1 + 1') }}", 0.5),
    "of_nothing": ("{{ mesh_macros.ratio('1', '0') }}", None),
    "nowhere": ("{{ mesh_macros.great_circle_kilometres('40', '-73', '40', '-73') }}", 0.0),
    "quarter_of_a_meridian": ("{{ mesh_macros.great_circle_kilometres('0', '0', '90', '0') }}", 10_007.557),
    "antipodes": ("{{ mesh_macros.great_circle_kilometres('40', '-73', '-40', '107') }}", 20_015.115),
    # By the spherical law of cosines. The flights data says 4,983 miles: 8,019 km on the ellipsoid.
    "kennedy_to_honolulu": (
        "{{ mesh_macros.great_circle_kilometres('40.639751', '-73.778925', '21.318681', '-157.922428') }}",
        8_006.740,
    ),
    "unknown_place": ("{{ mesh_macros.great_circle_kilometres('40', '-73', '40', 'cast(null as double)') }}", None),
}

# name of the test -> (its definition in YAML, whether the rows below pass)
GENERIC_TESTS: dict[str, tuple[dict[str, Any], bool]] = {
    "grain_is_unique": ({"unique_combination_of_columns": {"combination_of_columns": ["a", "b"]}}, True),
    "grain_repeats": ({"unique_combination_of_columns": {"combination_of_columns": ["a"]}}, False),
    "grain_is_null": ({"unique_combination_of_columns": {"combination_of_columns": ["b", "c"]}}, False),
    "expression_holds": ({"expression_is_true": {"expression": "a in (1, 2)"}}, True),
    "expression_fails": ({"expression_is_true": {"expression": "a = 1"}}, False),
    "expression_is_null": ({"expression_is_true": {"expression": "c > 0"}}, False),
    "proportion_is_within": ({"proportion_where": {"condition": "c is null", "at_least": 0.3, "at_most": 0.4}}, True),
    "proportion_is_below": ({"proportion_where": {"condition": "c is null", "at_least": 0.34}}, False),
    "proportion_is_above": ({"proportion_where": {"condition": "c is null", "at_most": 0.33}}, False),
    "proportion_of_no_rows": ({"proportion_where": {"condition": "true", "where": "a > 2"}}, False),
    "same_count": ({"equal_rowcount": {"compare_model": "ref('three_rows')"}}, True),
    "other_count": ({"equal_rowcount": {"compare_model": "ref('calculated')"}}, False),
    "in_range": ({"accepted_range": {"column_name": "c", "min_value": 10, "max_value": 30}}, True),
    "above_range": ({"accepted_range": {"column_name": "c", "max_value": 29}}, False),
    "below_range": ({"accepted_range": {"column_name": "c", "min_value": 11}}, False),
    "on_the_open_bound": ({"accepted_range": {"column_name": "c", "max_value": 30, "inclusive": False}}, False),
}
ROWS = "select * from (values (1, 1, 10), (1, 2, null), (2, 1, 30)) as t (a, b, c)"


@dataclass(frozen=True)
class Project:
    root: Path

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs dbt in the project's folder, as always in the mesh."""
        return BuiltMesh(self.root).run("dbt", *arguments, "--profiles-dir", str(self.root), check=False)

    def results(self) -> dict[str, dict[str, Any]]:
        """Results of the last run by node name, each with the node's manifest entry."""
        manifest = json.loads((self.root / "target" / "manifest.json").read_text())
        results = json.loads((self.root / "target" / "run_results.json").read_text())["results"]
        return {
            manifest["nodes"][result["unique_id"]]["name"]: result | {"node": manifest["nodes"][result["unique_id"]]}
            for result in results
        }


def generic_test(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    (macro, arguments), *_ = definition.items()
    arguments = dict(arguments)
    where = arguments.pop("where", None)
    body: dict[str, Any] = {"name": name, "arguments": arguments}
    if where:
        body["config"] = {"where": where}
    return {f"mesh_macros.{macro}": body}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("macros_in_use")
    files: dict[str, str] = {
        "dbt_project.yml": json.dumps(
            {
                "name": "macros_in_use",
                "profile": "macros_in_use",
                "flags": {"send_anonymous_usage_stats": False, "validate_macro_args": True},
            }
        ),
        "packages.yml": json.dumps({"packages": [{"local": str(MACROS)}]}),
        "profiles.yml": json.dumps(
            {
                "macros_in_use": {
                    "target": "dev",
                    "outputs": {"dev": {"type": "duckdb", "path": "macros_in_use.duckdb", "schema": "main"}},
                }
            }
        ),
        "macros/generate_schema_name.sql": (
            "{% macro generate_schema_name(custom_schema_name, node) -%}\n"
            "    {{ mesh_macros.schema_name(custom_schema_name, node) }}\n"
            "{%- endmacro %}\n"
        ),
        "models/calculated.sql": "select\n"
        + ",\n".join(f"    {expression} as {name}" for name, (expression, _) in VALUES.items()),
        "models/three_rows.sql": "{{ config(schema='elsewhere') }}\n" + ROWS,
        "models/schema.yml": json.dumps(
            {
                "models": [
                    {
                        "name": "three_rows",
                        "data_tests": [
                            generic_test(name, definition) for name, (definition, _) in GENERIC_TESTS.items()
                        ],
                    }
                ]
            }
        ),
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    project = Project(root)
    for command in ("deps", "build"):
        result = project.dbt(command)
        (root / f"{command}.txt").write_text(result.stdout)
    return project


@pytest.fixture(scope="module")
def calculated(project: Project) -> dict[str, object]:
    with duckdb.connect(str(project.root / "macros_in_use.duckdb"), read_only=True) as connection:
        cursor = connection.execute("select * from calculated")
        names: Sequence[str] = [column[0] for column in cursor.description or []]
        return dict(zip(names, cursor.fetchone() or (), strict=True))


@pytest.mark.parametrize("name", VALUES)
def test_expression_has_its_value(calculated: dict[str, object], name: str) -> None:
    expected = VALUES[name][1]
    actual = calculated[name]
    if isinstance(expected, float):
        assert float(str(actual)) == pytest.approx(expected, rel=1e-4)
    else:
        assert actual == expected


@pytest.mark.parametrize("name", GENERIC_TESTS)
def test_generic_test_tells_good_rows_from_bad(project: Project, name: str) -> None:
    assert project.results()[name]["status"] == ("pass" if GENERIC_TESTS[name][1] else "fail")


def test_a_custom_schema_is_used_as_it_is_and_the_target_schema_is_the_default(project: Project) -> None:
    nodes = {name: result["node"]["schema"] for name, result in project.results().items()}

    assert (nodes["three_rows"], nodes["calculated"]) == ("elsewhere", "main")


def test_on_a_shared_database_the_target_schema_prefixes_the_custom_one(project: Project) -> None:
    call = "{{ mesh_macros.default__schema_name('marts') }} {{ mesh_macros.default__schema_name(none) }}"
    result = project.dbt("--quiet", "compile", "--inline", f"select '{call}'")

    assert "select 'main_marts main'" in result.stdout


def test_descriptions_name_every_macro_and_its_very_arguments(project: Project) -> None:
    """With `validate_macro_args` dbt compares names and types itself; that none is left out is checked here."""
    assert "yaml for macro" not in (project.root / "build.txt").read_text()

    manifest = json.loads((project.root / "target" / "manifest.json").read_text())
    own = [macro for macro in manifest["macros"].values() if macro["package_name"] == "mesh_macros"]
    variants = ("default__", "duckdb__", "postgres__", "spark__")
    public = [macro for macro in own if not macro["name"].startswith(variants)]

    assert {"schema_name", "ratio", "test_accepted_range"} <= {macro["name"] for macro in public}
    assert [macro["name"] for macro in public if not macro["description"]] == []
    assert [
        f"{macro['name']}.{argument['name']}"
        for macro in public
        for argument in macro["arguments"]
        if not argument["description"]
    ] == []


def test_invalid_arguments_are_refused_with_what_is_missing(project: Project) -> None:
    bad = project.root / "models" / "bad.yml"
    bad.write_text(
        json.dumps(
            {
                "models": [
                    {
                        "name": "calculated",
                        "columns": [{"name": "mile", "data_tests": [{"mesh_macros.accepted_range": {"name": "bad"}}]}],
                    }
                ]
            }
        )
    )
    try:
        result = project.dbt("test", "--select", "bad")
    finally:
        bad.unlink()

    assert "accepted_range needs min_value, max_value or both" in result.stdout
