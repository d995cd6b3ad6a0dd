"""The JSON Schema of interface documents, made from the types that read them."""

from __future__ import annotations

from typing import Any

from mesh_tools.model.interface import SCHEMA_VERSION, Interface
from mesh_tools.model.schema import components_of, document_schema


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an interface document; the same for ``interface.yml`` and the registry's JSON.

    Unknown fields are allowed, as readers allow them in documents of a newer minor version.
    """
    (reference,), components = components_of(Interface)
    interface = components["Interface"]
    interface["required"] = ["schema_version", *interface["required"]]
    major = SCHEMA_VERSION.partition(".")[0]
    interface["properties"]["schema_version"] = {"type": "string", "pattern": rf"^{major}\.[0-9]+$"}
    components["Product"]["properties"]["versions"]["minItems"] = 1
    return document_schema(
        f"Interface document {SCHEMA_VERSION}",
        components,
        description="What one dbt project promises to other projects: interface.yml, and the registry's JSON.",
        **reference,
    )
