"""Which sqlglot traces, and which of its versions are known to do so rightly."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

TRACER = 2
"""Counts up whenever the tracer's results change."""
WORKS_WITH = "sqlglot>=30,<31"


@cache
def sqlglot_version() -> str:
    """The version that is installed, without importing it."""
    try:
        return version("sqlglot")
    except PackageNotFoundError:
        return "0"


def method() -> str:
    """Names the tracer and its versions: digests of the same method alone can be compared."""
    minor = ".".join(sqlglot_version().split(".")[:2])
    return f"sqlglot {minor}/{TRACER}"
