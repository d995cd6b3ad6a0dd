"""SLA: promises about service that fit together, and are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Published
from mesh_tools.lint.subjects import CrossRef, Product
from mesh_tools.model.interface import Freshness, ProductVersion

_PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_RANK = {"bronze": 0, "silver": 1, "gold": 2}


@rule("SLA001", "fresher-than-its-producer", severity="error", tier="recommended", side="consumer")
def fresher_than_its_producer(product: Product) -> Found:
    """A product promises to be fresher than another project's product that it is made of.

    Why:
        Its data cannot be newer than what it is made of, so the promise is broken whenever the producer takes the time
        that it has promised.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, meta: {mesh: {freshness: {count: 1, period: day}}}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.yml:
            models:
              - name: report
                config:
                  access: public
                  meta:
                    mesh:
                      freshness: {count: 1, period: hour}  # SLA001
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, meta: {mesh: {freshness: {count: 1, period: day}}}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.yml:
            models:
              - name: report
                config:
                  access: public
                  meta:
                    mesh:
                      freshness: {count: 2, period: day}
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Promise what the producer allows, or agree with it on a shorter time.
    """
    own = product.version.freshness
    if own is None:
        return
    for ref, promised in _producers(product):
        theirs = promised.freshness
        if theirs is not None and _time(own) < _time(theirs):
            yield product.raised(
                f"promises to be {_words(own)} old at most, but is made of {ref.producer.label}, "
                f"which may be {_words(theirs)} old",
                *("config", "meta", "mesh", "freshness"),
                key=ref.producer.label,
            )


@rule("SLA002", "older-than-promised", severity="warn", tier="recommended")
def older_than_promised(product: Product, published: Published) -> Found:
    """A product is older than it promises to be.

    Counted from the last good build, as `mesh status` does; outside a mesh, and of what was never published, from the
    run results. A promise about the newest value of a column needs the data, and is not looked at here.

    Why:
        Consumers rely on it; that they notice first is the worst way to learn that a schedule has stopped.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config:
                  access: public
                  meta:
                    mesh:
                      freshness: {count: 1, period: day}  # SLA002
        models/orders.sql:
            select 1 as order_id
        run_results.json:
            results:
              - {unique_id: model.shop.orders, status: success, message: OK}

    Good:
        models/orders.yml:
            models:
              - name: orders
                config:
                  access: public
                  meta:
                    mesh:
                      freshness: {count: 100000, period: day}
        models/orders.sql:
            select 1 as order_id
        run_results.json:
            results:
              - {unique_id: model.shop.orders, status: success, message: OK}

    To do:
        Build it (`mesh build`), mend its schedule, or promise what can be kept.
    """
    promised = product.version.freshness
    built = published.built_at.get(product.label)
    if promised is None or promised.column is not None or built is None:
        return
    age = published.now - built
    if age > _time(promised):
        yield product.raised(
            f"was last built {_age(age)} ago, on {built:%Y-%m-%d}, but promises to be {_words(promised)} old at most",
            *("config", "meta", "mesh", "freshness"),
        )


@rule("SLA003", "higher-tier-than-its-producer", severity="warn", tier="recommended", side="consumer")
def higher_tier_than_its_producer(product: Product) -> Found:
    """A product promises a higher availability tier than another project's product that it is made of.

    Why:
        When the producer fails, as its tier allows, the consumer fails with it, which its own tier does not allow.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, meta: {mesh: {tier: bronze}}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.yml:
            models:
              - name: report
                config:
                  access: public
                  meta:
                    mesh:
                      tier: gold  # SLA003
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public, meta: {mesh: {tier: gold}}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.yml:
            models:
              - name: report
                config:
                  access: public
                  meta:
                    mesh:
                      tier: gold
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Promise no more than the producer does, ask it for a higher tier, or read another product.
    """
    own = product.version.tier
    if not own or own == "bronze":
        return
    for ref, promised in _producers(product):
        if promised.tier is not None and _RANK[promised.tier] < _RANK[own]:
            yield product.raised(
                f"promises the tier {own}, but is made of {ref.producer.label}, which promises {promised.tier}",
                *("config", "meta", "mesh", "tier"),
                key=ref.producer.label,
            )


def _producers(product: Product) -> Iterator[tuple[CrossRef, ProductVersion]]:
    """The other projects' products that it is made of, by way of its own project's models, each once."""
    mesh = product.mesh
    refs = mesh.reads.get(product.owner, ())
    if not refs:
        return
    made_of = {product.node.key, *mesh.graph.ancestors(product.node.key)}
    seen: set[str] = set()
    for ref in refs:
        if ref.consumer.key in made_of and ref.producer.key not in seen and (promise := ref.promise) is not None:
            seen.add(ref.producer.key)
            yield ref, promise[1]


def _time(promise: Freshness) -> timedelta:
    return promise.count * _PERIODS[promise.period]


def _words(promise: Freshness) -> str:
    return f"{promise.count} {promise.period}{'s' if promise.count != 1 else ''}"


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    count, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")  # noqa: PLR2004 - hours of two days
    return f"{count} {unit}{'s' if count != 1 else ''}"
