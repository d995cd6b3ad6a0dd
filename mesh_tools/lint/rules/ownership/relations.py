"""Relations that two projects write, and schemas of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Mesh, MeshProject, Model, Seed, Snapshot
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.mesh.summary import NodeSummary, RelationKey


@rule("OWN001", "relation-of-two-projects", severity="error", tier="starter", side="mesh")
def relation_of_two_projects(project: MeshProject) -> Found:
    """Two projects write the same relation.

    Why:
        Whoever is built last wins, and what consumers read depends on the hour. Both projects are told, since either
        can write elsewhere. On DuckDB, files of one name are taken to be one database.

    Bad:
        shop/models/orders.sql:
            select 1 as order_id  -- OWN001
        sales/models/orders.sql:
            select 2 as order_id  -- OWN001

    Good:
        shop/models/orders.sql:
            select 1 as order_id
        sales/dbt_project.yml:
            name: sales
            version: 1.0.0
            profile: sales
            models: {+schema: sales}
        sales/models/orders.sql:
            select 2 as order_id

    To do:
        Give each project a schema, or a database, of its own: `models: {+schema: sales}` in `dbt_project.yml`, or the
        schema of the target in its profile.
    """
    mesh = project.mesh
    for nodes in mesh.once("OWN001", lambda: _written_twice(mesh)).get(project.name, ()):
        own = next(node for node in nodes if node.project == project.name)
        others = ", ".join(sorted(node.label for node in nodes if node.project != project.name))
        subject = subject_of(own)
        yield subject.raised(f"writes {_shown(own.relation)}, which {others} writes, too", place=subject.place)


def _written_twice(mesh: Mesh) -> dict[str, list[list[NodeSummary]]]:
    """Nodes that write one relation, for each project that has one of them."""
    writers: defaultdict[RelationKey, list[NodeSummary]] = defaultdict(list)
    for node in mesh.graph.nodes.values():
        # Of a package that several projects install, each has its copy; that is no conflict about what it holds.
        if node.relation and node.holds_data and node.resource_type != "source" and node.key == node.unique_id:
            writers[node.relation].append(node)
    found: defaultdict[str, list[list[NodeSummary]]] = defaultdict(list)
    for nodes in writers.values():
        projects = {node.project for node in nodes}
        if len(projects) > 1:
            for name in projects:
                found[name].append(nodes)
    return found


def _shown(relation: RelationKey | None) -> str:
    return ".".join(part for part in relation or () if part)


@rule("OWN002", "schema-of-another-project", severity="error", tier="opt-in", side="consumer")
def schema_of_another_project(resource: Model | Seed | Snapshot, *, schemas: dict[str, str]) -> Found:
    """A project writes into a schema that belongs to another one.

    Why:
        Who owns a schema grants access to it, cleans it up and answers for what is in it; a foreign table there has
        nobody who does.

    Options:
        schemas: Which project each schema belongs to: `DATABASE.SCHEMA`, `DATABASE.*`, or `SCHEMA` in any database, to
            its name; in lower case.

    Bad:
        mesh.yml:
            lint: {rules: {OWN002: {schemas: {main_finance: finance, main: shop}}}}
        models/invoices.yml:
            models:
              - name: invoices
                config:
                  schema: finance  # OWN002
        models/invoices.sql:
            select 1 as invoice_id

    Good:
        mesh.yml:
            lint: {rules: {OWN002: {schemas: {main_finance: finance, main: shop}}}}
        models/invoices.yml:
            models:
              - name: invoices
        models/invoices.sql:
            select 1 as invoice_id

    To do:
        Write into a schema of the own project, and let the other one ref it.
    """
    node = resource.node
    owner = _owner_of((node.database or "").lower(), (node.schema or "").lower(), schemas)
    if owner is not None and owner != resource.owner and node.config.materialized != "ephemeral":
        yield resource.raised(f"is written into {node.schema}, a schema of {owner}", "config", "schema")


def _owner_of(database: str, schema: str, schemas: Mapping[str, str]) -> str | None:
    found = (schemas.get(key) for key in (f"{database}.{schema}", schema, f"{database}.*"))
    return next((owner for owner in found if owner is not None), None)
