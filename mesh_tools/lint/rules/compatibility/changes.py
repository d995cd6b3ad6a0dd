"""What has changed since the base, and whom it breaks."""

from __future__ import annotations

from mesh_tools.lint.places import Step
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Changes, Today
from mesh_tools.lint.subjects import MeshProject, Product, Raised
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.mesh.summary import NodeSummary
from mesh_tools.model.change import Change, Hit
from mesh_tools.model.interface import product_key

_SHOWN = 3


@rule("CMP001", "breaking-change", severity="error", tier="starter")
def breaking_change(project: MeshProject, changes: Changes) -> Found:
    """A product has changed in a way that breaks somebody who uses it.

    It is compared with the base: `--base`, else `contracts.base` of `mesh.yml`, else the accepted `interface.yml`.
    `mesh contract diff` shows every change, and `mesh contract rules` what each of them means.

    Why:
        The consumer's next build fails, or means something else, and its team is the last to know why.

    Bad:
        base/shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
                  - {name: amount, data_type: integer}
        base/shop/models/orders.sql:
            select 1 as order_id, 2 as amount
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:  # CMP001
                  - {name: order_id, data_type: integer}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select amount from {{ ref('shop', 'orders') }}

    Good:
        base/shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
        base/shop/models/orders.sql:
            select 1 as order_id
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
                  - {name: amount, data_type: integer}
        shop/models/orders.sql:
            select 1 as order_id, 2 as amount
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Publish the change as a new version beside the old one: `mesh contract new-version`.
    """
    for verdict in changes.verdicts.get(project.name, ()):
        hits = [hit for hit in verdict.hits if hit.project != project.name]
        if verdict.effective == "breaking" and hits:
            yield _broken(project, verdict.change, hits)


def _broken(project: MeshProject, change: Change, hits: list[Hit]) -> Raised:
    node = project.mesh.graph.nodes.get(f"model.{project.name}.{product_key(change.product, change.v)}")
    subject = subject_of(node) if node else project
    steps = _steps(project, node, change) if node else ()
    named = "" if node else f"{product_key(change.product, change.v)}: "
    labels = list(dict.fromkeys(hit.label for hit in hits))
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return subject.raised(
        f"has a breaking change: {named}{change.message}; it hits {', '.join(labels[:_SHOWN])}{more}",
        *steps,
        key=change.fingerprint,
    )


def _steps(project: MeshProject, node: NodeSummary, change: Change) -> tuple[Step, ...]:
    """Where the description says what has changed: the column, or the list that it is not in any more."""
    promise = project.mesh.promise_of(node)
    there = {column.name for column in promise[1].columns} if promise else set()
    if not change.columns:
        return ()
    return (("columns", change.columns[0]),) if change.columns[0] in there else ("columns",)


@rule("CMP004", "no-migration-window", severity="error", tier="recommended")
def no_migration_window(product: Product, changes: Changes, today: Today, *, days: int = 90) -> Found:
    """A product has a newer version, and does not say until when this one is kept, or too short a time.

    The time is counted from today while the newer version is not yet in the base, that is while it can be changed:
    `--base`, else `contracts.base` of `mesh.yml`, else the accepted `interface.yml`.

    Why:
        Consumers have work of their own: without a date nobody plans the move, and with one that is too near they
        cannot make it.

    Options:
        days: How long an older version is kept at least once a newer one is published.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                latest_version: 2
                versions:
                  - v: 1  # CMP004
                  - v: 2
        models/orders_v1.sql:
            select 1 as order_id
        models/orders_v2.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                latest_version: 2
                versions:
                  - v: 1
                    deprecation_date: 2999-01-01
                  - v: 2
        models/orders_v1.sql:
            select 1 as order_id
        models/orders_v2.sql:
            select 1 as order_id

    To do:
        Write a `deprecation_date` to the older version, far enough ahead for those who use it.
    """
    versions, latest = product.product.versions, product.product.latest_version
    if product.version is latest or versions.index(product.version) > versions.index(latest):
        return
    until = product.version.deprecation_date
    if until is None:
        yield product.raised(f"has a newer version, v{latest.v}, but no deprecation date", "deprecation_date")
    else:
        left = today.days_until(until)
        if left is not None and left < days and _is_new(product, changes):
            yield product.raised(
                f"is kept until {until}, for {max(left, 0)} days after v{latest.v} is published; {days} are needed",
                "deprecation_date",
            )


def _is_new(product: Product, changes: Changes) -> bool:
    """Whether the version that is the latest now was not there at the base."""
    before = changes.before.get(product.owner)
    known = before.product(product.name) if before else None
    return known is None or known.version(product.product.latest_version.v) is None
