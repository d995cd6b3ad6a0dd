"""What marks a column as personal, and what says that its values no longer are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import ColumnNode, Manifest, ModelNode, Resource, own_meta, own_tags
from mesh_tools.lint.matching import meta_at
from mesh_tools.lint.subjects import Project
from mesh_tools.model.interface import Column

PERSONAL = "pii"

Marked = Mapping[str, str]
"""Names of the personal columns of a node, as they are written, by their name in lower case."""


class Marks(Struct, frozen=True):
    """What marks a column besides its classification.

    Attributes:
        tags: Tags of the column.
        keys: Keys of its ``meta`` that are set to anything but false.
    """

    tags: tuple[str, ...] = (PERSONAL,)
    keys: tuple[str, ...] = ()

    def on(self, meta: Mapping[str, Any], tags: Iterable[str]) -> bool:
        """Whether a column with this ``meta`` and these tags is personal."""
        return (
            meta_at(meta, "mesh.classification") == PERSONAL
            or any(tag in self.tags for tag in tags)
            or any(meta_at(meta, key) for key in self.keys)
        )

    def on_promised(self, column: Column) -> bool:
        """The same of a column of an interface."""
        return column.classification == PERSONAL or self.on(column.meta, column.tags)


class Described(Struct, frozen=True):
    """What the YAML says of one column.

    Attributes:
        meta: Its own.
        tags: Its own.
    """

    meta: Mapping[str, Any]
    tags: tuple[str, ...]

    @property
    def classification(self) -> str | None:
        """Of ``meta.mesh``."""
        found = meta_at(self.meta, "mesh.classification")
        return str(found) if found else None


def described(column: ColumnNode, node: Resource, manifest: Manifest) -> Described:
    """What the YAML says of a column of a model, a seed, a snapshot or a source."""
    if isinstance(node, ModelNode):
        return Described(own_meta(column, node, manifest.metadata), own_tags(column, node, manifest.metadata))
    config = column.config
    return Described(
        (config.meta if config else None) or column.meta or {}, (config.tags if config else None) or column.tags or ()
    )


def is_masked(column: ColumnNode, meta: Mapping[str, Any]) -> bool:
    """Whether its values are masked: by the query, in words, or by a policy of the warehouse."""
    return bool(column.policy_tags or meta_at(meta, "mesh.masking"))


def personal_columns(project: Project, marks: Marks) -> Mapping[str, Marked]:
    """The personal columns that are not masked of everything in the manifest, by unique_id."""
    return project.once(("personal", marks), lambda: _personal(project.manifest, marks))


def _personal(manifest: Manifest, marks: Marks) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for node in manifest.resources():
        columns: Mapping[str, ColumnNode] = getattr(node, "columns", None) or {}
        marked = {
            column.name.lower(): column.name
            for column in columns.values()
            if _says_more(column) and _is_personal(column, node, manifest, marks)
        }
        if marked:
            found[node.unique_id] = marked
    return found


def _says_more(column: ColumnNode) -> bool:
    """Whether it has meta or tags at all: most columns have neither, and there are many."""
    config = column.config
    return bool(column.meta or column.tags or (config is not None and (config.meta or config.tags)))


def _is_personal(column: ColumnNode, node: Resource, manifest: Manifest, marks: Marks) -> bool:
    said = described(column, node, manifest)
    return marks.on(said.meta, said.tags) and not is_masked(column, said.meta)
