"""Finds the interface of an upstream project, wherever it is.

In this order: the plain ``manifest.json`` of a producer that mesh.yml names under ``upstreams``; the registry; the
``interface.yml`` that a project of the same repository has committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import decode_manifest, read_manifest
from mesh_tools.errors import Location, MeshError, did_you_mean, display_path
from mesh_tools.interface.document import from_yaml
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.package.macros import ANY_ENVIRONMENT
from mesh_tools.interface.registry import Publication, Registry, open_registry
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface, Relation, product_key
from mesh_tools.model.project import Project, Upstream

INTERFACE_FILE = "interface.yml"

Origin = Literal["registry", "interface.yml", "manifest", "assumed"]


class ResolvedUpstream(Struct, frozen=True, kw_only=True):
    """An upstream interface, where it came from, and its relations: product key -> environment -> relation."""

    interface: Interface
    origin: Origin
    relations: Mapping[str, Mapping[str, Relation]]


class Upstreams:
    """The interfaces that the projects of a workspace may build on."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read_manifest = cache(_manifest_interface)
        self._assumed: dict[str, Interface] = {}
        self._read: dict[str, dict[str, Interface | MeshError]] = {}

    @cached_property
    def registry(self) -> Registry:
        """The registry of the mesh.

        Raises:
            MeshError: it cannot be opened.
        """
        settings = self._workspace.config.registry
        return open_registry(settings.url, base=self._workspace.root, options=settings.options)

    def publish(self, interface: Interface) -> Publication:
        """Publish ``interface``, and let whoever asks next see it.

        Raises:
            MeshError: see :meth:`mesh_tools.interface.registry.Registry.publish`.
        """
        self._read.pop(interface.project, None)
        return self.registry.publish(interface)

    def assume(self, interface: Interface) -> None:
        """Let ``interface`` stand for what its project will publish, until the end of this build.

        In a cycle of projects nothing can be published before everything is built.
        """
        self._assumed[interface.project] = interface

    def resolve(self, upstream: Upstream, environment: str) -> ResolvedUpstream:
        """The interface of ``upstream`` as of ``environment``.

        Raises:
            MeshError: it is nowhere, or what is there cannot be read.
        """
        name = upstream.name
        external = self._workspace.config.file.upstreams.get(name)
        if external is not None:
            return self._from_manifest(name, external.manifest)
        if name in self._assumed:
            return self._from_assumption(self._assumed[name], environment)
        published = self._published(name, environment)
        promise = published.get(environment)
        if promise is None and self._workspace.config.file.sync.fallback == "default":
            promise = published.get(self._workspace.config.default_environment)
        if promise is not None:
            return ResolvedUpstream(interface=promise, origin="registry", relations=_by_key(published))
        committed = committed_interface(self._workspace.projects.get(name))
        if committed is not None:
            relations = _by_key({**published, ANY_ENVIRONMENT: _with_placeholders(committed)})
            return ResolvedUpstream(interface=committed, origin="interface.yml", relations=relations)
        raise self._unknown(upstream, environment)

    def forget_assumptions(self) -> None:
        """Let every project stand for what it has published again."""
        self._assumed.clear()

    def _published(self, name: str, environment: str) -> dict[str, Interface]:
        """By environment; read once, since many projects may ask for the same one."""
        if name not in self._read:
            documents = {known: self._document(name, known) for known in self._workspace.config.environments}
            self._read[name] = {known: document for known, document in documents.items() if document is not None}
        found = self._read[name]
        if isinstance(wanted := found.get(environment), MeshError):
            raise wanted
        # A document of another environment that cannot be read is as one that is not there.
        return {known: document for known, document in found.items() if isinstance(document, Interface)}

    def _document(self, name: str, environment: str) -> Interface | MeshError | None:
        try:
            return self.registry.get(name, environment)
        except MeshError as error:
            return error

    def _from_assumption(self, assumed: Interface, environment: str) -> ResolvedUpstream:
        published = self._published(assumed.project, environment) if assumed.relations else {}
        relations = {**published, environment: assumed if assumed.relations else _with_placeholders(assumed)}
        return ResolvedUpstream(interface=assumed, origin="assumed", relations=_by_key(relations))

    def _from_manifest(self, name: str, location: str) -> ResolvedUpstream:
        interface = self._read_manifest(location, self._workspace.root)
        if interface.project != name:
            raise MeshError(
                f"upstreams.{name}: the manifest is of the project '{interface.project}'",
                where=self._workspace.config.yaml.locate("upstreams", name, "manifest"),
                hint=f"call it {interface.project} in mesh.yml and in dependencies.yml",
            )
        return ResolvedUpstream(interface=interface, origin="manifest", relations=_by_key({ANY_ENVIRONMENT: interface}))

    def _unknown(self, upstream: Upstream, environment: str) -> MeshError:
        name = upstream.name
        if name in self._workspace.projects:
            return MeshError(
                f"{name} has not been published in the environment '{environment}' yet",
                where=upstream.where,
                hint=f"run `mesh build --env {environment} --select +{name}`",
            )
        near = did_you_mean(name, self._workspace.projects)
        return MeshError(
            f"nothing is known of the upstream project '{name}'",
            where=upstream.where,
            hint=(f"{near}\n" if near else "")
            + f"if it is in another repository, publish it to {self.registry.url} from there,\n"
            f"or name its manifest in mesh.yml: upstreams: {{{name}: {{manifest: PATH-OR-URL}}}}",
        )


def committed_interface(project: Project | None) -> Interface | None:
    """The ``interface.yml`` in a project's folder, if there is one.

    Raises:
        MeshError: it is no interface document.
    """
    path = project.path / INTERFACE_FILE if project else None
    return from_yaml(path.read_bytes(), display_path(path)) if path and path.is_file() else None


def _by_key(interfaces: Mapping[str, Interface]) -> dict[str, dict[str, Relation]]:
    relations: dict[str, dict[str, Relation]] = {}
    for environment, interface in interfaces.items():
        for key, relation in interface.relations.items():
            relations.setdefault(key, {})[environment] = relation
    return relations


def _with_placeholders(committed: Interface) -> Interface:
    """A committed interface knows no relations. With these the project parses; its guards say what is missing."""
    keys = [product_key(product.name, version.v) for product in committed.products for version in product.versions]
    return replace(
        committed,
        relations={
            # One for each version: dbt takes no two models in one relation.
            key: Relation(database=committed.project, schema="not_published", identifier=key.replace(".", "_"))
            for key in keys
        },
    )


def _manifest_interface(location: str, root: Path) -> Interface:
    if "://" not in location:
        return interface_of(read_manifest(root / location))
    # fsspec costs start-up time, so only who uses a URL pays for it.
    from mesh_tools.interface.registry.remote import open_store  # noqa: PLC0415

    store = open_store(location, {})
    data = store.read()
    if data is None:
        raise MeshError("there is no manifest at this address", where=Location(store.url))
    return interface_of(decode_manifest(data, Location(store.url)))
