"""Which environment variables a worker gets: dbt's own flags must not decide what is built."""

from __future__ import annotations

import pytest

from mesh_tools.build.work.environment import DECIDED_BY_MESH, worker_environment

LEFT = """
CACHE_SELECTED_ONLY CLEAN_PROJECT_FILES_ONLY DEBUG HOST LOG_CACHE_EVENTS LOG_FORMAT LOG_FORMAT_FILE LOG_LEVEL
LOG_LEVEL_FILE LOG_FILE_MAX_BYTES MACRO_DEBUGGING SQLPARSE NO_PRINT PARTIAL_PARSE POPULATE_CACHE PRINT PRINTER_WIDTH
PROFILES_DIR QUIET SEND_ANONYMOUS_USAGE_STATS SHOW_RESOURCE_REPORT SINGLE_THREADED STATIC_PARSER
UPLOAD_TO_ARTIFACTS_INGEST_API USE_COLORS USE_COLORS_FILE USE_EXPERIMENTAL_PARSER USE_FAST_TEST_EDGES VERSION_CHECK
WARN_ERROR WARN_ERROR_OPTIONS
"""
"""dbt's flags that change neither what is built nor where."""


@pytest.mark.parametrize("name", ["DBT_EMPTY", "DBT_ENGINE_EMPTY", "DBT_PROJECT_DIR", "DBT_STATE", "DBT_TARGET"])
def test_what_mesh_decides_does_not_reach_dbt(name: str) -> None:
    assert name not in worker_environment({name: "1"})


@pytest.mark.parametrize("name", ["HOME", "DBT_PROFILES_DIR", "DBT_ENV_SECRET_PASSWORD", "DBT_USER", "DBT_WARN_ERROR"])
def test_everything_else_does(name: str) -> None:
    assert worker_environment({name: "1"})[name] == "1"


def test_each_flag_of_this_dbt_was_considered() -> None:
    """A flag that a new dbt brings belongs to one or the other."""
    from dbt.cli.params import KNOWN_ENV_VARS

    known = {flag.name for flag in KNOWN_ENV_VARS}
    assert known - DECIDED_BY_MESH == {f"DBT_ENGINE_{name}" for name in LEFT.split()}
