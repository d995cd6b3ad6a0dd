"""The guide is true: its files are written, its patches applied and its commands run, from top to bottom."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from support.meshes import REPOSITORY, BuiltMesh
from support.warm import warm_environment

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("guide")]

_BLOCK = re.compile(r"```(sql|yaml|diff|console)\n(.*?)```", re.DOTALL)
_PATH = re.compile(r"(?:--|#) (\S+)\n")
_END_IN_THE_GUIDE = "2027-02-20"
_IGNORED = ("*.bak", ".mesh/", "target/", "logs/", "dbt_packages/", "profiles.yml", "package-lock.yml", ".user.yml")


def _shell(mesh: BuiltMesh, command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """In the mesh's folder, with the programs of this environment, as a terminal shows it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=mesh.root,
        env={**warm_environment(), **names, "PATH": path},
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _check_transcript(mesh: BuiltMesh, block: str) -> None:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        printed = "\n".join(line.rstrip() for line in _shell(mesh, command).stdout.splitlines())
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert doctest.OutputChecker().check_output(expected, printed + "\n", flags), f"$ {command}\n{printed}"


def test_the_guide_can_be_followed_from_top_to_bottom(new_mesh: Callable[[str], BuiltMesh]) -> None:
    mesh = new_mesh("name: corner\nprojects: [shop, sales]\n")
    mesh.project("shop", {})
    mesh.project("sales", {}, reads=("shop",))
    mesh.write(".gitignore", "\n".join(_IGNORED))
    assert _shell(mesh, "git init --quiet").returncode == 0
    ends = (datetime.now(timezone.utc).astimezone().date() + timedelta(days=90)).isoformat()
    guide = (REPOSITORY / "docs" / "changing-a-product.md").read_text(encoding="utf-8").replace(_END_IN_THE_GUIDE, ends)
    kinds = [kind for kind, _ in _BLOCK.findall(guide)]
    assert (kinds.count("diff"), kinds.count("console")) >= (4, 8)
    for kind, block in _BLOCK.findall(guide):
        path = _PATH.match(block)
        if kind == "console":
            _check_transcript(mesh, block)
        elif kind == "diff":
            applied = _shell(mesh, "git apply -", block)
            assert applied.returncode == 0, applied.stdout + block
        elif path is not None:
            mesh.write(path[1], block)
