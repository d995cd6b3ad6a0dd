"""Which version of a product a ref means, and how long that will be there."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.lint.fixes.fix import PinRef
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Today
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.mesh.graph import CrossEdge
from mesh_tools.model.interface import Product, Version


@rule("REF003", "ref-to-deprecated-version", severity="warn", tier="starter", side="consumer")
def ref_to_deprecated_version(ref: CrossRef, today: Today, *, notice_days: int = 90) -> Found:
    """A product version is read that is to go soon, or should be gone.

    Before its deprecation date it is a warning, from that day on an error, unless the policy names a severity.

    Why:
        After that date the producer may take it away on any day, and everything that is built on it stops.

    Options:
        notice_days: From how many days before its date on it is reported.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 2
                versions:
                  - {v: 1, deprecation_date: 2020-01-31}
                  - {v: 2}
        shop/models/orders_v1.sql:
            select 1 as order_id
        shop/models/orders_v2.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders', v=1) }}  -- REF003

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 2
                versions:
                  - {v: 1, deprecation_date: 2020-01-31}
                  - {v: 2}
        shop/models/orders_v1.sql:
            select 1 as order_id
        shop/models/orders_v2.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders', v=2) }}

    To do:
        Read the newer version; `mesh contract diff` says what is different. If there is none, ask the owner.
    """
    found = ref.promise
    date = found[1].deprecation_date if found else None
    days = today.days_until(date)
    if found is None or days is None or days > notice_days:
        return
    product, version = found
    newer = product.latest_version
    hint = f"read {_call(ref, newer.v)} instead" if newer is not version and newer.v is not None else ""
    if days > 0:
        yield ref.raised(f"reads what is to go on {date}, in {_days(days)}", hint=hint)
    else:
        yield ref.raised(f"reads what is deprecated since {date}", hint=hint, severity="error")


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _call(ref: CrossRef, v: Version | None) -> str:
    shown = f"'{v}'" if isinstance(v, str) and not v.isdigit() else v
    return f"ref('{ref.producer.project}', '{ref.producer.name}', v={shown})"


@rule("REF004", "ref-without-version", severity="warn", tier="recommended", side="consumer")
def ref_without_version(project: MeshProject, *, include_own_project: bool = False) -> Found:
    """A ref to another project's versioned product names no version.

    Why:
        It follows the latest version: the day on which the producer releases the next one, the consumer breaks, or
        silently means something else.

    Options:
        include_own_project: Whether refs within a project have to name one, too.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}  -- REF004

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders', v=1) }}

    To do:
        Name the version: `ref('shop', 'orders', v=1)`. `mesh lint --fix` writes the one that the ref means now.
    """
    for ref in (*project.reads, *(_own_refs(project) if include_own_project else ())):
        if ref.edge != "source" and not ref.is_pinned:
            v = ref.producer.v
            yield ref.raised(
                f"follows the latest version, now v{v}",
                hint=f"Write {_pinned(ref, v)}, or another version; `mesh lint --fix` writes this one.",
                fix=PinRef(file=ref.consumer.path, ref=ref.call, version=v),
            )


def _pinned(ref: CrossRef, v: Version | None) -> str:
    """The ref to write, as code."""
    producer = ref.producer
    named = [repr(producer.project)] if producer.project != ref.consumer.project else []
    return f"`ref({', '.join((*named, repr(producer.name), f'v={v!r}'))})`"


def _own_refs(project: MeshProject) -> Iterator[CrossRef]:
    """The refs of a project to its own versioned models."""
    nodes = project.member.summary.nodes
    for consumer in nodes.values():
        for unique_id in consumer.depends_on if consumer.refs else ():
            producer = nodes.get(unique_id)
            if producer is not None and producer.v is not None and producer.key == unique_id:
                yield CrossRef(CrossEdge(producer=producer, consumer=consumer, kind="ref"), project.mesh)


@rule("REF005", "ref-to-prerelease", severity="warn", tier="recommended", side="consumer")
def ref_to_prerelease(ref: CrossRef) -> Found:
    """A ref names a version that comes after the latest: the producer still works on it.

    Why:
        What is not released may change on any day without notice; that is what a pre-release is for.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}, {v: 2}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        shop/models/orders_v2.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders', v=2) }}  -- REF005

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}, {v: 2}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        shop/models/orders_v2.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders', v=1) }}

    To do:
        Read the latest version, or ask the producer to release this one: `latest_version` of the model.
    """
    found = ref.promise
    if found is None or ref.producer.v is None:
        return
    product, version = found
    if _is_after_latest(product, version.v):
        yield ref.raised(f"reads a version that is not released: the latest is v{product.latest}")


def _is_after_latest(product: Product, v: Version | None) -> bool:
    """Versions stand in dbt's own order, oldest first."""
    order = [str(version.v) for version in product.versions]
    latest = str(product.latest)
    return product.latest is not None and latest in order and order.index(str(v)) > order.index(latest)
