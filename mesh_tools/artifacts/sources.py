"""``sources.json``: what `dbt source freshness` measured."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata


class SourceFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """One source; times are ISO 8601, the age is in seconds. ``error`` says why it could not be measured."""

    unique_id: str
    status: str
    max_loaded_at: str | None = None
    snapshotted_at: str | None = None
    max_loaded_at_time_ago_in_s: float | None = None
    error: str | int | None = None


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """All sources of one invocation."""

    metadata: Metadata
    results: tuple[SourceFreshness, ...] = ()


_SOURCES = Artifact(
    kind="sources",
    newest=3,
    hint="run `dbt source freshness` in the project to write it anew",
    decode=msgspec.json.Decoder(Sources).decode,
)


def read_sources(path: Path) -> Sources:
    """Read the freshness results at ``path``.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _SOURCES.read(path)
