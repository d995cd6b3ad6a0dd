"""The environment variables of a worker: the user's, without those by which dbt can be told what to build, and where.

mesh decides that, and compares what it was decided from; ``DBT_EMPTY=1`` would publish empty data, and no next build
would know.
"""

from __future__ import annotations

from collections.abc import Mapping

_FLAGS = (
    # What is built.
    "EMPTY",
    "SAMPLE",
    "EVENT_TIME_START",
    "EVENT_TIME_END",
    "RESOURCE_TYPES",
    "EXCLUDE_RESOURCE_TYPES",
    "INDIRECT_SELECTION",
    "FULL_REFRESH",
    "FAIL_FAST",
    "INTROSPECT",
    "STORE_FAILURES",
    "EXPORT_SAVED_QUERIES",
    "INCLUDE_SAVED_QUERY",
    # From what.
    "DEFER",
    "DEFER_STATE",
    "DEFER_TO_STATE",
    "FAVOR_STATE",
    "FAVOR_STATE_MODE",
    "STATE",
    "ARTIFACT_STATE_PATH",
    "PARTIAL_PARSE_FILE_PATH",
    "PARTIAL_PARSE_FILE_DIFF",
    # Where. Not PROFILES_DIR: with `storage: profile` that is the user's to say.
    "PROFILE",
    "TARGET",
    "PROJECT_DIR",
    "TARGET_PATH",
    "LOG_PATH",
    "WRITE_JSON",
)
DECIDED_BY_MESH = frozenset(f"{prefix}_{flag}" for prefix in ("DBT", "DBT_ENGINE") for flag in _FLAGS)
"""dbt's own flags (dbt/cli/params.py, 1.10 and 1.11) that change what is built or where, by both of their names."""


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` as a worker gets it."""
    kept = {name: value for name, value in environment.items() if name not in DECIDED_BY_MESH}
    return {**kept, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
