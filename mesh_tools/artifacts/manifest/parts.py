"""Parts of a node: what it depends on, its columns and constraints."""

from __future__ import annotations

from typing import Any

import msgspec

from mesh_tools.model.interface import Version


class DependsOn(msgspec.Struct, frozen=True):
    """``depends_on``: unique_ids."""

    nodes: tuple[str, ...] = ()


class RefCall(msgspec.Struct, frozen=True):
    """One entry of ``refs``."""

    name: str
    package: str | None = None
    version: Version | None = None


class Constraint(msgspec.Struct, frozen=True):
    """A constraint of a column or a model. ``columns`` is null on some engines."""

    type: str
    columns: tuple[str, ...] | None = None
    expression: str | None = None
    to: str | None = None
    to_columns: tuple[str, ...] | None = None


class ColumnConfig(msgspec.Struct, frozen=True):
    """``config`` of a column."""

    meta: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None


class ColumnNode(msgspec.Struct, frozen=True):
    """A documented column."""

    name: str
    data_type: str | None = None
    description: str | None = None
    constraints: tuple[Constraint, ...] | None = None
    quote: bool | None = None
    meta: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    policy_tags: tuple[str, ...] | None = None
    config: ColumnConfig | None = None


class Contract(msgspec.Struct, frozen=True):
    """``contract`` of a model."""

    enforced: bool | None = None
