"""What YAML rules may ask of each kind of subject: names, with the kind of the value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from mesh_tools.lint.subjects import (
    Column,
    CrossRef,
    Exposure,
    Group,
    Macro,
    MeshProject,
    Model,
    Product,
    Project,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Subject,
    Test,
    UnitTest,
)

ValueKind = Literal["text", "flag", "number", "list", "mapping", "items", "view"]
"""``items``: other subjects, each with attributes; ``view``: one other subject."""


class Attribute(Struct, frozen=True, kw_only=True):
    """Something that a condition may name.

    Attributes:
        kind: Which operators it has.
        get: Takes it from the subject.
        of: The attributes of what it leads to, for ``items`` and ``view``.
    """

    kind: ValueKind
    get: Callable[[Any], Any]
    of: Callable[[], Mapping[str, Attribute]] | None = None


def _text(get: Callable[[Any], Any]) -> Attribute:
    return Attribute(kind="text", get=get)


def _flag(get: Callable[[Any], Any]) -> Attribute:
    return Attribute(kind="flag", get=get)


def _list(get: Callable[[Any], Any]) -> Attribute:
    return Attribute(kind="list", get=get)


def _mapping(get: Callable[[Any], Any]) -> Attribute:
    return Attribute(kind="mapping", get=get)


def _of_node(name: str) -> Callable[[Any], Any]:
    return lambda subject: getattr(subject.node, name, None)


_ANY: Mapping[str, Attribute] = {
    "label": _text(lambda subject: subject.label),
    "project": _text(lambda subject: subject.owner),
    "path": _text(lambda subject: subject.path),
}
_DESCRIBED: Mapping[str, Attribute] = {
    **_ANY,
    "name": _text(lambda subject: subject.name),
    "description": _text(lambda subject: subject.description),
    "meta": _mapping(lambda subject: subject.meta),
    "tags": _list(lambda subject: subject.tags),
}
_TEST: Mapping[str, Attribute] = {
    **_DESCRIBED,
    "test": _text(lambda test: test.node.test_metadata.name if test.node.test_metadata else "singular"),
    "column": _text(_of_node("column_name")),
}
_RELATION: Mapping[str, Attribute] = {
    "database": _text(_of_node("database")),
    "schema": _text(_of_node("schema")),
    "parents": _list(lambda subject: [node.unique_id for node in subject.parents]),
    "children": _list(lambda subject: subject.children),
    "tests": Attribute(
        kind="items",
        get=lambda subject: [Test(node, _project(subject)) for node in subject.tests],
        of=lambda: _TEST,
    ),
}
_MODEL: Mapping[str, Attribute] = {
    **_DESCRIBED,
    **_RELATION,
    "version": _text(lambda model: model.version),
    "access": _text(_of_node("access")),
    "group": _text(_of_node("group")),
    "language": _text(_of_node("language")),
    "alias": _text(_of_node("alias")),
    "materialized": _text(lambda model: model.materialized),
    "contract": _flag(lambda model: model.node.contract_enforced),
    "config": _mapping(lambda model: model.node.all_config),
    "owner": _mapping(lambda model: {"name": model.contact.name, "email": model.contact.email}),
    "columns": Attribute(kind="items", get=lambda model: model.columns, of=lambda: _COLUMN),
    "unit_tests": _list(lambda model: [test.name for test in model.unit_tests]),
}
_COLUMN: Mapping[str, Attribute] = {
    **_DESCRIBED,
    "data_type": _text(lambda column: column.data_type),
    "tests": Attribute(
        kind="items",
        get=lambda column: [Test(node, column.model.project) for node in column.tests],
        of=lambda: _TEST,
    ),
    "model": Attribute(kind="view", get=lambda column: column.model, of=lambda: _MODEL),
}
_PRODUCT: Mapping[str, Attribute] = {
    **_ANY,
    "name": _text(lambda product: product.name),
    "domain": _text(lambda product: product.domain),
    "version": _text(lambda product: product.v),
    "description": _text(lambda product: product.product.description),
    "owner": _mapping(lambda product: {"name": product.contact.name, "email": product.contact.email}),
    "consumers": _list(lambda product: product.consumers),
    "columns": _list(lambda product: [column.name for column in product.version.columns]),
}
_REF: Mapping[str, Attribute] = {
    **_ANY,
    "edge": _text(lambda ref: ref.edge),
    "is_pinned": _flag(lambda ref: ref.is_pinned),
    "producer": _text(lambda ref: ref.producer.label),
    "producer_project": _text(lambda ref: ref.producer.project),
    "producer_name": _text(lambda ref: ref.producer.name),
    "producer_domain": _text(lambda ref: ref.mesh.domain_of(ref.producer.project)),
    "consumer": _text(lambda ref: ref.consumer.label),
    "consumer_name": _text(lambda ref: ref.consumer.name),
    "consumer_kind": _text(lambda ref: ref.consumer.resource_type),
    "consumer_domain": _text(lambda ref: ref.mesh.domain_of(ref.consumer.project)),
}

KINDS: Mapping[str, tuple[type[Subject], Mapping[str, Attribute]]] = {
    "model": (Model, _MODEL),
    "column": (Column, _COLUMN),
    "seed": (Seed, {**_DESCRIBED, **_RELATION}),
    "snapshot": (Snapshot, {**_DESCRIBED, **_RELATION}),
    "source": (
        Source,
        {**_DESCRIBED, **_RELATION, "source": _text(_of_node("source_name")), "loader": _text(_of_node("loader"))},
    ),
    "exposure": (
        Exposure,
        {
            **_DESCRIBED,
            "type": _text(_of_node("type")),
            "maturity": _text(_of_node("maturity")),
            "url": _text(_of_node("url")),
            "parents": _list(lambda exposure: [node.unique_id for node in exposure.parents]),
        },
    ),
    "test": (Test, _TEST),
    "unit_test": (UnitTest, {**_DESCRIBED, "model": _text(_of_node("model"))}),
    "semantic": (Semantic, _DESCRIBED),
    "group": (Group, {key: value for key, value in _DESCRIBED.items() if key != "tags"}),
    "macro": (Macro, {key: value for key, value in _DESCRIBED.items() if key != "tags"}),
    "project": (
        Project,
        {
            **_ANY,
            "name": _text(lambda project: project.name),
            "domain": _text(lambda project: project.domain),
            "adapter": _text(lambda project: project.adapter),
            "models": Attribute(kind="items", get=lambda project: project.models, of=lambda: _MODEL),
        },
    ),
    "product": (Product, _PRODUCT),
    "ref": (CrossRef, _REF),
    "mesh_project": (
        MeshProject,
        {
            **_ANY,
            "name": _text(lambda project: project.name),
            "domain": _text(lambda project: project.domain),
            "reads": _list(lambda project: sorted({ref.producer.project for ref in project.reads})),
            "is_read_by": _list(lambda project: sorted({ref.consumer.project for ref in project.is_read_by})),
        },
    ),
}
"""By what ``each`` names: the subject, and its attributes."""


def _project(subject: Any) -> Project:
    found: Project = subject.project
    return found
