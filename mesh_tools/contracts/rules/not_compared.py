"""What stands in an interface and is not compared, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

NOT_COMPARED: Mapping[str, str] = {
    "Interface.schema_version": "of the document, not of what it says",
    "Interface.owner": "follows from the owners of the products, which are compared",
    "Interface.dbt_version": "of the program that read the project",
    "Interface.mesh_version": "of the program that wrote the document",
    "Interface.fingerprint": "follows from the rest",
    "Interface.consumptions": "what the project uses, not what it promises",
    "Interface.acknowledgements": "answers to changes",
    "Interface.environment": "where the document was published; relations are compared within one environment",
    "Interface.published_at": "when it was published",
    "Interface.promised_since": "when it was published first",
    "Column.canonical_type": "follows from the type and the warehouse, whose types are compared",
    "ProductVersion.semantic_version": "follows from the changes",
    "Logic.method": "the tracer; digests of two tracers are not compared",
}
"""By struct and field. Every other field of an interface has a rule, or tells what is which."""
