"""What makes a document an interface document: version, types, invariants, fingerprint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document.canonical import fingerprint
from mesh_tools.interface.document.unknown import unknown_keys
from mesh_tools.model.interface import SCHEMA_VERSION, Interface

_MAJOR, _MINOR = (int(part) for part in SCHEMA_VERSION.split("."))
_SCHEMA_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\Z", re.ASCII)
_AT = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>.*)`)?\Z", re.DOTALL)


class NewerDocumentError(MeshError):
    """The document has a newer major schema version than this program reads. It must not be overwritten."""


class FieldError(MeshError):
    """A field of a document is wrong; ``path`` is where, such as ``products[3].versions[0].path``."""

    def __init__(self, path: str, problem: str, *, source: str, hint: str) -> None:
        place = f"`{path}` of the interface document" if path else "the interface document"
        super().__init__(f"{place} is wrong: {problem}", hint=hint, where=Location(source))
        self.path = path


def checked(document: Any, source: str, *, hint: str, strict: bool = False) -> Interface:
    """The interface that ``document`` (dicts, lists, scalars) holds.

    Args:
        document: What JSON or YAML gave.
        source: Where it comes from, for errors.
        hint: What to do about a document that is wrong.
        strict: Refuse unknown keys, unless the document has a newer minor version.

    Raises:
        FieldError: a field is unknown, or has a wrong type or value.
        MeshError: it is no interface document, or its fingerprint does not match.
        NewerDocumentError: it has a newer major schema version.
    """
    if document is None:
        raise MeshError("the interface document is empty", hint=hint, where=Location(source))
    if not isinstance(document, dict) or not {"schema_version", "project"} & document.keys():
        raise MeshError(
            "this is not an interface document",
            hint="an interface document has `schema_version` and `project`; check that this is the right file",
            where=Location(source),
        )
    newer = _is_newer(document, source, hint)
    try:
        interface = msgspec.convert(document, Interface)
    except msgspec.ValidationError as err:
        found = _AT.match(str(err))
        problem, path = (found["problem"], found["path"] or "") if found else (str(err), "")
        raise FieldError(path, problem[:1].lower() + problem[1:], source=source, hint=hint) from None
    if strict and not newer:
        for path, known in unknown_keys(document, Interface):
            raise FieldError(path, "there is no such key", source=source, hint=f"{known}\n{hint}")
    _check_products(interface, source, hint)
    actual = _fingerprint(interface, source)
    if not newer and interface.fingerprint not in ("", actual):
        raise MeshError(
            "the interface document was changed by hand or damaged: its fingerprint does not match",
            hint=hint,
            where=Location(source),
        )
    return interface


def _fingerprint(interface: Interface, source: str) -> str:
    try:
        return fingerprint(interface)
    except MeshError as err:
        err.where = Location(source)
        raise


def _is_newer(document: Mapping[str, Any], source: str, hint: str) -> bool:
    """Whether the document has a newer minor version, whose unknown fields leave no fingerprint to compare."""
    stated = document.get("schema_version")
    found = _SCHEMA_VERSION.match(stated) if isinstance(stated, str) else None
    if not found:
        shown = "is missing" if stated is None else f"is {ascii(stated)[:40]}, not a text like '{SCHEMA_VERSION}'"
        raise MeshError(f"`schema_version` of the interface document {shown}", hint=hint, where=Location(source))
    major, minor = int(found[1]), int(found[2])
    if major > _MAJOR:
        raise NewerDocumentError(
            f"the interface document was written by a newer mesh (schema {major}.{minor}; this one reads {_MAJOR}.x)",
            hint="upgrade: pip install --upgrade mesh-tools",
            where=Location(source),
        )
    if major < _MAJOR:
        raise MeshError(
            f"the interface document has schema {major}.{minor}; this mesh reads {_MAJOR}.x",
            hint=hint,
            where=Location(source),
        )
    return minor > _MINOR


def _check_products(interface: Interface, source: str, hint: str) -> None:
    """What the types cannot say: a product has versions, and no name or version stands there twice."""
    names: set[str] = set()
    for index, product in enumerate(interface.products):
        path = f"products[{index}]"
        if product.name in names:
            raise FieldError(f"{path}.name", f"{product.name!a} is there twice", source=source, hint=hint)
        names.add(product.name)
        if not product.versions:
            raise FieldError(f"{path}.versions", "a product has at least one version", source=source, hint=hint)
        versions = [None if version.v is None else str(version.v) for version in product.versions]
        if len(set(versions)) < len(versions):
            raise FieldError(f"{path}.versions", "a version is there twice", source=source, hint=hint)
