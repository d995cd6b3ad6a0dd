"""Meshes for tests of scores: products are given by what they promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mesh_tools.lint.subjects import Mesh
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.mesh.summary import NodeSummary, ProjectSummary
from mesh_tools.model.interface import Column, Freshness, Guarantee, Interface, Owner, Product, ProductVersion

WHOLE = ProductVersion(
    semantic_version="1.0.0",
    path="orders.sql",
    description="One order.",
    contract=True,
    grain=("order_id",),
    columns=(Column(name="order_id", data_type="int", description="Its key.", classification="internal"),),
    guarantees=(Guarantee(kind="not_null", columns=("order_id",), carrier="test"),),
    freshness=Freshness(count=1, period="day"),
)
"""All that a product can have."""


def product(name: str = "orders", *, email: str | None = "shop@example.com", **changes: Any) -> Product:
    """A product without versions that has everything, with changes."""
    fields = {key: getattr(WHOLE, key) for key in WHOLE.__struct_fields__}
    return Product(name=name, owner=Owner(email=email), versions=(ProductVersion(**(fields | changes)),))


def mesh(
    projects: Mapping[str, Sequence[Product]],
    *,
    private: int = 0,
    domains: Mapping[str, str] | None = None,
    reads: Mapping[str, Sequence[str]] | None = None,
) -> Mesh:
    """A mesh of these products.

    Args:
        projects: Products by project.
        private: How many private models each project has besides.
        domains: Of projects whose domain has another name.
        reads: unique_ids that a model of each project reads.
    """
    members = [
        Member(
            name=name,
            domain=(domains or {}).get(name, name),
            summary=ProjectSummary(project=name, nodes=_nodes(name, products, private, (reads or {}).get(name, ()))),
            interface=Interface(project=name, products=tuple(products)),
        )
        for name, products in projects.items()
    ]
    return Mesh(members, name="example")


def _nodes(project: str, products: Sequence[Product], private: int, reads: Sequence[str]) -> dict[str, NodeSummary]:
    nodes = [_node(project, one.name, access="public", v=version.v) for one in products for version in one.versions]
    nodes += [_node(project, f"private_{number}") for number in range(private)]
    nodes += [_node(project, "reader", depends_on=tuple(reads))] if reads else []
    return {node.unique_id: node for node in nodes}


def _node(project: str, name: str, **fields: Any) -> NodeSummary:
    suffix = "" if fields.get("v") is None else f".v{fields['v']}"
    unique_id = f"model.{project}.{name}{suffix}"
    return NodeSummary(unique_id=unique_id, project=project, resource_type="model", name=name, **fields)
