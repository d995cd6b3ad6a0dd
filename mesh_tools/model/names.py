"""Names that may become a file, a folder, or an identifier in a generated file.

An interface comes from another team, so its names are not trusted: anything that could leave the package
folder or end a string in generated Jinja is refused before it is written.
"""

from __future__ import annotations

import re

from mesh_tools.errors import MeshError

# dbt's own rule for project names (dbt-core, `ProjectName`); models and groups follow it in practice.
_PROJECT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,126}\Z")
_RESOURCE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\- ]{0,249}\Z")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}\Z")
# Device names that Windows reserves in every folder, with any extension, also after blanks.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]) *(\..*)?\Z", re.IGNORECASE)
# Package names that dbt itself uses.
_DBT_PACKAGES = frozenset({"dbt", "all", "this", "self"})


def check_project_name(name: str, what: str = "project") -> str:
    """Return ``name`` when it may name a dbt project and a folder.

    Raises:
        MeshError: it may not.
    """
    if not _PROJECT.match(name) or _RESERVED.match(name) or name.lower() in _DBT_PACKAGES:
        raise MeshError(
            f"{_shown(name)} cannot be a {what} name",
            hint="use letters, digits and underscores, beginning with a letter, and no name that the system reserves",
        )
    return name


def check_resource_name(name: str, what: str = "model") -> str:
    """Return ``name`` when it may name a model, a group or a column-free identifier in a generated file.

    Raises:
        MeshError: it may not.
    """
    if not _RESOURCE.match(name) or _RESERVED.match(name) or ".." in name or name.endswith((".", " ")):
        raise MeshError(
            f"{_shown(name)} cannot be a {what} name",
            hint="use letters, digits, underscores, hyphens and single dots",
        )
    return name


def check_environment_name(name: str) -> str:
    """Return ``name`` when it may name an environment (a dbt target, and a folder of the registry).

    Raises:
        MeshError: it may not.
    """
    if not _ENVIRONMENT.match(name) or _RESERVED.match(name) or ".." in name or name.endswith("."):
        raise MeshError(
            f"{_shown(name)} cannot be an environment name",
            hint="use letters, digits, underscores and hyphens",
        )
    return name


def check_relative_path(path: str) -> tuple[str, ...]:
    """Return the parts of a model's path below its model folder, such as ``("marts", "flights.sql")``.

    Raises:
        MeshError: the path is empty, absolute, or would leave the folder.
    """
    parts = tuple(path.replace("\\", "/").split("/"))
    for part in parts:
        if part in ("", ".", ".."):
            raise MeshError(f"{_shown(path)} cannot be the path of a model: it would leave its folder")
        check_resource_name(part, what="file")
    return parts


def _shown(name: str) -> str:
    """``name`` quoted, with control characters visible and a bounded length."""
    text = ascii(name)
    return text if len(text) <= 80 else text[:77] + "...'"  # noqa: PLR2004 - a terminal line
