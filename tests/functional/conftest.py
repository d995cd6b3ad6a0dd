"""Meshes that are really built: the reference mesh once for each run, and small ones made on the spot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
_SOURCES = ("mesh.yml", "macros", "projects")
_NOT_SOURCES = shutil.ignore_patterns("target", "logs", "dbt_packages", ".mesh", "profiles.yml", "package-lock.yml")


@dataclass(frozen=True)
class BuiltMesh:
    """A mesh on disk, and how to run things in it."""

    root: Path

    def run(self, *command: str, folder: str = ".", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment, such as ``mesh`` or ``dbt``, in a folder of the mesh."""
        executable = Path(sys.executable).with_name(command[0])
        done = subprocess.run(
            [executable, *command[1:]], cwd=self.root / folder, capture_output=True, text=True, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def connect(self, environment: str = "dev") -> duckdb.DuckDBPyConnection:
        """A connection that has every project's database attached, read-only, under the project's name."""
        connection = duckdb.connect()
        for file in sorted((self.root / ".mesh" / "data" / environment).glob("*/*.duckdb")):
            connection.execute(f"attach '{file}' as {file.stem} (read_only)")
        return connection


@pytest.fixture(scope="session")
def landed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landed source data: the checkout's own where `make demo` has put it, else landed for this run."""
    landed = REPOSITORY / ".mesh" / "landing"
    target = landed if landed.is_dir() else tmp_path_factory.mktemp("landing")
    subprocess.run(
        [sys.executable, REPOSITORY / "projects" / "land.py", "--to", target / "nycflights13"],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="session")
def reference_mesh(tmp_path_factory: pytest.TempPathFactory, landed_data: Path) -> BuiltMesh:
    """A copy of the reference mesh, wholly built by `mesh build`.

    Tests that use it belong to the xdist group ``reference``, so that one worker builds it once.
    """
    root = tmp_path_factory.mktemp("reference")
    for name in _SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=_NOT_SOURCES)
        else:
            shutil.copy(source, root / name)
    (root / ".mesh").mkdir()
    (root / ".mesh" / "landing").symlink_to(landed_data)
    mesh = BuiltMesh(root)
    mesh.run("mesh", "build")
    return mesh
