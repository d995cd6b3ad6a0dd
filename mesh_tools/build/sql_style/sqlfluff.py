"""Runs sqlfluff on the files of one project, in a process of its own: its templater starts dbt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
from msgspec import Struct

from mesh_tools.errors import Location, MeshError

_SAID = 12  # lines of what it printed that an error repeats
_CONFIG = ".sqlfluff"
_TEMPLATER = "[sqlfluff:templater:dbt]"
_UNFIXABLE_LEFT = 1  # sqlfluff's exit code when it could not fix everything


class Violation(Struct, frozen=True):
    """One thing that sqlfluff has found; lines and columns count from 1."""

    code: str
    description: str
    name: str = ""
    start_line_no: int = 1
    start_line_pos: int = 1


class Linted(Struct, frozen=True):
    """One file; ``filepath`` is relative to the project."""

    filepath: str
    violations: tuple[Violation, ...] = ()


_RESULT = msgspec.json.Decoder(tuple[Linted, ...])


def require_sqlfluff() -> None:
    """Make sure that sqlfluff and its templater for dbt are there.

    Raises:
        MeshError: they are not.
    """
    if find_spec("sqlfluff") is None or find_spec("sqlfluff_templater_dbt") is None:
        raise MeshError(
            "`mesh lint --sql` needs sqlfluff and its templater for dbt",
            hint='pip install "mesh-tools[sql]"',
        )


def run_sqlfluff(
    verb: Literal["lint", "fix"], project: Path, files: Sequence[Path], state: Path, target: str
) -> tuple[Linted, ...]:
    """Lint, or fix, files of the project in ``project``.

    Args:
        verb: ``fix`` changes the files, and says nothing of them.
        project: Its folder, the working directory of sqlfluff: there dbt finds project and profile.
        files: Below it.
        state: A folder for what dbt writes, so that the user's own target folder is left alone.
        target: dbt's.

    Raises:
        MeshError: it ended otherwise than with a result, such as with a model that dbt cannot compile.
    """
    program = Path(sys.executable).with_name("sqlfluff")
    names = [os.path.relpath(path, project) for path in files]
    state.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        # To a file: dbt may print whatever it likes.
        to = ["--format", "json", "--write-output", str(result)] if verb == "lint" else []
        config = Path(folder) / _CONFIG
        config.write_text(_config(project, state, target), encoding="utf-8")
        command = [str(program), verb, "--disable-progress-bar", "--config", str(config), *to, *names]
        environment = {
            **os.environ,
            "DBT_LOG_PATH": str(state / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
        }
        done = subprocess.run(  # noqa: S603 - a list, without a shell; names of files follow options of ours
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        if verb == "fix":
            if done.returncode > _UNFIXABLE_LEFT:
                raise _failed(project, done)
            return ()
        try:
            return _RESULT.decode(result.read_bytes())
        except (OSError, msgspec.DecodeError):
            raise _failed(project, done) from None


def remove_state(state: Path) -> None:
    """Remove what dbt has written for sqlfluff."""
    shutil.rmtree(state, ignore_errors=True)


def _config(project: Path, state: Path, target: str) -> str:
    """The nearest configuration, and where dbt finds its profile and writes, unless a section of it says so.

    sqlfluff itself looks between the project and the home folder only.
    """
    found = next((folder / _CONFIG for folder in (project, *project.parents) if (folder / _CONFIG).is_file()), None)
    if found is None:
        raise MeshError(
            f"there is no {_CONFIG} in this project or above it",
            where=Location.of(project),
            hint=f"write a {_CONFIG} beside mesh.yml: [sqlfluff], dialect = duckdb (or yours), templater = dbt",
        )
    text = found.read_text(encoding="utf-8")
    if _TEMPLATER in text:
        return text
    profile = f"profiles_dir = {project}\ntarget = {target}\n" if (project / "profiles.yml").is_file() else ""
    return f"{text}\n{_TEMPLATER}\nproject_dir = {project}\n{profile}target_path = {state / 'target'}\n"


def _failed(project: Path, done: subprocess.CompletedProcess[str]) -> MeshError:
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return MeshError(
        "sqlfluff could not look at the SQL of this project",
        where=Location.of(project),
        hint="\n".join(said[-_SAID:]) or f"it ended with {done.returncode}",
    )
