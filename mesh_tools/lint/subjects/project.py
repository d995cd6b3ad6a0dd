"""One project while its manifest is at hand, and the index that the other subjects share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_tools.artifacts.manifest import (
    GroupNode,
    Manifest,
    ModelNode,
    Resource,
    SeedNode,
    SnapshotNode,
    TestNode,
    UnitTestNode,
)
from mesh_tools.interface.extract.owners import owner_from
from mesh_tools.lint.places.place import CodePlace, Place, YamlPlace
from mesh_tools.lint.subjects.base import Remembering, Subject
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.summary import is_stub
from mesh_tools.model.interface import Owner

if TYPE_CHECKING:
    from mesh_tools.lint.subjects.model import Model


class Project(Remembering, Subject):
    """A dbt project, as its manifest has it.

    Attributes:
        manifest: The whole of it, with the nodes of packages.
        name: Of the project.
        domain: That owns it.
        root: Its folder, if that is at hand.
    """

    kind = "project"

    def __init__(self, manifest: Manifest, *, domain: str = "", root: Path | None = None) -> None:
        self.manifest = manifest
        self.name = manifest.project
        self.domain = domain or manifest.project
        self.root = root

    @property
    def label(self) -> str:
        """The project's name."""
        return self.name

    @property
    def owner(self) -> str:
        """Itself."""
        return self.name

    @property
    def place(self) -> Place:
        """Its ``dbt_project.yml``."""
        return YamlPlace(file=PROJECT_FILE, steps=("name",))

    @property
    def adapter(self) -> str | None:
        """Dbt's name of the warehouse."""
        return self.manifest.metadata.adapter_type

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """Its own models, in the order of the manifest."""
        from mesh_tools.lint.subjects.model import Model  # noqa: PLC0415 - the two know each other

        return tuple(Model(node, self) for node in self.manifest.own_models())

    @cached_property
    def models_by_id(self) -> dict[str, Model]:
        """Its own models by unique_id."""
        return {model.node.unique_id: model for model in self.models}

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Everything in the manifest by unique_id, that of packages too."""
        return {resource.unique_id: resource for resource in self.manifest.resources()}

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """unique_ids of what reads each node: models, snapshots, exposures, metrics; no tests."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for resource in self.manifest.resources():
            if not isinstance(resource, (TestNode, UnitTestNode)):
                for unique_id in resource.depends_on.nodes:
                    found[unique_id].append(resource.unique_id)
        return {unique_id: tuple(dict.fromkeys(readers)) for unique_id, readers in found.items()}

    @cached_property
    def tests_of(self) -> Mapping[str, tuple[TestNode, ...]]:
        """Data tests by the unique_id of what they are attached to; of a singular test all that it reads."""
        found: defaultdict[str, list[TestNode]] = defaultdict(list)
        for test in self.manifest.tests():
            for unique_id in (test.attached_node,) if test.attached_node else test.depends_on.nodes:
                found[unique_id].append(test)
        return {unique_id: tuple(tests) for unique_id, tests in found.items()}

    @cached_property
    def unit_tests_of(self) -> Mapping[str, tuple[UnitTestNode, ...]]:
        """Unit tests by the unique_id of the model that they test."""
        found: defaultdict[str, list[UnitTestNode]] = defaultdict(list)
        for test in self.manifest.unit_tests.values():
            for unique_id in test.depends_on.nodes:
                node = self.manifest.nodes.get(unique_id)
                if isinstance(node, ModelNode) and node.name == test.model:
                    found[unique_id].append(test)
        return {unique_id: tuple(tests) for unique_id, tests in found.items()}

    @cached_property
    def groups(self) -> Mapping[str, GroupNode]:
        """Its own groups by name."""
        return {group.name: group for group in self.manifest.groups.values() if group.package_name == self.name}

    def owner_of(self, group: str | None) -> Owner:
        """The owner of a group; nobody when there is no such group."""
        found = self.groups.get(group or "")
        return owner_from(found.owner or {}, (found.config.meta if found.config else None) or {}) if found else Owner()

    def is_own(self, resource: Resource) -> bool:
        """Whether the project itself defines it: no package does, and it stands for no other project's product."""
        return resource.package_name == self.name and not is_stub(resource)

    def forget(self) -> None:
        """Let go of everything: the project and its models refer to each other, and would outlive their use."""
        self.__dict__.clear()


def parents_of(resource: Resource, project: Project) -> tuple[Resource, ...]:
    """What ``resource`` reads, as far as the manifest knows it: stubs of other projects' products, too."""
    known = project.resources
    return tuple(known[unique_id] for unique_id in resource.depends_on.nodes if unique_id in known)


def relations_of(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Those of ``resources`` that hold data: models, seeds, snapshots and sources."""
    return tuple(
        resource
        for resource in resources
        if isinstance(resource, (ModelNode, SeedNode, SnapshotNode)) or resource.unique_id.startswith("source.")
    )


def code_place(file: str) -> Place:
    """The beginning of a file."""
    return CodePlace(file=file)


def text_of(value: Any) -> str:
    """``value`` without surrounding blanks; empty for nothing."""
    return str(value).strip() if value else ""
