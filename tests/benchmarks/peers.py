"""Tools that are only compared with: each in a virtual environment of its own, installed when it is first needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

DBT_LOOM = "0.9.6"
COLIBRI = "0.3.7"
LINTERS = {"dbt-bouncer": "4.3.0", "dbt-score": "0.19.0"}
# Of the same versions as beside mesh, so that the plugin is all that differs.
_SAME = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "duckdb")


def dbt_with_loom(folder: Path, say: Callable[[str], None]) -> Path | None:
    """The ``dbt`` of an environment below ``folder`` that has dbt-loom; ``None`` when it cannot be installed."""
    environment = folder / f"dbt-loom-{DBT_LOOM}-dbt-core-{version('dbt-core')}"
    requirements = [f"dbt-loom=={DBT_LOOM}", *(f"{name}=={version(name)}" for name in _SAME)]
    return _installed(environment, "dbt-loom", requirements, say, program="dbt")


def linter(name: str, folder: Path, say: Callable[[str], None]) -> Path | None:
    """The program of one of :data:`LINTERS`; ``None`` when it cannot be installed.

    ``MESH_BENCH_DBT_BOUNCER`` and ``MESH_BENCH_DBT_SCORE`` name programs that are installed already.
    """
    if given := os.environ.get(f"MESH_BENCH_{name.replace('-', '_').upper()}"):
        return Path(given)
    return _installed(folder / f"{name}-{LINTERS[name]}", name, [f"{name}=={LINTERS[name]}"], say, program=name)


def colibri(folder: Path, say: Callable[[str], None]) -> Path | None:
    """The program of dbt-colibri; ``None`` when it cannot be installed. ``MESH_BENCH_COLIBRI`` names one that is."""
    if given := os.environ.get("MESH_BENCH_COLIBRI"):
        return Path(given)
    requirements = [f"dbt-colibri=={COLIBRI}"]
    return _installed(folder / f"dbt-colibri-{COLIBRI}", "dbt-colibri", requirements, say, program="colibri")


def _installed(
    environment: Path, name: str, requirements: Sequence[str], say: Callable[[str], None], *, program: str
) -> Path | None:
    complete = environment / "complete"
    if complete.exists():
        return environment / "bin" / program
    say(f"  installing {' '.join(requirements)}")
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, capture_output=True)
        subprocess.run([*pip, *requirements], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout).decode(errors="replace").strip().splitlines() or ["no reason given"]
        say(f"  {name} is left out, it cannot be installed: {reason[-1]}")
        return None
    complete.touch()
    return environment / "bin" / program
