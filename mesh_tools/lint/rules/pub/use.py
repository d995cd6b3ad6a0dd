"""Whether public models are of use to others: versions, materialization, names, consumers."""

from __future__ import annotations

from mesh_tools.artifacts.manifest import ModelNode, SourceNode
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Unavailable
from mesh_tools.lint.subjects import Model, Product, Project
from mesh_tools.mesh.summary import is_stub

_NOT_STORED = frozenset({"view", "ephemeral"})
_INSIDE = frozenset({"model", "snapshot", "test", "operation", "analysis", "sql_operation"})


@rule("PUB006", "product-without-versions", severity="info", tier="opt-in")
def product_without_versions(product: Product, *, min_consumers: int = 1) -> Found:
    """A product that other projects read has no versions.

    Why:
        Without versions there is no place for a breaking change but the model itself: all consumers have to change on
        the same day. Refs that name a version let each of them move when it is ready.

    Options:
        min_consumers: How many other projects at least read it.

    Bad:
        mesh.yml:
            lint: {rules: {PUB006: {min_consumers: 1}}}
        shop/models/orders.yml:
            models:
              - name: orders  # PUB006
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        mesh.yml:
            lint: {rules: {PUB006: {min_consumers: 1}}}
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
        Give it `latest_version: 1` and `versions: [{v: 1}]` before it has to change; refs without a version go on to
        work.
    """
    if product.v is None and len(product.consumers) >= min_consumers:
        yield product.raised(f"has no versions, and {', '.join(product.consumers)} read it", "latest_version")


@rule("PUB007", "public-model-not-stored", severity="warn", tier="recommended")
def public_model_not_stored(model: Model) -> Found:
    """A public model is ephemeral, or a view over private staging views alone.

    A staging view is a view, or an ephemeral model, that is not public and reads sources alone.

    Why:
        An ephemeral model is no relation: nobody can read it from outside, and dbt 1 refuses to parse it. A view over
        staging views computes everything from the raw data whenever a consumer asks, at the consumer's cost, and shows
        the raw data's faults and changes at once.

    Bad:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/models.yml:
            models:
              - name: receipts
                config:
                  access: public
                  materialized: view  # PUB007
        models/stg_receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}
        models/receipts.sql:
            select receipt_id from {{ ref('stg_receipts') }}

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/models.yml:
            models:
              - name: receipts
                config: {access: public, materialized: table}
        models/stg_receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}
        models/receipts.sql:
            select receipt_id from {{ ref('stg_receipts') }}

    To do:
        Make it a table, or incremental: `materialized: table`.
    """
    if not model.is_public:
        return
    if model.materialized == "ephemeral":
        yield model.raised("is ephemeral: there is no relation that others could read", *_MATERIALIZED)
    elif model.materialized == "view":
        parents = model.parents
        if parents and all(_is_staging(parent, model.project) for parent in parents):
            names = ", ".join(parent.name for parent in parents)
            yield model.raised(f"is a view over {names} alone, of which nothing is stored", *_MATERIALIZED)


_MATERIALIZED = ("config", "materialized")


def _is_staging(parent: object, project: Project) -> bool:
    return (
        isinstance(parent, ModelNode)
        and not parent.is_public
        and not is_stub(parent)
        and (parent.config.materialized or "view") in _NOT_STORED
        and bool(parent.depends_on.nodes)
        and all(isinstance(project.resources.get(unique_id), SourceNode) for unique_id in parent.depends_on.nodes)
    )


@rule("PUB008", "domain-not-listed", severity="error", tier="opt-in")
def domain_not_listed(project: Project, *, domains: tuple[str, ...]) -> Found:
    """A project has public models, and its domain is not among those that the policy lists.

    Why:
        A domain that nobody has heard of answers for nothing: who may publish products is agreed on first.

    Options:
        domains: The domains of the mesh. A project's domain is what `domains` of mesh.yml says, else its own name.

    Bad:
        mesh.yml:
            lint: {rules: {PUB008: {domains: [sales]}}}
        dbt_project.yml:
            name: shop  # PUB008
            profile: shop
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            domains: {retail: {projects: [shop]}}
            lint: {rules: {PUB008: {domains: [sales, retail]}}}
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
        models/orders.sql:
            select 1 as order_id

    To do:
        Add the domain to the list, or the project to its domain under `domains` in mesh.yml.
    """
    if project.domain not in domains:
        count = sum(model.is_public for model in project.models)
        if count:
            plural = "model" if count == 1 else "models"
            yield project.raised(f"has {count} public {plural}, and its domain, {project.domain}, is not listed")


@rule("PUB009", "product-name-twice", severity="warn", tier="recommended", side="mesh")
def product_name_twice(product: Product) -> Found:
    """Two domains have a product of the same name.

    Why:
        Who looks for orders finds two, and takes the wrong one; and a ref that names no project means either.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders  # PUB009
                config: {access: public}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/orders.yml:
            models:
              - name: orders  # PUB009
                config: {access: public}
        sales/models/orders.sql:
            select 1 as order_id

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/order_forecasts.yml:
            models:
              - name: order_forecasts
                config: {access: public}
        sales/models/order_forecasts.sql:
            select 1 as order_id

    To do:
        Agree on which domain is the one for it, and let the other name say what is different. `renamed_from` in
        `meta.mesh` tells consumers the new name.
    """
    if product.version is not product.product.latest_version:
        return
    publishers = product.mesh.publishers.get(product.name, ())
    if len(publishers) > 1:
        others = [name for name in publishers if product.mesh.domain_of(name) != product.domain]
        if others:
            yield product.raised(f"has the name of a product of {', '.join(others)}")


@rule("PUB010", "product-without-consumers", severity="info", tier="strict")
def product_without_consumers(product: Product) -> Found:
    """No other project reads a product, no exposure and no metric: it need not be public.

    Products that have a deprecation date are left out: they are to lose their consumers. How long a product has been
    there is not looked at; of a new one that waits for its first consumer, say so in a suppression with an `until`.
    With the manifest of one project alone nobody can tell, and the rule is not checked.

    Why:
        What is public can only be changed with care. A promise to nobody costs that care, and hides what is in use.

    Bad:
        shop/models/models.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
              - name: receipts
                config: {access: public}  # PUB010
        shop/models/orders.sql:
            select 1 as order_id
        shop/models/receipts.sql:
            select 1 as receipt_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        shop/models/models.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
              - name: receipts
                config: {access: public}
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on: [ref('receipts')]
        shop/models/orders.sql:
            select 1 as order_id
        shop/models/receipts.sql:
            select 1 as receipt_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Make it `protected`, or declare the exposure that reads it.
    """
    mesh = product.mesh
    if len(mesh.members) == 1:
        raise Unavailable("the manifests of the other projects")
    if product.version is product.product.latest_version and not product.version.deprecation_date:
        keys = [key for version in product.product.versions if (key := _key(product, version.v)) in mesh.graph.nodes]
        readers = (mesh.graph.nodes[key] for key in mesh.graph.downstream_of(keys, steps=1))
        used = any(reader.project != product.owner or reader.resource_type not in _INSIDE for reader in readers)
        if not used and not _is_consumed(product):
            yield product.raised("is public, and no other project and no exposure reads it", "config", "access")


def _key(product: Product, v: object) -> str:
    name = f"model.{product.owner}.{product.name}"
    return name if v is None else f"{name}.v{v}"


def _is_consumed(product: Product) -> bool:
    """Whether a project of which there is an interface alone says that it uses it."""
    return any(
        used.project == product.owner and used.product == product.name
        for name, interface in product.mesh.interfaces.items()
        if name not in product.mesh.members
        for used in interface.consumptions
    )
