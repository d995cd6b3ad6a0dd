"""The files that a project is made of, and their digests."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from mesh_tools.build.plan.undeclared import reads_undeclared
from mesh_tools.errors import MeshError
from mesh_tools.interface.lock import LOCK_FILE
from mesh_tools.mesh.discovery import PROJECT_FILE, packages_of
from mesh_tools.mesh.workspace import STATE_FOLDER
from mesh_tools.model.project import InstalledPackage, Project

_TOP = (
    PROJECT_FILE,
    "packages.yml",
    "dependencies.yml",
    "selectors.yml",
    "vars.yml",
    ".dbtignore",
    "interface.yml",
)
_ENV_VAR = re.compile(rb"""env_var\(\s*['"]([^'"]+)['"]""")
# What these hold makes no data.
_NOT_DATA = frozenset({"test-paths", "analysis-paths"})
_PACKAGE_NOT_DATA = ("tests", "analyses", "integration_tests")
# What mesh, dbt and others write at the top of a project. Further down a folder called so is the user's.
_WRITTEN = frozenset({"target", "logs", "dbt_packages", "dbt_modules"})
_NOT_READ = ("~", ".duckdb", ".duckdb.wal")
# What was found upstream when the files were checked is no reason to build: what is there now is an input itself.
_NO_INPUT = frozenset({LOCK_FILE})


class ProjectFiles(Struct, frozen=True, kw_only=True):
    """What the files of a project say, as far as a build depends on it.

    Attributes:
        digests: By path: below the project, or ``package: path`` for a local package.
        env_vars: Names of the environment variables that they read.
        readers: Files, other than tests, that read files which no source declares.
        stamp: Changes whenever a file is written, even with what it held before.
    """

    digests: dict[str, str]
    env_vars: frozenset[str]
    readers: tuple[str, ...]
    stamp: int


class _File(NamedTuple):
    """A file, what a reader calls it, and whether it, or a hook in it, can make data."""

    label: str
    path: Path
    makes_data: bool = False


def project_files(project: Project) -> ProjectFiles:
    """Read all files of a project and of its local packages, but not what mesh or dbt has written there."""
    digests: dict[str, str] = {}
    env_vars: set[str] = set()
    readers: list[str] = []
    stamps: list[tuple[str, int, int]] = []
    for label, path, makes_data in _files(project):
        try:
            data = path.read_bytes()
            stat = path.stat()
        except OSError:
            continue  # it was removed meanwhile, or is a link to nowhere
        digests[label] = digest(data)
        stamps.append((label, stat.st_mtime_ns, stat.st_ino))
        env_vars.update(env_vars_in(data))
        if makes_data and reads_undeclared(path, data):
            readers.append(label)
    return ProjectFiles(
        digests=digests, env_vars=frozenset(env_vars), readers=tuple(dict.fromkeys(readers)), stamp=hash(tuple(stamps))
    )


def own_files(project: Project) -> Iterator[tuple[str, Path]]:
    """The files of a project, without those of its packages, each with its path below the project."""
    return ((file.label, file.path) for file in _own_files(project))


def env_vars_in(data: bytes) -> set[str]:
    """Names of the environment variables that a file reads."""
    return {name.decode(errors="replace") for name in _ENV_VAR.findall(data)}


def digest(data: bytes) -> str:
    """A digest of a small file."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _files(project: Project) -> Iterator[_File]:
    yield from _own_files(project)
    for label, folder in _local_packages(project.path, project.packages, {project.path.resolve()}):
        for file in _below(folder, folder):
            top = file.label.partition("/")[0]
            yield _File(f"{label}: {file.label}", file.path, makes_data=top not in _PACKAGE_NOT_DATA)


def _own_files(project: Project) -> Iterator[_File]:
    root = project.path
    for name in _TOP:
        if (root / name).is_file():
            yield _File(name, root / name, makes_data=name == PROJECT_FILE)
    paths = project.resource_paths
    data = {root / folder for kind, folders in paths.items() if kind not in _NOT_DATA for folder in folders}
    for folder in sorted({root / folder for folders in paths.values() for folder in folders}):
        for file in _below(folder, root):
            yield file._replace(makes_data=not data.isdisjoint(file.path.parents))


def _local_packages(
    folder: Path, packages: Iterable[InstalledPackage], seen: set[Path], root: Path | None = None
) -> Iterator[tuple[str, Path]]:
    """Local packages, and those that they need in turn, but not what mesh writes; each once."""
    root = root or folder
    for package in packages:
        if package.kind != "local" or STATE_FOLDER in Path(package.source).parts:
            continue
        # Relative to the package that needs it, as one reads it; dbt itself looks from the project.
        for base in dict.fromkeys((folder, root)):
            found = base / package.source
            if found.is_dir() and found.resolve() not in seen:
                seen.add(found.resolve())
                yield (package.source if base == root else _relative_name(found, root).as_posix()), found
                yield from _local_packages(found, _packages_of(found), seen, root)


def _packages_of(folder: Path) -> tuple[InstalledPackage, ...]:
    try:
        return packages_of(folder)
    except MeshError:
        return ()  # dbt says what is wrong with it


def _below(folder: Path, root: Path) -> Iterator[_File]:
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_written(name, at_top=Path(current) == root))
        prefix = _relative_name(current, root)
        for name in sorted(names):
            if name not in _NO_INPUT and not name.startswith(".") and not name.endswith(_NOT_READ):
                yield _File((prefix / name).as_posix(), Path(current, name))


def _relative_name(path: Path | str, root: Path) -> Path:
    """Also of what lies elsewhere: dbt takes absolute paths, too."""
    return Path(os.path.relpath(path, root))


def _is_written(folder: str, *, at_top: bool) -> bool:
    return folder.startswith(".") or folder == "__pycache__" or (at_top and folder in _WRITTEN)
