"""The files that a project is made of, and their digests."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from mesh_tools.mesh.workspace import STATE_FOLDER
from mesh_tools.model.project import Project

_TOP = (
    "dbt_project.yml",
    "packages.yml",
    "dependencies.yml",
    "selectors.yml",
    "vars.yml",
    ".dbtignore",
    "interface.yml",
)
_ENV_VAR = re.compile(rb"""env_var\(\s*['"]([^'"]+)['"]""")
# DuckDB's ways to read a file within a query: no source declares what a model reads so.
_READS_FILES = re.compile(
    rb"\bread_(?:csv|csv_auto|parquet|json|json_auto|json_objects|ndjson|ndjson_auto|text|blob|xlsx)\s*\("
    rb"|\b(?:parquet|delta|iceberg|sqlite|postgres|mysql)_scan\s*\(|\bglob\s*\(|\b(?:from|join)\s+'[^']+'",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
_MODEL_FILES = (".sql", ".py")
# What mesh, dbt and others write at the top of a project. Further down a folder called so is the user's.
_WRITTEN = frozenset({"target", "logs", "dbt_packages", "dbt_modules"})


class ProjectFiles(Struct, frozen=True, kw_only=True):
    """What the files of a project say, as far as a build depends on it.

    Attributes:
        digests: By path: below the project, or ``package: path`` for a local package.
        env_vars: Names of the environment variables that they read.
        readers: Model files that read files which no source declares.
        stamp: Changes whenever a file is written, even with what it held before.
    """

    digests: dict[str, str]
    env_vars: frozenset[str]
    readers: tuple[str, ...]
    stamp: int


def project_files(project: Project) -> ProjectFiles:
    """Read all files of a project and of its local packages, but not what mesh or dbt has written there."""
    digests: dict[str, str] = {}
    env_vars: set[str] = set()
    readers: list[str] = []
    stamps: list[tuple[str, int, int]] = []
    models = [project.path / folder for folder in project.resource_paths.get("model-paths", ())]
    for label, path in _files(project):
        try:
            data = path.read_bytes()
            stat = path.stat()
        except OSError:
            continue  # it was removed meanwhile, or is a link to nowhere
        digests[label] = digest(data)
        stamps.append((label, stat.st_mtime_ns, stat.st_ino))
        env_vars.update(env_vars_in(data))
        is_model = path.suffix in _MODEL_FILES and any(folder in path.parents for folder in models)
        if is_model and _READS_FILES.search(_COMMENT.sub(b"", data)):
            readers.append(label)
    return ProjectFiles(
        digests=digests, env_vars=frozenset(env_vars), readers=tuple(readers), stamp=hash(tuple(stamps))
    )


def env_vars_in(data: bytes) -> set[str]:
    """Names of the environment variables that a file reads."""
    return {name.decode(errors="replace") for name in _ENV_VAR.findall(data)}


def digest(data: bytes) -> str:
    """A digest of a small file."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _files(project: Project) -> Iterator[tuple[str, Path]]:
    yield from _files_of(project.path, {folder for paths in project.resource_paths.values() for folder in paths})
    for package in project.packages:
        folder = project.path / package.source
        if package.kind == "local" and STATE_FOLDER not in Path(package.source).parts and folder.is_dir():
            yield from ((f"{package.source}: {name}", path) for name, path in _below(folder, folder))


def _files_of(root: Path, folders: set[str]) -> Iterator[tuple[str, Path]]:
    for name in _TOP:
        if (root / name).is_file():
            yield name, root / name
    for folder in sorted(folders):
        if folder in {".", ""}:
            yield from _below(root, root)
        else:
            yield from _below(root / folder, root)


def _below(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_written(name, at_top=Path(current) == root))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(("~", ".duckdb", ".duckdb.wal")):
                path = Path(current, name)
                yield path.relative_to(root).as_posix(), path


def _is_written(folder: str, *, at_top: bool) -> bool:
    return folder.startswith(".") or folder == "__pycache__" or (at_top and folder in _WRITTEN)
