"""The mesh as tables, which SQL rules query: what is kept of each project, and what all of them show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mesh_tools.lint.subjects import Mesh, Project
from mesh_tools.lint.subjects.listing import subjects_of
from mesh_tools.lint.subjects.others import Exposure, Seed, Snapshot, Source

Row = tuple[Any, ...]
Rows = Mapping[str, list[Row]]

TABLES: Mapping[str, Mapping[str, str]] = {
    "projects": {"name": "varchar", "domain": "varchar", "adapter": "varchar"},
    "models": {
        "unique_id": "varchar",
        "label": "varchar",
        "project": "varchar",
        "name": "varchar",
        "version": "varchar",
        "access": "varchar",
        "materialized": "varchar",
        "database": "varchar",
        "schema": "varchar",
        "alias": "varchar",
        "group": "varchar",
        "owner": "varchar",
        "language": "varchar",
        "contract": "boolean",
        "description": "varchar",
        "tags": "varchar[]",
        "meta": "json",
        "path": "varchar",
        "tests": "integer",
    },
    "columns": {
        "model": "varchar",
        "label": "varchar",
        "project": "varchar",
        "name": "varchar",
        "data_type": "varchar",
        "description": "varchar",
        "tags": "varchar[]",
        "meta": "json",
    },
    "seeds": {"unique_id": "varchar", "label": "varchar", "project": "varchar", "name": "varchar", "path": "varchar"},
    "snapshots": {
        "unique_id": "varchar",
        "label": "varchar",
        "project": "varchar",
        "name": "varchar",
        "path": "varchar",
    },
    "sources": {
        "unique_id": "varchar",
        "label": "varchar",
        "project": "varchar",
        "source": "varchar",
        "name": "varchar",
        "database": "varchar",
        "schema": "varchar",
        "identifier": "varchar",
        "description": "varchar",
        "path": "varchar",
    },
    "exposures": {
        "unique_id": "varchar",
        "label": "varchar",
        "project": "varchar",
        "name": "varchar",
        "type": "varchar",
        "description": "varchar",
        "path": "varchar",
    },
    "products": {
        "label": "varchar",
        "project": "varchar",
        "domain": "varchar",
        "name": "varchar",
        "version": "varchar",
        "owner": "varchar",
        "consumers": "varchar[]",
    },
    "edges": {"parent": "varchar", "child": "varchar", "project": "varchar"},
    "cross_refs": {
        "producer": "varchar",
        "producer_project": "varchar",
        "producer_domain": "varchar",
        "consumer": "varchar",
        "consumer_project": "varchar",
        "consumer_domain": "varchar",
        "kind": "varchar",
    },
}
"""Columns with DuckDB's types, by table. ``edges`` hold unique_ids; ``cross_refs`` labels."""


def rows_of_project(project: Project) -> Rows:
    """The rows of one project, while its manifest is at hand."""
    found: dict[str, list[Row]] = {
        "projects": [(project.name, project.domain, project.adapter)],
        "models": [],
        "columns": [],
    }
    for model in project.models:
        node = model.node
        found["models"].append(
            (
                *(node.unique_id, model.label, project.name, node.name, _text(node.version), node.access),
                *(model.materialized, node.database, node.schema, node.alias, node.group, model.contact.name),
                *(node.language, node.contract_enforced, model.description, model.tags, model.meta, model.path),
                len(model.tests),
            )
        )
        found["columns"] += [
            (
                *(node.unique_id, column.label, project.name, column.name, column.data_type or None),
                *(column.description, column.tags, column.meta),
            )
            for column in model.columns
        ]
    found["seeds"] = list(_named(subjects_of(Seed, project, _no_macros)))
    found["snapshots"] = list(_named(subjects_of(Snapshot, project, _no_macros)))
    found["sources"] = [_source(one) for one in subjects_of(Source, project, _no_macros)]
    found["exposures"] = [_exposure(one) for one in subjects_of(Exposure, project, _no_macros)]
    return found


def rows_of_mesh(mesh: Mesh) -> Rows:
    """The rows of all projects together."""
    found: dict[str, list[Row]] = {table: [] for table in TABLES}
    for member in mesh.members.values():
        for table, rows in (member.tables or {}).items():
            found[table] += rows
        for node in member.summary.nodes.values():
            found["edges"] += [(parent, node.unique_id, member.name) for parent in node.depends_on]
    for product in mesh.products:
        found["products"].append(
            (
                *(product.label, product.owner, product.domain, product.name, _text(product.v)),
                *(product.contact.name, product.consumers),
            )
        )
    for ref in mesh.cross_refs:
        producer, consumer = ref.producer, ref.consumer
        found["cross_refs"].append(
            (
                *(producer.label, producer.project, mesh.domain_of(producer.project)),
                *(consumer.label, consumer.project, mesh.domain_of(consumer.project), ref.edge),
            )
        )
    return found


def _named(subjects: Iterable[Any]) -> Iterator[Row]:
    for subject in subjects:
        yield subject.node.unique_id, subject.label, subject.owner, subject.name, subject.path


def _source(source: Any) -> Row:
    node = source.node
    return (
        *(node.unique_id, source.label, source.owner, node.source_name, node.name, node.database, node.schema),
        *(node.identifier, source.description, source.path),
    )


def _exposure(exposure: Any) -> Row:
    node = exposure.node
    kind = getattr(node, "type", None)
    return node.unique_id, exposure.label, exposure.owner, node.name, kind, exposure.description, exposure.path


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _no_macros() -> Any:
    raise AssertionError("no table holds macros")
