"""What a build depends on besides files: variables, the target, the versions of the tools."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from mesh_tools.build.plan.files import digest, env_vars_in
from mesh_tools.model.project import Project

_SECRET = "DBT_ENV_SECRET"  # noqa: S105 - dbt's prefix for names of secrets
_DUCKDB = ("dbt-core", "dbt-duckdb", "duckdb")
LOCK_FILE = "package-lock.yml"
"""The one setting that `dbt deps` itself writes."""


def settings_of(
    project: Project, environment: str, storage: str, env_vars: Iterable[str], variables: str | None
) -> dict[str, str]:
    """Everything that is set around a project, by what a reader calls it. Values that may be secret are digests.

    Args:
        project: To be built.
        environment: dbt's target.
        storage: As mesh.yml has it.
        env_vars: That its files read.
        variables: The ``--vars`` of the build.
    """
    return {
        "target": environment,
        "--vars": variables or "",
        **{name: known for name in _tools(storage) if (known := _version(name))},
        **_environment(env_vars),
        **(_profile(project) if storage == "profile" else {}),
        **_lock(project),
    }


def _environment(names: Iterable[str]) -> Mapping[str, str]:
    values = {name: os.environ.get(name) for name in sorted(names)}
    return {f"${name}": "unset" if value is None else digest(value.encode()) for name, value in values.items()}


def _profile(project: Project) -> Mapping[str, str]:
    told = (os.environ.get(name) for name in ("DBT_ENGINE_PROFILES_DIR", "DBT_PROFILES_DIR"))
    folders = [*told, str(project.path), str(Path.home() / ".dbt")]
    for folder in folders:
        path = Path(folder, "profiles.yml") if folder else None
        if path and path.is_file():
            data = path.read_bytes()
            # A new password gives no other data.
            names = {name for name in env_vars_in(data) if not name.startswith(_SECRET)}
            return {"profiles.yml": digest(data), **_environment(names)}
    return {}


def _lock(project: Project) -> Mapping[str, str]:
    """Which versions of packages from elsewhere are installed; local ones are files of the project."""
    path = project.path / LOCK_FILE
    if all(package.kind == "local" for package in project.packages) or not path.is_file():
        return {}
    return {LOCK_FILE: digest(path.read_bytes())}


@cache
def _tools(storage: str) -> tuple[str, ...]:
    if storage == "duckdb":
        return _DUCKDB
    names = (str(found.metadata["Name"]) for found in distributions())
    return tuple(sorted(name for name in names if name.startswith("dbt-")))


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
