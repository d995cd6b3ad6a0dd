"""The meshes that are built: the reference mesh, and generated ones of any number of projects."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

from generate import write_files
from mesh_files import CHANGEABLE, changeable, project_files

_REPOSITORY = Path(__file__).resolve().parents[2]
LANDING = _REPOSITORY / ".mesh" / "landing" / "nycflights13"
"""The raw data of the reference mesh, as ``make demo`` lands it."""
_PARTS = ("mesh.yml", "macros", "projects")
_LEFT_BEHIND = ("target", "logs", "dbt_packages", ".mesh", "profiles.yml", "package-lock.yml", ".user.yml")
_MOST_UPSTREAMS = 3
_SEED = 2013


@dataclass(frozen=True)
class Mesh:
    """The sources of a mesh, of which each way to build it has a copy.

    Attributes:
        title: Its name in the tables.
        folder: Holds ``mesh.yml``; the projects lie in ``projects``.
        reads: Upstreams by project, in an order in which the projects can be built.
        edited: The project in the middle of which one model is changed.
        model: That model's path below the project.
        changeable: What stands once in the model's SQL, and gives other data with another number for the 0.
        generated: Whether it is of :mod:`mesh_files`.
    """

    title: str
    folder: Path
    reads: Mapping[str, Sequence[str]]
    edited: str
    model: str
    changeable: str
    generated: bool

    @property
    def concerned(self) -> list[str]:
        """The project that is edited and all that read it, if through others, in build order."""
        found = [self.edited]
        for name, reads in self.reads.items():
            if not set(found).isdisjoint(reads):
                found.append(name)
        return found


class Copy:
    """A mesh's files in a folder of their own, with edits.

    Attributes:
        mesh: What it is a copy of.
        folder: Where.
    """

    def __init__(self, mesh: Mesh, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(mesh.folder, folder)
        self.mesh, self.folder = mesh, folder
        self._model = self.project(mesh.edited) / mesh.model
        self._text = self._model.read_text()
        self._comments = self._numbers = 0

    def project(self, name: str) -> Path:
        """The folder of a project."""
        return self.folder / "projects" / name

    def forget(self, *kept: str) -> None:
        """Remove all that dbt and mesh wrote into the projects, but for what is called as one of ``kept``."""
        for name in self.mesh.reads:
            remove(*(self.project(name) / written for written in _LEFT_BEHIND if written not in kept))

    def comment(self) -> None:
        """Change a comment of the model."""
        self._comments += 1
        self._write()

    def change(self) -> None:
        """Change what the model gives."""
        self._numbers += 1
        self._write()

    def _write(self) -> None:
        before = self.mesh.changeable
        text = self._text.replace(before, before.replace("0", str(self._numbers)))
        self._model.write_text(f"{text}\n-- edited: {self._comments}\n")


def remove(*paths: Path) -> None:
    """Remove files and folders, where they are."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def reference_mesh(folder: Path) -> Mesh:
    """The reference mesh of this checkout, with its raw data landed.

    Raises:
        subprocess.CalledProcessError: the raw data cannot be landed.
    """
    subprocess.run([sys.executable, _REPOSITORY / "projects" / "land.py"], check=True, stdout=subprocess.DEVNULL)
    remove(folder)
    for part in _PARTS:
        source = _REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns(*_LEFT_BEHIND))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / part)
    model = "models/intermediate/int_flights_timed.sql"
    text = folder / "projects" / "operations" / model
    # The type stays, and so does all that is promised of the time in the air: it gets shorter.
    text.write_text(text.read_text().replace(" air_time_minutes,", " air_time_minutes - 0 as air_time_minutes,"))
    reads = _declared(folder)
    title = f"The reference mesh, {len(reads)} projects"
    return Mesh(title, folder, reads, "operations", model, "air_time_minutes - 0", generated=False)


def generated_mesh(folder: Path, projects: int) -> Mesh:
    """A mesh of that many projects, always the same."""
    reads = graph(projects)
    remove(folder)
    write_files(folder, {"mesh.yml": json.dumps({"name": "benchmark", "projects": ["projects/*"]})})
    for name, upstreams in reads.items():
        write_files(folder / "projects" / name, project_files(name, upstreams))
    edited = _middle(reads)
    return Mesh(f"{projects} projects", folder, reads, edited, changeable(edited), CHANGEABLE, generated=True)


def graph(projects: int) -> dict[str, list[str]]:
    """Upstreams by project, in build order: layers of about as many projects as there are layers.

    A project reads one of the layer before its own, and up to two more of any layer before.
    """
    chance = random.Random(_SEED)  # noqa: S311 - a graph, no secret
    names = [f"p{number:03d}" for number in range(projects)]
    width = max(1, round(math.sqrt(projects)))
    reads: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        start = number // width * width
        reads[name] = _upstreams(chance, names[:start], width)
    return reads


def _upstreams(chance: random.Random, earlier: list[str], width: int) -> list[str]:
    if not earlier:
        return []
    direct = chance.choice(earlier[-width:])
    others = [name for name in earlier if name != direct]
    more = chance.randrange(min(_MOST_UPSTREAMS, len(others) + 1))
    return sorted([direct, *chance.sample(others, more)])


def _middle(reads: Mapping[str, Sequence[str]]) -> str:
    """The project in the middle of the build order, or the last before it that another one reads."""
    names = list(reads)
    read = {upstream for upstreams in reads.values() for upstream in upstreams}
    return next(name for name in reversed(names[: len(names) // 2 + 1]) if name in read)


def _declared(folder: Path) -> dict[str, list[str]]:
    reads: dict[str, list[str]] = {}
    for file in sorted(folder.glob("projects/*/dependencies.yml")):
        content = yaml.safe_load(file.read_text())
        reads[file.parent.name] = [entry["name"] for entry in content.get("projects") or []]
    return {name: reads[name] for name in TopologicalSorter(reads).static_order()}
