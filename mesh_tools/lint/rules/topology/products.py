"""Products that everybody reads, and those that add nothing."""

from __future__ import annotations

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import CrossRef, Product
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.model.interface import Version, product_key
from mesh_tools.model.lineage import ModelLineage

_SAME_ROWS = "$0"
"""What the tracer writes for the rows of a query that are those of the one relation that it reads."""


@rule("TOP005", "hub", severity="info", tier="strict")
def hub(product: Product, *, max_domains: int = 5, platform: tuple[str, ...] = ()) -> Found:
    """A product is read by very many domains, and its project is no platform.

    Why:
        Whatever changes in it changes for everybody. Such a product needs the care of a platform: a stable contract,
        long deprecation, somebody on call. Who knows that it is one can say so.

    Options:
        max_domains: How many other domains may read a product, all its versions taken together.
        platform: Projects or domains that are there to be read by everybody.

    Bad:
        mesh.yml:
            lint: {rules: {TOP005: {max_domains: 1}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}  # TOP005
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/sold.sql:
            select order_id from {{ ref('shop', 'orders') }}
        board/models/figures.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        mesh.yml:
            lint: {rules: {TOP005: {max_domains: 1, platform: [shop]}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/sold.sql:
            select order_id from {{ ref('shop', 'orders') }}
        board/models/figures.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Name its project under `platform`, if it is meant to be one. Else split the product by what its consumers need.
    """
    if product.version is not product.product.latest_version or not {product.owner, product.domain}.isdisjoint(
        platform
    ):
        return
    mesh = product.mesh
    refs = (ref for version in product.product.versions for ref in mesh.readers.get(_key(product, version.v), ()))
    domains = {mesh.domain_of(ref.consumer.project) for ref in refs if not _is_test(ref)} - {product.domain}
    if len(domains) > max_domains:
        names = ", ".join(sorted(domains))
        yield product.raised(
            f"is read by {len(domains)} domains ({names}), more than {max_domains}, and is no platform"
        )


def _is_test(ref: CrossRef) -> bool:
    return ref.consumer.resource_type == "test"


def _key(product: Product, v: Version | None) -> str:
    return f"model.{product.owner}.{product_key(product.name, v)}"


@rule("TOP006", "pass-through", severity="warn", tier="recommended")
def pass_through(product: Product, lineage: Lineage) -> Found:
    """A public model hands on another project's product as it is: the same columns, the same rows.

    Why:
        It adds a hop, a delay and a second promise about the same data, and hides the producer from those who would
        have to talk to it.

    Bad:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/orders.yml:
            models:
              - {name: all_orders, config: {access: public}}
        sales/models/all_orders.sql:
            select * from {{ ref('shop', 'orders') }}  -- TOP006

    Good:
        compile: yes
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/orders.yml:
            models:
              - {name: large_orders, config: {access: public}}
        sales/models/large_orders.sql:
            select * from {{ ref('shop', 'orders') }} where order_id > 100

    To do:
        Let consumers read the original, and make this model private, or remove it.
    """
    if not product.mesh.reads.get(product.owner):
        return
    origin = _origin(product.node.key, lineage)
    if origin is not None and origin.split(".")[1] != product.owner:
        whole = origin.partition(".")[2]
        yield product.raised(
            f"is {whole} as it is: the same rows, and no other columns", place=subject_of(product.node).code
        )


def _origin(key: str, lineage: Lineage) -> str | None:
    """The node whose rows and columns ``key`` hands on, through models of its own project; ``None``: there is none."""
    project = key.split(".")[1]
    seen = {key}
    while (model := lineage.models.get(key)) is not None and key.split(".")[1] == project:
        if not _hands_on(model) or model.reads[0] in seen:
            return None
        key = model.reads[0]
        seen.add(key)
    return key if key.startswith("model.") and len(seen) > 1 else None


def _hands_on(model: ModelLineage) -> bool:
    return (
        model.is_traced
        and model.complete
        and len(model.reads) == 1
        and model.rows_digest == _SAME_ROWS
        and bool(model.columns)
        and all(len(edges) == 1 and edges[0].kind == "pass" for edges in model.columns.values())
    )
