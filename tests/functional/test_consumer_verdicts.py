"""What a change does to consumers whose SQL dbt itself has compiled, in a small mesh that is built once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from msgspec.structs import replace

from mesh_tools.contracts.compiled import read_whole
from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.diff import diff
from mesh_tools.interface.registry import open_registry
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.change import Verdict
from mesh_tools.model.interface import Column, Interface, ProductVersion
from mesh_tools.sqltypes import canonical_type
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("verdicts")]

TODAY = date(2026, 3, 1)
SHOP = {
    "models/orders.sql": """
        select 1 as id, 7 as customer, 80.25::decimal(18,2) as net, date '2026-01-02' as day, 'x' as note
        """,
    "models/customers.sql": "select 7 as customer_id, 'NL' as country",
    "models/shop.yml": """
        groups: [{name: makers, owner: {name: Makers, email: makers@shop.example}}]
        models:
          - name: orders
            config: {access: public, group: makers, materialized: table, contract: {enforced: true}}
            columns:
              - {name: id, data_type: integer}
              - {name: customer, data_type: integer}
              - {name: net, data_type: 'decimal(18,2)'}
              - {name: day, data_type: date}
              - {name: note, data_type: varchar}
          - name: customers
            config: {access: public, group: makers, materialized: table, contract: {enforced: true}}
            columns:
              - {name: customer_id, data_type: integer}
              - {name: country, data_type: varchar}
        exposures:
          - name: board
            type: dashboard
            owner: {name: Board, email: board@shop.example}
            depends_on: [ref('customers')]
        """,
}
SALES = {
    "seeds/targets.csv": "day,target\n2026-01-02,100\n",
    "models/stg_orders.sql": """
        with imported as (select * from {{ ref('shop', 'orders') }})
        select id, customer, net from imported
        """,
    "models/sold.sql": "select id, sum(net) as net from {{ ref('stg_orders') }} group by id",
    "models/history.sql": """
        {{ config(materialized='incremental', unique_key='id') }}
        select id, day from {{ ref('shop', 'orders') }}
        {% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}
        """,
    "models/by_country.sql": """
        select id, country
        from {{ ref('shop', 'orders') }} join {{ ref('shop', 'customers') }} on customer = customer_id
        """,
    "models/reached.sql": """
        select t.day, t.target from {{ ref('shop', 'orders') }} o join {{ ref('targets') }} t on o.day = t.day
        """,
    "models/everything.sql": """
        select 0 as id, 0 as customer, 0.00 as net, date '2026-01-01' as day, '' as note
        union all
        select * from {{ ref('shop', 'orders') }}
        """,
    "models/sales.yml": """
        groups: [{name: sellers, owner: {name: Sellers, email: sellers@shop.example}}]
        models:
          - name: sold
            config: {access: public, group: sellers, materialized: table, contract: {enforced: true}}
            columns:
              - {name: id, data_type: integer}
              - {name: net, data_type: 'decimal(38,2)'}
        """,
}
FINANCE = {
    "models/ledger.sql": "select id from {{ ref('sales', 'sold') }}",
    "models/finance.yml": """
        groups: [{name: bookkeepers, owner: {name: Bookkeepers, email: books@shop.example}}]
        models:
          - name: ledger
            config: {access: public, group: bookkeepers, materialized: table, contract: {enforced: true}}
            columns: [{name: id, data_type: integer}]
        """,
}


Edit = Callable[[ProductVersion], ProductVersion]


@dataclass(frozen=True)
class World:
    """The mesh as published, and all that is known of its consumers."""

    shop: Interface
    consumers: Consumers
    by_publication: Consumers

    def verdict(self, product: str, change: Edit, consumers: Consumers | None = None) -> Verdict:
        """Of the one change that an edit of a product makes."""
        head = self._with(product, change)
        changes = diff(self.shop, head, today=TODAY)
        (verdict,) = judge(changes, base=self.shop, head=head, consumers=consumers or self.consumers)
        return verdict

    def _with(self, name: str, change: Edit) -> Interface:
        products = tuple(
            replace(product, versions=(change(product.versions[0]),)) if product.name == name else product
            for product in self.shop.products
        )
        return replace(self.shop, products=products)


@pytest.fixture(scope="module")
def world(new_mesh: Callable[[str], BuiltMesh]) -> World:
    mesh = new_mesh("name: corner shop\nprojects: [shop, sales, finance]\n")
    mesh.project("shop", SHOP)
    mesh.project("sales", SALES, reads=("shop",))
    mesh.project("finance", FINANCE, reads=("sales",))
    mesh.run("mesh", "build")
    registry = open_registry(".mesh/registry", base=mesh.root)
    interfaces = {name: registry.get(name, "dev") for name in ("shop", "sales", "finance")}
    (run,) = (mesh.root / ".mesh" / "runs").glob("*/shop")
    manifests = {name: read_whole(run.parent / name / "manifest.json") for name in interfaces}
    known = [interface for interface in interfaces.values() if interface is not None]
    lineage = trace(inputs_of(manifests.values()))
    return World(known[0], Consumers.of(manifests, lineage, known), Consumers.of({}, {}, known))


def columns(edit: Callable[[tuple[Column, ...]], tuple[Column, ...]]) -> Edit:
    return lambda version: replace(version, columns=edit(version.columns), logic=None)


def retyped(name: str, data_type: str) -> Edit:
    return columns(
        lambda all_of_them: tuple(
            replace(column, data_type=data_type, canonical_type=canonical_type(data_type, "duckdb"))
            if column.name == name
            else column
            for column in all_of_them
        )
    )


def without(name: str) -> Edit:
    return columns(lambda all_of_them: tuple(column for column in all_of_them if column.name != name))


def with_another(name: str, data_type: str) -> Edit:
    new = Column(name=name, data_type=data_type, canonical_type=canonical_type(data_type, "duckdb"))
    return columns(lambda all_of_them: (*all_of_them, new))


def hits(verdict: Verdict) -> dict[str, str]:
    through = {hit.label: f" through {hit.through}" if hit.through else "" for hit in verdict.hits}
    return {hit.label: f"{hit.effect} {hit.method}{through[hit.label]}" for hit in verdict.hits}


def test_everything_that_dbt_compiled_can_be_bound(world: World) -> None:
    """A wider integer reaches the contract of a product, and by way of it that of the next project."""
    verdict = world.verdict("orders", retyped("id", "bigint"))
    assert (verdict.change.name, verdict.effective, verdict.bump) == ("type-widened", "breaking", "major")
    assert hits(verdict) == {
        "sales.sold": "breaking types through sales.stg_orders",
        "sales.history": "breaking types",
        "finance.ledger": "breaking types through sales.sold",
        "sales.stg_orders": "dangerous bind",
        "sales.by_country": "dangerous bind",
        "sales.everything": "dangerous bind",
    }
    details = {hit.label: hit.detail for hit in verdict.hits}
    assert details["sales.sold"] == "id is BIGINT, its contract says INTEGER"
    assert details["sales.history"] == "id is BIGINT, its table keeps INTEGER"
    assert {hit.label: hit.owner for hit in verdict.hits}["finance.ledger"] == "books@shop.example"


def test_columns_in_another_order_swap_the_values_of_a_union(world: World) -> None:
    verdict = world.verdict("orders", columns(lambda c: (*c[:3], c[4], c[3])))
    assert (verdict.change.name, verdict.effective) == ("column-order", "dangerous")
    assert hits(verdict).keys() == {"sales.everything"}


def test_a_new_column_makes_a_name_ambiguous_and_a_union_uneven(world: World) -> None:
    verdict = world.verdict("orders", with_another("country", "varchar"))
    assert (verdict.change.cls, verdict.effective) == ("safe", "dangerous")
    assert hits(verdict) == {"sales.by_country": "breaking bind", "sales.everything": "breaking bind"}
    assert "Ambiguous reference" in verdict.hits[0].detail


def test_a_new_column_that_nobody_can_mistake_is_seen_by_the_union_alone(world: World) -> None:
    assert hits(world.verdict("orders", with_another("weight", "double"))).keys() == {"sales.everything"}


def test_a_lossy_type_breaks_those_alone_who_use_the_column(world: World) -> None:
    verdict = world.verdict("orders", retyped("net", "decimal(18,0)"))
    assert (verdict.change.name, verdict.effective) == ("type-lossy", "breaking")
    assert {"sales.by_country", "sales.history", "sales.reached"}.isdisjoint(hits(verdict))
    assert hits(verdict)["sales.sold"] == "breaking types through sales.stg_orders"


def test_a_moment_for_a_day_breaks_the_join_on_it(world: World) -> None:
    verdict = world.verdict("orders", retyped("day", "timestamp"))
    assert (verdict.change.name, verdict.effective) == ("type-family", "breaking")
    assert hits(verdict)["sales.reached"] == "breaking usage"


def test_what_nobody_uses_is_dangerous_to_remove_where_a_union_takes_it_all(world: World) -> None:
    verdict = world.verdict("orders", without("note"))
    assert hits(verdict) == {"sales.everything": "breaking bind"}


def test_a_dashboard_may_use_any_column(world: World) -> None:
    verdict = world.verdict("customers", without("country"))
    assert hits(verdict) == {"sales.by_country": "breaking bind", "shop.exposure:board": "unknown none"}


def test_published_usage_finds_the_same_models_and_says_how(world: World) -> None:
    verdict = world.verdict("orders", retyped("id", "bigint"), world.by_publication)
    assert verdict.effective == "breaking"
    assert {hit.method for hit in verdict.hits} == {"consumption"}
    by_sql = world.verdict("orders", retyped("id", "bigint"))
    direct = {hit.label for hit in by_sql.hits if hit.through is None}
    assert {hit.label for hit in verdict.hits} == direct
