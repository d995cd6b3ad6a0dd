"""Interface documents: the committed ``interface.yml`` and the registry's JSON, and the fingerprint of both."""

from mesh_tools.interface.document.canonical import fingerprint, sealed
from mesh_tools.interface.document.checks import NewerDocumentError
from mesh_tools.interface.document.codec import MAX_BYTES, ConflictError, from_json, from_yaml, to_json, to_yaml
from mesh_tools.interface.document.schema import json_schema

__all__ = [
    "MAX_BYTES",
    "ConflictError",
    "NewerDocumentError",
    "fingerprint",
    "from_json",
    "from_yaml",
    "json_schema",
    "sealed",
    "to_json",
    "to_yaml",
]
