"""``catalog.json``: the columns and types that the warehouse really has."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata


class CatalogColumn(msgspec.Struct, frozen=True):
    """A physical column; ``index`` counts from 1."""

    name: str
    type: str
    index: int = 0
    comment: str | None = None


class CatalogRelation(msgspec.Struct, frozen=True):
    """What the warehouse says of a relation; ``type`` is its own word, such as ``BASE TABLE``."""

    type: str | None = None
    database: str | None = None
    schema: str | None = None
    name: str | None = None
    owner: str | None = None
    comment: str | None = None


class CatalogTable(msgspec.Struct, frozen=True):
    """A relation and its columns."""

    metadata: CatalogRelation | None = None
    unique_id: str | None = None
    columns: dict[str, CatalogColumn] = {}


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Relations by unique_id."""

    metadata: Metadata
    nodes: dict[str, CatalogTable] = {}
    sources: dict[str, CatalogTable] = {}


_CATALOG = Artifact(
    kind="catalog",
    newest=1,
    hint="run `dbt docs generate` in the project to write it anew",
    decode=msgspec.json.Decoder(Catalog).decode,
)


def read_catalog(path: Path) -> Catalog:
    """Read the catalog at ``path``.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _CATALOG.read(path)
