"""Meshes that are really built: the reference mesh once for each run, and small ones made on the spot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.meshes import REPOSITORY, BuiltMesh
from support.s3 import s3_server

_SOURCES = ("mesh.yml", "macros", "projects")
_NOT_SOURCES = shutil.ignore_patterns("target", "logs", "dbt_packages", ".mesh", "profiles.yml", "package-lock.yml")


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
    mesh = _copy(tmp_path_factory.mktemp("reference"), landed_data)
    mesh.run("mesh", "build")
    return mesh


@pytest.fixture
def fresh_clone(tmp_path: Path, landed_data: Path) -> BuiltMesh:
    """A copy of the reference mesh in which nothing was built yet."""
    return _copy(tmp_path, landed_data)


def _copy(root: Path, landed_data: Path) -> BuiltMesh:
    for name in _SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=_NOT_SOURCES)
        else:
            shutil.copy(source, root / name)
    (root / ".mesh").mkdir()
    (root / ".mesh" / "landing").symlink_to(landed_data)
    return BuiltMesh(root)


@pytest.fixture(scope="session")
def new_mesh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], BuiltMesh]:
    """Makes an empty mesh whose ``mesh.yml`` is the text given; without one for an empty text."""

    def make(mesh_yml: str) -> BuiltMesh:
        mesh = BuiltMesh(tmp_path_factory.mktemp("mesh"))
        if mesh_yml:
            mesh.write("mesh.yml", mesh_yml)
        return mesh

    return make


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Where an S3 server on this machine listens."""
    with s3_server() as address:
        yield address
