"""How long a command takes before it does anything."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import Case, program


def startup_cases(folder: Path) -> list[Case]:
    """The bare interpreter first: no Python program starts faster."""
    return [
        Case("`python -c pass`", [sys.executable, "-c", "pass"], folder),
        Case("`mesh --version`", [program("mesh"), "--version"], folder),
        Case("`mesh --help`", [program("mesh"), "--help"], folder),
        Case("`mesh lint --help`", [program("mesh"), "lint", "--help"], folder),
        Case("`dbt --help`", [program("dbt"), "--help"], folder),
    ]
