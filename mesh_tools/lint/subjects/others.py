"""What a project has besides models."""

from __future__ import annotations

from typing import Any

from mesh_tools.artifacts.macros import MacroNode
from mesh_tools.artifacts.manifest import (
    ExposureNode,
    GroupNode,
    ModelNode,
    RefCall,
    Resource,
    SeedNode,
    SemanticNode,
    SnapshotNode,
    SourceNode,
    TestNode,
    UnitTestNode,
)
from mesh_tools.lint.places.place import CodePlace, Place, Step, YamlPlace, entry_place
from mesh_tools.lint.subjects.base import Subject, ignores_in
from mesh_tools.lint.subjects.project import Project, parents_of, text_of

_SEMANTIC_SECTIONS = {"metric": "metrics", "semantic_model": "semantic_models", "saved_query": "saved_queries"}


class _Node(Subject):
    """What its subclasses have in common: a node, the project, a description."""

    __slots__ = ("node", "project")
    node: Any

    def __init__(self, node: Any, project: Project) -> None:
        self.node = node
        self.project = project

    @property
    def label(self) -> str:
        """``operations.stg_flights``."""
        return f"{self.project.name}.{self.node.name}"

    @property
    def owner(self) -> str:
        """Its project."""
        return self.project.name

    @property
    def path(self) -> str:
        """Its own file."""
        return str(self.node.original_file_path)

    @property
    def ignores(self) -> tuple[Any, ...]:
        """``meta.mesh.ignore``."""
        return ignores_in(self.meta)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.node.name)

    @property
    def description(self) -> str:
        """Empty when there is none."""
        return text_of(self.node.description)

    @property
    def meta(self) -> dict[str, Any]:
        """``meta``."""
        return getattr(self.node, "meta", None) or {}

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags."""
        return getattr(self.node, "tags", None) or ()

    @property
    def tests(self) -> tuple[TestNode, ...]:
        """Data tests on it."""
        return self.project.tests_of.get(self.node.unique_id, ())

    @property
    def parents(self) -> tuple[Resource, ...]:
        """What it reads."""
        return parents_of(self.node, self.project)

    @property
    def children(self) -> tuple[str, ...]:
        """unique_ids of what reads it within the project; no tests."""
        return self.project.children.get(self.node.unique_id, ())


class Seed(_Node):
    """A seed."""

    __slots__ = ()
    kind = "seed"
    node: SeedNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else its file."""
        return entry_place("seeds", self.node.name, patch_path=self.node.patch_path, file=self.node.original_file_path)


class Snapshot(_Node):
    """A snapshot."""

    __slots__ = ()
    kind = "snapshot"
    node: SnapshotNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else its file."""
        return entry_place(
            "snapshots", self.node.name, patch_path=self.node.patch_path, file=self.node.original_file_path
        )


class Source(_Node):
    """A table of a source."""

    __slots__ = ()
    kind = "source"
    node: SourceNode

    @property
    def label(self) -> str:
        """``operations.nycflights.flights``: project, source, table."""
        return f"{self.project.name}.{self.node.source_name}.{self.node.name}"

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return YamlPlace(
            file=self.node.original_file_path, steps=(("sources", self.node.source_name), ("tables", self.node.name))
        )

    @property
    def source_place(self) -> YamlPlace:
        """The entry of the source that it is a table of."""
        return YamlPlace(file=self.node.original_file_path, steps=(("sources", self.node.source_name),))


class Exposure(_Node):
    """An exposure."""

    __slots__ = ()
    kind = "exposure"
    node: ExposureNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return YamlPlace(file=self.node.original_file_path, steps=(("exposures", self.node.name),))

    def call_of(self, model: ModelNode) -> CodePlace:
        """The ref that reads ``model``."""
        calls = [ref for ref in self.node.refs if ref.name == model.name]
        exact = [ref for ref in calls if ref.version is not None and str(ref.version) == str(model.version)]
        written = next(iter(exact or calls), RefCall(model.name))
        return CodePlace(file=self.node.original_file_path, ref=written)


class UnitTest(_Node):
    """A unit test."""

    __slots__ = ()
    kind = "unit_test"
    node: UnitTestNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return YamlPlace(file=self.node.original_file_path, steps=(("unit_tests", self.node.name),))


class Semantic(_Node):
    """A metric, a semantic model or a saved query."""

    __slots__ = ()
    kind = "semantic"
    node: SemanticNode

    @property
    def section(self) -> str:
        """Dbt's key: ``metrics``, ``semantic_models`` or ``saved_queries``."""
        return _SEMANTIC_SECTIONS.get(self.node.unique_id.split(".", 1)[0], "metrics")

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return YamlPlace(file=self.node.original_file_path, steps=((self.section, self.node.name),))


class Group(_Node):
    """A group of models."""

    __slots__ = ()
    kind = "group"
    node: GroupNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML."""
        return YamlPlace(file=self.node.original_file_path, steps=(("groups", self.node.name),))

    @property
    def meta(self) -> dict[str, Any]:
        """``meta`` of its ``config``."""
        return (self.node.config.meta if self.node.config else None) or {}


class Macro(_Node):
    """A macro of the project itself."""

    __slots__ = ()
    kind = "macro"
    node: MacroNode

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else the line of its file on which it begins."""
        node = self.node
        if node.patch_path:
            return entry_place("macros", node.name, patch_path=node.patch_path, file=node.original_file_path)
        return self.code

    @property
    def code(self) -> CodePlace:
        """The line on which it begins."""
        begins = self.node.macro_sql.strip().partition("\n")[0].rstrip()
        text = begins if " " in begins else f"macro {self.node.name}"
        return CodePlace(file=self.node.original_file_path, text=text)

    @property
    def tests(self) -> tuple[TestNode, ...]:
        """None: macros have no data tests."""
        return ()


class Test(_Node):
    """A data test, generic or singular."""

    __test__ = False
    __slots__ = ()
    kind = "test"
    node: TestNode

    @property
    def is_generic(self) -> bool:
        """Whether YAML configures it; else it is an SQL file of its own."""
        return self.node.test_metadata is not None

    @property
    def place(self) -> Place:
        """Its entry below what it tests, else its SQL file."""
        node = self.node
        target = self.project.resources.get(node.attached_node or "")
        if node.test_metadata is None or target is None:
            return CodePlace(file=node.original_file_path)
        name = node.test_metadata.name
        called = f"{node.test_metadata.namespace}.{name}" if node.test_metadata.namespace else name
        column: tuple[Step, ...] = (("columns", node.column_name),) if node.column_name else ()
        entry = self._entry_of(target)
        return entry.below(*column, ("data_tests", called)) if isinstance(entry, YamlPlace) else entry

    def _entry_of(self, target: Resource) -> Place:
        if isinstance(target, SourceNode):
            return Source(target, self.project).place
        section = f"{target.unique_id.split('.', 1)[0]}s"
        v = getattr(target, "version", None)
        path, file = getattr(target, "patch_path", None), self.node.original_file_path
        return entry_place(section, target.name, v=v, patch_path=path, file=file)
