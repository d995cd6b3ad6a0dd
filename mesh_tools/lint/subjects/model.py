"""Models and their columns."""

from __future__ import annotations

from typing import Any

from mesh_tools.artifacts.manifest import (
    ColumnNode,
    ModelNode,
    NodeConfig,
    Resource,
    TestNode,
    UnitTestNode,
    own_meta,
    own_tags,
)
from mesh_tools.lint.places.place import CodePlace, Place, Step, entry_place
from mesh_tools.lint.subjects.base import Subject, ignores_in
from mesh_tools.lint.subjects.project import Project, parents_of, text_of
from mesh_tools.model.interface import Owner, Version, product_key


class Model(Subject):
    """A model of the project itself.

    Attributes:
        node: As the manifest has it.
        project: Whose it is.
        is_public: Whether other projects may ref it.
    """

    __slots__ = ("_columns", "is_public", "node", "project")
    kind = "model"

    def __init__(self, node: ModelNode, project: Project) -> None:
        self.node = node
        self.project = project
        self.is_public = node.access == "public"
        self._columns: tuple[Column, ...] | None = None

    @property
    def label(self) -> str:
        """``operations.flights.v2``."""
        return f"{self.project.name}.{product_key(self.node.name, self.node.version)}"

    @property
    def owner(self) -> str:
        """Its project."""
        return self.project.name

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else its SQL."""
        node = self.node
        return entry_place(
            "models", node.name, v=node.version, patch_path=node.patch_path, file=node.original_file_path
        )

    @property
    def code(self) -> CodePlace:
        """Its SQL or Python file."""
        return CodePlace(file=self.node.original_file_path)

    @property
    def path(self) -> str:
        """Its SQL or Python file."""
        return self.node.original_file_path

    @property
    def ignores(self) -> tuple[Any, ...]:
        """``meta.mesh.ignore``."""
        return ignores_in(self.node.meta) if self.node.meta else ()

    @property
    def name(self) -> str:
        """Without its version."""
        return self.node.name

    @property
    def version(self) -> Version | None:
        """``None`` for a model without versions."""
        return self.node.version

    @property
    def description(self) -> str:
        """Empty when there is none."""
        return text_of(self.node.description)

    @property
    def config(self) -> NodeConfig:
        """``config``, typed; all of it is in ``node.all_config``."""
        return self.node.config

    @property
    def materialized(self) -> str:
        """``table``, ``view``, ``incremental``, ..."""
        return self.node.config.materialized or "view"

    @property
    def meta(self) -> dict[str, Any]:
        """``meta``."""
        return self.node.meta or {}

    @property
    def mesh_meta(self) -> dict[str, Any]:
        """``meta.mesh``, as it is written."""
        found = self.meta.get("mesh")
        return found if isinstance(found, dict) else {}

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags."""
        return self.node.tags or ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Documented columns."""
        if self._columns is None:
            self._columns = tuple(Column(column, self) for column in (self.node.columns or {}).values())
        return self._columns

    @property
    def tests(self) -> tuple[TestNode, ...]:
        """Data tests on it and its columns."""
        return self.project.tests_of.get(self.node.unique_id, ())

    @property
    def unit_tests(self) -> tuple[UnitTestNode, ...]:
        """Unit tests of it."""
        return self.project.unit_tests_of.get(self.node.unique_id, ())

    @property
    def parents(self) -> tuple[Resource, ...]:
        """What it reads; products of other projects by their stubs."""
        return parents_of(self.node, self.project)

    @property
    def children(self) -> tuple[str, ...]:
        """unique_ids of what reads it within the project; no tests."""
        return self.project.children.get(self.node.unique_id, ())

    @property
    def contact(self) -> Owner:
        """Who answers for it: the owner in ``meta.mesh``, else the group's."""
        written = self.mesh_meta.get("owner")
        if isinstance(written, dict):
            return Owner(**{key: str(value) for key, value in written.items() if key in Owner.__struct_fields__})
        return self.project.owner_of(self.node.group)


class Column(Subject):
    """A documented column of a model.

    Attributes:
        node: As the manifest has it.
        model: Whose it is.
    """

    __slots__ = ("model", "node")
    kind = "column"

    def __init__(self, node: ColumnNode, model: Model) -> None:
        self.node = node
        self.model = model

    @property
    def label(self) -> str:
        """``operations.flights.v2.carrier``."""
        return f"{self.model.label}.{self.node.name}"

    @property
    def owner(self) -> str:
        """Its project."""
        return self.model.project.name

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return self.model.at(("columns", self.node.name))

    @property
    def path(self) -> str:
        """The model's SQL or Python file."""
        return self.model.path

    @property
    def ignores(self) -> tuple[Any, ...]:
        """``meta.mesh.ignore`` of the column."""
        return ignores_in(self.meta)

    @property
    def name(self) -> str:
        """As it is written."""
        return self.node.name

    @property
    def description(self) -> str:
        """Empty when there is none."""
        return text_of(self.node.description)

    @property
    def data_type(self) -> str:
        """As it is written; empty when it is not."""
        return text_of(self.node.data_type)

    @property
    def meta(self) -> dict[str, Any]:
        """Its own ``meta``, nothing that it inherits."""
        return own_meta(self.node, self.model.node, self.model.project.manifest.metadata)

    @property
    def mesh_meta(self) -> dict[str, Any]:
        """``meta.mesh``, as it is written."""
        found = self.meta.get("mesh")
        return found if isinstance(found, dict) else {}

    @property
    def tags(self) -> tuple[str, ...]:
        """Its own tags, none that it inherits."""
        return own_tags(self.node, self.model.node, self.model.project.manifest.metadata)

    @property
    def tests(self) -> tuple[TestNode, ...]:
        """Data tests on it."""
        name = self.node.name.lower()
        return tuple(test for test in self.model.tests if (test.column_name or "").strip('"`').lower() == name)

    @property
    def covered_by(self) -> tuple[str, ...]:
        """Itself and its model."""
        return (self.label, self.model.label)

    def at(self, *steps: Step) -> Place:
        """The place of a key of its entry."""
        return self.model.at(("columns", self.node.name), *steps)
