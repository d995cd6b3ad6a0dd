"""JSON Schemas (2020-12) of documents, made from the types that read them; their docstrings become descriptions."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

import msgspec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")
_ATTRIBUTE = re.compile(r"^ {4}(\w+): ", re.MULTILINE)

Schema = dict[str, Any]


def components_of(*types: type) -> tuple[list[Schema], dict[str, Schema]]:
    """References to ``types``, and all definitions that they need, described for whoever edits a document."""
    references, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for component in components.values():
        _describe(component)
    return list(references), components


def document_schema(title: str, components: dict[str, Schema], **top: Any) -> Schema:
    """The schema of a whole document: ``top`` is what stands at its highest level."""
    return {"$schema": _DIALECT, "title": title, **top, "$defs": components}


def _describe(component: Schema) -> None:
    """Give the type its docstring, and each property its line of the ``Attributes`` section."""
    text = _plain(component.pop("description", ""))
    summary, _, attributes = text.partition("\nAttributes:\n")
    if summary:
        component["description"] = summary.strip()
    _, *parts = _ATTRIBUTE.split(attributes)
    for name, description in zip(parts[::2], parts[1::2], strict=True):
        if name in component.get("properties", {}):
            component["properties"][name]["description"] = " ".join(description.split())


def _plain(docstring: str) -> str:
    """A docstring without its indentation, which Python 3.13 takes away itself, and without markup."""
    return _ROLE.sub(r"\1", cleandoc(docstring)).replace("``", "`")
