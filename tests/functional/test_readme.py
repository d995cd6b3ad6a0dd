"""Every transcript of the README is true: its commands are run in the built reference mesh."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.meshes import REPOSITORY, BuiltMesh
from support.warm import warm_environment

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def _commands() -> list[tuple[str, str]]:
    """Each command of each transcript, with what it prints."""
    found: list[tuple[str, str]] = []
    for block in _BLOCK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def test_transcripts_of_the_readme_are_true(reference_mesh: BuiltMesh) -> None:
    """In order, in one shell's folder; `...` in the README stands for anything."""
    environment = warm_environment() | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    checker = doctest.OutputChecker()
    commands = _commands()
    assert len(commands) >= 6
    for command, expected in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=reference_mesh.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
        wanted = "\n".join(line.rstrip() for line in expected.splitlines())
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert checker.check_output(wanted + "\n", printed + "\n", flags), f"$ {command}\n{printed}"


def test_every_command_stands_in_the_readme_and_in_the_help() -> None:
    """What a user can run is what the README's table lists."""
    help_text = subprocess.run(
        [Path(sys.executable).with_name("mesh"), "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^  ([a-z-]+)  +\S", help_text.partition("Commands:")[2], flags=re.MULTILINE)
    table = re.findall(r"^\| `mesh ([a-z-]+)", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(commands) == sorted(table)
    assert commands
