"""Git repositories that tests make on the spot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "T"), ("EMAIL", "t@t"))
    },
}


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """What git prints, without the settings of the machine."""
    done = subprocess.run(
        ["git", "-C", folder, *arguments], env=_ENVIRONMENT, capture_output=True, text=True, check=check
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """A new repository in ``folder``, on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def commit(folder: Path, message: str = "change") -> str:
    """Commit all that lies in ``folder``; the commit's id."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")
