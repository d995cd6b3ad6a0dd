"""The code of a manifest's nodes, which few readers need: it is a good part of the file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata


class NodeCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code of a node as it is written; ``language`` is ``sql`` or ``python``."""

    raw_code: str | None = None
    language: str | None = None


class CodeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The code of a parsed project, by unique_id."""

    metadata: Metadata
    nodes: dict[str, NodeCode] = {}


_CODE = Artifact(
    kind="manifest",
    newest=12,
    hint="run `dbt parse` in the project to write it anew",
    decode=msgspec.json.Decoder(CodeDocument).decode,
)


def read_code(path: Path) -> dict[str, NodeCode]:
    """The code in the manifest at ``path``, by unique_id.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _CODE.read(path).nodes
