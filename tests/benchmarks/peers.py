"""Tools that are only compared with: each in a virtual environment of its own, installed when it is first needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

DBT_LOOM = "0.9.6"
# Of the same versions as beside mesh, so that the plugin is all that differs.
_SAME = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "duckdb")


def dbt_with_loom(folder: Path, say: Callable[[str], None]) -> Path | None:
    """The ``dbt`` of an environment below ``folder`` that has dbt-loom; ``None`` when it cannot be installed."""
    environment = folder / f"dbt-loom-{DBT_LOOM}-dbt-core-{version('dbt-core')}"
    dbt, complete = environment / "bin" / "dbt", environment / "complete"
    if complete.exists():
        return dbt
    requirements = [f"dbt-loom=={DBT_LOOM}", *(f"{name}=={version(name)}" for name in _SAME)]
    say(f"  installing {' '.join(requirements)}")
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, capture_output=True)
        subprocess.run([*pip, *requirements], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout).decode(errors="replace").strip().splitlines() or ["no reason given"]
        say(f"  dbt-loom is left out, it cannot be installed: {reason[-1]}")
        return None
    complete.touch()
    return dbt
