"""JSON Schemas of the documents of ``api/v1``."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_tools.model.schema import Schema, components_of, document_schema
from mesh_tools.site.twins.documents.common import Document
from mesh_tools.site.twins.documents.overview import (
    ChangesDocument,
    ColumnsDocument,
    DeprecationsDocument,
    DomainDocument,
    DomainsDocument,
    IndexDocument,
    LineageDocument,
    ProductsDocument,
    StatusDocument,
)
from mesh_tools.site.twins.documents.product import ProductDocument

DOCUMENTS: Mapping[str, type[Document]] = {
    "index": IndexDocument,
    "products": ProductsDocument,
    "product": ProductDocument,
    "domains": DomainsDocument,
    "domain": DomainDocument,
    "status": StatusDocument,
    "changes": ChangesDocument,
    "deprecations": DeprecationsDocument,
    "columns": ColumnsDocument,
    "lineage": LineageDocument,
}
"""By what the field ``document`` says."""

_HEAD = {
    "document": "What it is.",
    "$schema": "URL of the JSON Schema of this document.",
    "schema_version": "`major.minor`: what a document has stays within a major version, more may come.",
}


def json_schema() -> Schema:
    """Of any document; its field ``document`` tells which it is."""
    references, components = components_of(*DOCUMENTS.values())
    _describe_heads(components)
    return document_schema("a document of the catalogue of a mesh", components, oneOf=references)


def schema_of(name: str) -> Schema:
    """Of one kind of document."""
    [reference], components = components_of(DOCUMENTS[name])
    _describe_heads(components)
    return document_schema(f"{name} of the catalogue of a mesh", components, **reference)


def _describe_heads(components: dict[str, Schema]) -> None:
    for component in components.values():
        for name, text in _HEAD.items():
            if name in component["properties"] and "document" in component["properties"]:
                component["properties"][name]["description"] = text
