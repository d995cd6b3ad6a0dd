"""The JSON Schema of interface documents, made from the types that read them."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

import msgspec

from mesh_tools.model.interface import SCHEMA_VERSION, Interface

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an interface document; the same for ``interface.yml`` and the registry's JSON.

    Unknown fields are allowed, as readers allow them in documents of a newer minor version.
    """
    (reference,), components = msgspec.json.schema_components([Interface], ref_template="#/$defs/{name}")
    for component in components.values():
        if "description" in component:
            component["description"] = _description(component["description"])
    interface = components["Interface"]
    interface["required"] = ["schema_version", *interface["required"]]
    major = SCHEMA_VERSION.partition(".")[0]
    interface["properties"]["schema_version"] = {"type": "string", "pattern": rf"^{major}\.[0-9]+$"}
    components["Product"]["properties"]["versions"]["minItems"] = 1
    return {
        "$schema": _DIALECT,
        "title": f"Interface document {SCHEMA_VERSION}",
        "description": "What one dbt project promises to other projects: interface.yml, and the registry's JSON.",
        **reference,
        "$defs": components,
    }


def _description(docstring: str) -> str:
    """A docstring without reStructuredText's markup."""
    return _ROLE.sub(r"\1", cleandoc(docstring)).replace("``", "`")
