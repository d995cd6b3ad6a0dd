"""Reads the messages of dbt: what is wrong, in which file, in which line."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from mesh_tools.errors import ExitCode, Location, MeshError
from mesh_tools.model.project import Project

_FILE = re.compile(r"(?:\(|Error reading [\w-]+: |in file )([\w./-]+\.(?:sql|py|ya?ml|md|csv))")
_LINE = re.compile(r"(?:near |\b)line (\d+)")
_SHORTENED = 6  # lines


def dbt_error(message: str, project: Project, log: Path) -> MeshError:
    """The message of dbt itself, shortened, with the file and line that it names.

    Args:
        message: What dbt said when it could not do what it was asked.
        project: In which dbt ran.
        log: Holds everything that dbt said.
    """
    lines = [line.rstrip() for line in message.splitlines() if line.strip()]
    file, line = _FILE.search(message), _LINE.search(message)
    found = _resolve(project, file[1]) if file else None
    return MeshError(
        "\n".join(lines[:_SHORTENED]) + ("\n..." if len(lines) > _SHORTENED else ""),
        where=Location.of(found, int(line[1]) if line else None) if found else None,
        hint=f"dbt's whole output: {Location.of(log)}",
        exit_code=ExitCode.FAILED,
    )


def dbt_lost(status: int | None, log: Path) -> MeshError:
    """The process that ran dbt has ended before dbt did.

    Args:
        status: Its exit code, or minus the signal that killed it; ``None`` when that is not known.
        log: Holds everything that dbt said.
    """
    if status == -signal.SIGKILL:
        message = "dbt's process was killed by the system (SIGKILL), most likely because memory ran out"
        hint = "lower --workers or --threads, or set DuckDB's memory_limit; then run `mesh build --resume`\n"
    elif status is not None and status < 0:
        message, hint = f"dbt's process was killed by signal {-status}", ""
    else:
        message, hint = f"dbt's process ended by itself{'' if status is None else f', with exit code {status}'}", ""
    return MeshError(message, hint=f"{hint}dbt's whole output: {Location.of(log)}", exit_code=ExitCode.FAILED)


def _resolve(project: Project, name: str) -> Path | None:
    """Find a file that dbt names: the project, or one of its resource folders."""
    folders = [folder for paths in project.resource_paths.values() for folder in paths]
    candidates = (project.path / name, *(project.path / folder / name for folder in folders))
    return next((path for path in candidates if path.is_file()), None)
