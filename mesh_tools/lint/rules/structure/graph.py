"""What the rules about the graph of a project share: who reads whom, where, and in which layer."""

from __future__ import annotations

from collections.abc import Iterable

from mesh_tools.artifacts.manifest import ModelNode, Resource, SeedNode, SnapshotNode, SourceNode
from mesh_tools.lint.layers import Layers, folder_layer, name_layer
from mesh_tools.lint.places import CodePlace, Place
from mesh_tools.lint.subjects import Model, Project
from mesh_tools.model.interface import product_key

SHOWN = 5
"""How many names a message lists."""


def title(resource: Resource) -> str:
    """``orders.v2``; of a source ``till.receipts``."""
    if isinstance(resource, SourceNode):
        return f"{resource.source_name}.{resource.name}"
    return product_key(resource.name, getattr(resource, "version", None))


def titles(resources: Iterable[Resource]) -> str:
    """Their names, sorted; of many the first."""
    names = sorted({title(resource) for resource in resources})
    return ", ".join(names if len(names) <= SHOWN else [*names[:SHOWN], "..."])


def call_of(model: Model, parent: Resource) -> Place:
    """The call of ``ref`` or ``source`` by which ``model`` reads ``parent``."""
    if isinstance(parent, SourceNode):
        return CodePlace(file=model.path, source=(parent.source_name, parent.name))
    v = str(getattr(parent, "version", None))
    calls = [
        call
        for call in model.node.refs
        if call.name == parent.name
        and call.package in {None, parent.package_name}
        and (call.version is None or str(call.version) == v)
    ]
    # A call that names the version is surer than one that follows the latest.
    calls.sort(key=lambda call: call.version is None)
    return CodePlace(file=model.path, ref=calls[0] if calls else None)


def own_model(unique_id: str, project: Project) -> ModelNode | None:
    """The project's own model of that id: none of a package, and no other project's product."""
    found = project.models_by_id.get(unique_id)
    return found.node if found is not None else None


def models_reading(model: Model) -> list[ModelNode | SnapshotNode]:
    """The models and snapshots of the project that read ``model``, of the versions of a model one."""
    known = model.project.resources
    readers = (known.get(unique_id) for unique_id in model.children)
    found = [reader for reader in readers if isinstance(reader, (ModelNode, SnapshotNode))]
    return list({(reader.package_name, reader.name): reader for reader in found}.values())


def layer(resource: ModelNode | SeedNode | SnapshotNode, project: Project, layers: Layers | None) -> str | None:
    """The layer of a resource; folders are looked at once."""
    key = ("STR layers", tuple(layers.items()) if layers is not None else None)
    folders: dict[str, str | None] = project.once(key, dict)
    folder = resource.original_file_path.rpartition("/")[0]
    if folder not in folders:
        folders[folder] = folder_layer(resource.original_file_path, layers)
    return folders[folder] or name_layer(resource.name, layers)
