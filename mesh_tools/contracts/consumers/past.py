"""Sources whose relation another project builds: who reads them reads its product, past its interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from mesh_tools.contracts.consumers.reader import Place, Reader
from mesh_tools.model.lineage import ModelLineage

Where = tuple[str, str, str]


def built_elsewhere(readers: Mapping[str, Reader], places: Mapping[str, Iterable[Place]]) -> dict[str, str]:
    """The sources that stand for what another project builds, each with the key of that."""
    builders: dict[Where, Reader] = {}
    for reader in readers.values():
        if reader.kind in {"model", "snapshot", "seed", "product"}:
            builders |= dict.fromkeys(_where(places.get(reader.key, ())), reader)
    return {
        source.key: builder.key
        for source in readers.values()
        if source.kind == "source"
        for where in _where(places.get(source.key, ()))
        if (builder := builders.get(where)) is not None and builder.project != source.project
    }


def reading_past(reader: Reader, built: Mapping[str, str]) -> Reader:
    """``reader``, which reads what its sources stand for."""
    if built.keys().isdisjoint(reader.reads):
        return reader
    return replace(reader, reads=tuple(dict.fromkeys(built.get(key, key) for key in reader.reads)))


def lineage_past(lineage: ModelLineage, built: Mapping[str, str]) -> ModelLineage:
    """The same of lineage."""
    if built.keys().isdisjoint(lineage.reads):
        return lineage
    return replace(
        lineage,
        columns={
            name: tuple(replace(edge, node=built.get(edge.node, edge.node)) for edge in edges)
            for name, edges in lineage.columns.items()
        },
        indirect=tuple(replace(use, node=built.get(use.node, use.node)) for use in lineage.indirect),
        reads=tuple(dict.fromkeys(built.get(node, node) for node in lineage.reads)),
        hazards=tuple(replace(read, node=built.get(read.node, read.node)) for read in lineage.hazards),
    )


def _where(places: Iterable[Place]) -> Iterator[Where]:
    for place in places:
        if place.database and place.schema:
            yield place.database.lower(), place.schema.lower(), place.identifier.lower()
