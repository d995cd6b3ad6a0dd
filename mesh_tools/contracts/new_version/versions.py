"""The versions of a model as its YAML has them, and which one comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.request import Request
from mesh_tools.errors import Location, MeshError
from mesh_tools.model.interface import Version
from mesh_tools.model.names import check_resource_name

FIRST_VERSION = 1
"""What a model that had no versions becomes."""


class Step(Struct, frozen=True, kw_only=True):
    """From the present version of a model to its next.

    Attributes:
        base: The version that refs without a version mean now, and that is copied.
        position: Of its entry below ``versions``; ``None`` for a model that had no versions.
        entry: That entry; empty for a model that had no versions.
        code: Its SQL or Python file.
        new: The version to come.
        new_code: The file to come.
        moves_by_itself: Whether dbt takes the new version for the latest unless told otherwise.
        descending: Whether newer versions stand before older ones in the YAML.
        ends: When the present version ends, unless a date is set.
        latest: Whether refs without a version are to mean the new version.
    """

    base: Version
    position: int | None
    entry: Mapping[str, Any]
    code: Path
    new: Version
    new_code: Path
    moves_by_itself: bool
    descending: bool
    ends: date
    latest: bool


def next_step(found: Found, request: Request, ends: date) -> Step:
    """Which version follows which, and when the present one ends.

    Raises:
        MeshError: the next version is there already or cannot be told; the file of the present one is missing.
    """
    entries = _version_entries(found)
    numbers = [entry["v"] for entry in entries]
    latest = found.entry.get("latest_version", max(numbers, key=order, default=FIRST_VERSION))
    position = next((i for i, v in enumerate(numbers) if str(v) == str(latest)), None)
    if position is None and (numbers or "latest_version" in found.entry):
        where = found.yaml.locate(*found.keys, "latest_version")
        raise MeshError(f"latest_version {latest} of {found.label} is none of its versions", where=where)
    base = numbers[position] if position is not None else FIRST_VERSION
    entry = entries[position] if position is not None else {}
    new = request.version if request.version is not None else _following(base, found)
    code = _code_of(found, base, entry)
    return Step(
        base=base,
        position=position,
        entry=entry,
        code=code,
        new=new,
        new_code=_new_code(found, new, numbers or [base], code),
        moves_by_itself=all(order(new) > order(v) for v in numbers or [base]),
        descending=len(numbers) > 1 and order(numbers[0]) > order(numbers[-1]),
        ends=ends,
        latest=request.latest,
    )


def order(v: Version) -> tuple[bool, float, str]:
    """As dbt orders versions: numbers by size, before names by letters."""
    try:
        return False, float(v), ""
    except ValueError:
        return True, 0.0, str(v)


def _version_entries(found: Found) -> list[dict[str, Any]]:
    if "versions" not in found.entry:
        return []
    entries: Any = found.entry["versions"]
    usable = isinstance(entries, list) and all(map(_is_version, entries))
    if not usable or not entries:
        where = found.yaml.locate(*found.keys, "versions")
        raise MeshError(f"the versions of {found.label} are no list of versions", where=where, hint="take them away")
    return list(entries)


def _is_version(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("v"), (int, float, str))


def _following(base: Version, found: Found) -> Version:
    if isinstance(base, int):
        return base + 1
    if isinstance(base, str) and base.isdecimal():
        return str(int(base) + 1)
    where = found.yaml.locate(*found.keys, "versions")
    raise MeshError(f"nothing says which version follows {base}", where=where, hint="name it: --version VERSION")


def _code_of(found: Found, base: Version, entry: Mapping[str, Any]) -> Path:
    names = [entry["defined_in"]] if "defined_in" in entry else [f"{found.name}_v{base}", found.name]
    names = [str(name) for name in names] if entry else [found.name]
    for name in names:
        if name in found.code:
            return found.code[name]
    where = found.yaml.locate(*found.keys)
    expected = " or ".join(f"{name}.sql" for name in names)
    raise MeshError(f"{found.label} has no file {expected}", where=where, hint="dbt could not build it either")


def _new_code(found: Found, new: Version, numbers: list[Version], code: Path) -> Path:
    where = found.yaml.locate(*found.keys, "versions")
    if any(str(new) == str(v) for v in numbers):
        hint = "edit it, or name another: --version VERSION; when it is ready for all, make it latest_version"
        raise MeshError(f"{found.label} has a version {new} already", where=where, hint=hint)
    name = check_resource_name(f"{found.name}_v{new}", "version")
    taken = found.code.get(name)
    if taken is not None:
        raise MeshError(
            f"there is a model '{name}' already", where=Location.of(taken), hint="rename or remove it first"
        )
    return code.with_name(name + code.suffix)
