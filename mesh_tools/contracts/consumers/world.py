"""Who uses what, as far as it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode
from mesh_tools.contracts.consumers.past import built_elsewhere, lineage_past, reading_past
from mesh_tools.contracts.consumers.reader import Place, Reader, is_foreign, key_of, place_of, reader_of
from mesh_tools.model.interface import Consumption, Interface, Owner, product_key
from mesh_tools.model.lineage import ModelLineage


class Published(Struct, frozen=True):
    """What a project whose SQL is not at hand says that it uses."""

    project: str
    owner: str | None
    consumption: Consumption


class Consumers(Struct, frozen=True, kw_only=True):
    """The consumers of a mesh: by their SQL, else by what they published.

    Attributes:
        known: Whether anything is known; without it no verdict is refined.
        readers: Every node of the projects at hand, by key.
        places: Where each of them lies; one place for each project whose SQL names it.
        lineage: Of their SQL, by unique_id.
        published: Of projects whose manifest is not at hand.
        said: What the projects at hand published of their own models: by project, model, and key of what it uses.
        interfaces: By project.
        missing: Projects of the mesh of which nothing is at hand, each with the reason.
    """

    known: bool = True
    readers: Mapping[str, Reader] = {}
    places: Mapping[str, tuple[Place, ...]] = {}
    lineage: Mapping[str, ModelLineage] = {}
    published: tuple[Published, ...] = ()
    said: Mapping[tuple[str, str, str], Consumption] = {}
    interfaces: Mapping[str, Interface] = {}
    missing: Mapping[str, str] = {}

    @classmethod
    def none(cls) -> Consumers:
        """Nothing is known of any consumer."""
        return cls(known=False)

    @classmethod
    def of(
        cls,
        manifests: Mapping[str, CompiledManifest],
        lineage: Mapping[str, ModelLineage],
        interfaces: Iterable[Interface] = (),
        *,
        missing: Mapping[str, str] | None = None,
    ) -> Consumers:
        """All consumers of a mesh.

        Args:
            manifests: Compiled, by project; the producer's own too, for its exposures.
            lineage: Of their models, by unique_id.
            interfaces: Published or committed ones. They stand for projects without a manifest, and say of the others
                which refs are pinned, what models use that could not be traced, and whom to tell.
            missing: Projects of which there is neither, each with the reason.
        """
        by_project = {interface.project: interface for interface in interfaces}
        world = _World(manifests, by_project)
        uses = [
            Published(interface.project, _address(interface.owner), consumption)
            for interface in by_project.values()
            for consumption in interface.consumptions
        ]
        places = world.places()
        built = built_elsewhere(world.readers, places)
        return cls(
            readers={key: reading_past(node, built) for key, node in world.readers.items() if key not in built},
            places={key: place for key, place in places.items() if key not in built},
            lineage={key: lineage_past(traced, built) for key, traced in lineage.items()} if built else lineage,
            published=tuple(use for use in uses if use.project not in manifests),
            said={
                (use.project, name, key_of_consumption(use.consumption)): use.consumption
                for use in uses
                if use.project in manifests
                for name in use.consumption.by
            },
            interfaces=by_project,
            missing=missing or {},
        )

    def consumption_of(self, reader: Reader, key: str) -> Consumption | None:
        """What ``reader``'s project published of its use of the product version ``key``, if it did."""
        names = (reader.name, reader.name.partition(".v")[0])
        return next((use for name in names if (use := self.said.get((reader.project, name, key)))), None)

    def pins(self, reader: Reader, key: str) -> bool | None:
        """Whether the refs of ``reader`` name the version of the product ``key``; ``None`` where that is not known."""
        said = self.consumption_of(reader, key)
        return None if said is None else said.pinned


def key_of_consumption(use: Consumption) -> str:
    """unique_id of the product version that is used."""
    return f"model.{use.project}.{product_key(use.product, use.v)}"


class _World:
    """The nodes of many manifests, together."""

    def __init__(self, manifests: Mapping[str, CompiledManifest], interfaces: Mapping[str, Interface]) -> None:
        self.manifests = manifests
        self.interfaces = interfaces
        self.projects = frozenset(manifests) | frozenset(interfaces)
        self.readers: dict[str, Reader] = {}
        for manifest in manifests.values():
            for node in _nodes(manifest):
                self._add(node, manifest)

    def places(self) -> dict[str, tuple[Place, ...]]:
        found: defaultdict[str, dict[Place, None]] = defaultdict(dict)
        for manifest in self.manifests.values():
            for node in manifest.relations():
                found[key_of(node.unique_id, manifest, self.projects)][place_of(node)] = None
        return {key: tuple(places) for key, places in found.items()}

    def _add(self, node: CompiledNode, manifest: CompiledManifest) -> None:
        foreign = is_foreign(node, manifest, self.projects)
        if (
            foreign
            and node.package_name in self.manifests
            and node.unique_id in self.manifests[node.package_name].nodes
        ):
            return  # its own project knows better
        interface = self.interfaces.get(manifest.project)
        product = interface.product(node.name) if interface and not foreign else None
        owner = (_address(product.owner) if product else None) or (_address(interface.owner) if interface else None)
        reader = reader_of(node, manifest, self.projects, owner)
        self.readers[reader.key] = reader


def _nodes(manifest: CompiledManifest) -> Iterator[CompiledNode]:
    yield from manifest.relations()
    yield from manifest.exposures.values()


def _address(owner: Owner) -> str | None:
    return owner.email or owner.channel or owner.name
