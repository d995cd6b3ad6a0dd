"""Whether a project may read what it reads, and reads it the way that it may."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from mesh_tools.lint.fixes.fix import PinRef
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Unavailable
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.mesh.summary import NodeSummary

_Conditions = tuple[tuple[str, str], ...]
"""What to look at, and a glob."""


@rule("REF001", "ref-to-no-product", severity="error", tier="starter", side="consumer")
def ref_to_no_product(ref: CrossRef) -> Found:
    """A model, snapshot, test or exposure reads what another project does not publish for it.

    That is a model that is not public, a seed, a snapshot or a source of the other project; or a product whose
    `allowed_consumers` do not name the reader's project. Interface packages have no stubs for these. Such refs come
    about where projects install each other as packages.

    Why:
        What is not public may change or go on any day, without notice: its owner does not know that anybody reads it.

    Bad:
        shop/models/orders.sql:
            select 1 as order_id
        sales/dependencies.yml:
            packages:
              - local: ../shop
        sales/models/report.sql:
            select order_id
            from {{ ref('orders') }}  -- REF001

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders') }}

    To do:
        Read a product instead, or ask the owner to publish one: `access: public`, with a contract.
    """
    producer = ref.producer
    if ref.edge == "source":  # REF002
        return
    if producer.resource_type != "model":
        place = None
        if producer.resource_type == "source":
            place = CodePlace(file=ref.consumer.path, text=producer.name.rpartition(".")[2])
        yield ref.raised(f"reads a {producer.resource_type} of {producer.project}, which is no product", place=place)
    elif producer.access != "public":
        yield ref.raised(f"reads a model of {producer.project} that is {producer.access or 'protected'}, not public")
    else:
        found = ref.promise
        allowed = found[0].allowed_consumers if found else None
        if allowed is not None and ref.consumer.project not in allowed:
            yield ref.raised(f"reads a product that is for {', '.join(allowed) or 'no project'} alone")


@rule("REF007", "dependency-forbidden", severity="error", tier="opt-in", side="consumer")
def dependency_forbidden(ref: CrossRef, *, forbid: tuple[str, ...]) -> Found:
    """A project reads what the policy does not let it read.

    Why:
        Some directions are agreed on: reference data depend on nobody, raw data do not depend on reports, personal data
        stay away from marketing. One ref is enough to turn such an order around.

    Options:
        forbid: Directions such as `marketing -> patients`: what stands left must not read what stands right. Either
            side is a glob of a project, a domain or a model's label (`shop.orders*`), or `project:`, `domain:`,
            `layer:` (a folder) or `tag:` with a glob; several of these, joined by `&`, have to hold together.

    Bad:
        mesh.yml:
            lint: {rules: {REF007: {forbid: ["shop -> *", "layer:staging -> layer:marts & tag:slow"]}}}
        stock/models/items.yml:
            models:
              - name: items
                config: {access: public}
                columns: [{name: item_id, data_type: integer}]
        stock/models/items.sql:
            select 1 as item_id
        shop/models/orders.sql:
            select 1 as order_id, item_id
            from {{ ref('stock', 'items') }}  -- REF007

    Good:
        mesh.yml:
            lint: {rules: {REF007: {forbid: ["shop -> *", "layer:staging -> layer:marts & tag:slow"]}}}
        stock/models/items.yml:
            models:
              - name: items
                config: {access: public}
                columns: [{name: item_id, data_type: integer}]
        stock/models/items.sql:
            select 1 as item_id
        sales/models/report.sql:
            select item_id
            from {{ ref('stock', 'items') }}

    To do:
        Turn the dependency around: let the other side read, or move what both need to where both may read it.
    """
    for direction in forbid:
        left, right = _sides(direction)
        if _matches(ref.consumer, left, ref) and _matches(ref.producer, right, ref):
            yield ref.raised(f"goes in a direction that the policy forbids: {direction}", key=direction)


@lru_cache(maxsize=256)
def _sides(direction: str) -> tuple[_Conditions, _Conditions]:
    """The conditions on both sides."""
    left, arrow, right = (part.strip() for part in direction.partition("->"))
    sides = tuple(tuple(_condition(text.strip()) for text in side.split("&")) for side in (left, right))
    if not arrow or not all(glob for side in sides for _, glob in side):
        raise Unavailable(f"directions such as 'marketing -> patients' in forbid; '{direction}' is none")
    return sides[0], sides[1]


def _condition(text: str) -> tuple[str, str]:
    kind, colon, glob = text.partition(":")
    return (kind.strip(), glob.strip()) if colon and kind.strip() in _KINDS else ("", text)


_KINDS = frozenset({"project", "domain", "layer", "tag"})


def _matches(node: NodeSummary, conditions: _Conditions, ref: CrossRef) -> bool:
    return all(any(fnmatchcase(value, glob) for value in _values(node, kind, ref)) for kind, glob in conditions)


def _values(node: NodeSummary, kind: str, ref: CrossRef) -> tuple[str, ...]:
    if kind == "tag":
        return node.tags
    if kind == "layer":
        return node.fqn[1:-1]
    project, domain = node.project, ref.mesh.domain_of(node.project)
    return {"project": (project,), "domain": (domain,)}.get(kind, (project, domain, node.label))


@rule("REF010", "ref-without-project", severity="warn", tier="recommended", side="consumer")
def ref_without_project(project: MeshProject) -> Found:
    """A ref to another project's product names no project.

    Why:
        It means that product only as long as no model of the project itself is called so: when somebody adds
        one, the ref silently means another thing. And nobody sees which data come from another project.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/dependencies.yml:
            projects: [{name: shop}]
        sales/packages.yml:
            packages: [{local: .mesh/shop}]
        sales/models/report.sql:
            select order_id from {{ ref('orders') }}  -- REF010

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Name the project: `ref('shop', 'orders')`; `mesh lint --fix` does so.
    """
    for ref in project.reads:
        if ref.edge != "source" and ref.call.package is None:
            producer = ref.producer.project
            yield ref.raised(
                f"reads a product of {producer} by its name alone",
                fix=PinRef(file=ref.consumer.path, ref=ref.call, package=producer),
            )
