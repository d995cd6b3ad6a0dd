"""Circles of projects and of models."""

from __future__ import annotations

from itertools import pairwise

from mesh_tools.lint.places import Place
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Mesh, MeshProject
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.mesh.graph import cycles_of


@rule("TOP001", "cycle-of-projects", severity="error", tier="recommended", side="mesh")
def cycle_of_projects(project: MeshProject) -> Found:
    """Projects read one another in a circle.

    Why:
        None of them can be built, released or understood without the others: they are one project in several folders.
        The mesh can be built nevertheless, in waves, as long as no models form a circle (TOP002).

    Bad:
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        shop/models/bestsellers.sql:
            select * from {{ ref('stock', 'items') }}
        stock/models/items.yml:
            models:
              - {name: items, config: {access: public}}
        stock/models/items.sql:
            select 1 as item_id
        stock/models/sold.sql:
            select * from {{ ref('shop', 'orders') }}
        shop/dependencies.yml:
            projects:
              - name: stock  # TOP001
        stock/interface.yml:
            schema_version: '1.1'
            project: stock
            products:
              - name: items
                versions: [{semantic_version: 1.0.0, path: items.sql}]

    Good:
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        stock/models/sold.sql:
            select * from {{ ref('shop', 'orders') }}

    To do:
        Move the models that close the circle to the project whose data they are made of, or into a third project that
        reads both.
    """
    mesh = project.mesh
    for cycle in mesh.once("TOP001", lambda: _cycles(mesh)):
        if cycle[0] == project.name:
            links = [(up, down, _count(project, up, down)) for up, down in pairwise(cycle)]
            up, down, count = min(links, key=lambda link: link[2])
            yield project.raised(
                f"is in a circle of projects, {' -> '.join(cycle)}; fewest refs close it from {up} to {down}: {count}",
                place=_declaration(project, cycle[-2]),
                key=" ".join(cycle),
            )


def _cycles(mesh: Mesh) -> tuple[tuple[str, ...], ...]:
    """By what models, tests and exposures read; a declaration alone closes no circle."""
    return cycles_of({name: {ref.producer.project for ref in refs} for name, refs in mesh.reads.items()})


def _count(project: MeshProject, producer: str, consumer: str) -> int:
    return sum(ref.producer.project == producer for ref in project.mesh.reads.get(consumer, ()))


def _declaration(project: MeshProject, upstream: str) -> Place:
    """Where ``upstream`` is declared; without a declaration, where it is read first."""
    files = project.member.files
    if files is not None and upstream in files.upstream_names:
        return project.declaration(upstream)
    return next(ref.place for ref in project.reads if ref.producer.project == upstream)


@rule("TOP002", "cycle-of-models", severity="error", tier="starter", side="mesh")
def cycle_of_models(project: MeshProject) -> Found:
    """Models of several projects read one another in a circle.

    Why:
        Nothing in such a circle can ever be built from its sources; each project alone looks fine to dbt, since it sees
        no further than the products that it reads.

    Bad:
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select * from {{ ref('stock', 'items') }}
        stock/models/items.yml:
            models:
              - {name: items, config: {access: public}}
        stock/models/items.sql:
            select * from {{ ref('shop', 'orders') }}  -- TOP002
        stock/interface.yml:
            schema_version: '1.1'
            project: stock
            products:
              - name: items
                versions: [{semantic_version: 1.0.0, path: items.sql}]

    Good:
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        stock/models/items.sql:
            select * from {{ ref('shop', 'orders') }}

    To do:
        Take one of the refs away: split the model that both sides need in two, one that is read and one that reads.
    """
    mesh = project.mesh
    for cycle in mesh.once("TOP002", mesh.graph.node_cycles):
        crossings = [(up, down) for up, down in pairwise(cycle) if up.project != down.project]
        if crossings and crossings[0][1].project == project.name:
            up, down = crossings[0]
            path = " -> ".join(node.label for node in cycle)
            ref = next(ref for ref in mesh.readers[up.key] if ref.consumer.key == down.key)
            yield subject_of(down).raised(f"is in a circle of models: {path}", place=ref.place, key=path)
