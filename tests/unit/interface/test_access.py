"""May a project use a product: every answer, and what to do instead."""

from __future__ import annotations

import pytest

from mesh_tools.errors import ExitCode, Location
from mesh_tools.interface.access import RefusedRefError, check_ref
from mesh_tools.model.interface import Interface, Owner, Product, ProductVersion, Version, withheld_key
from mesh_tools.model.refs import Ref

PLACE = Location("models/report.sql", 3, 9)


def versions(*numbers: Version | None) -> tuple[ProductVersion, ...]:
    return tuple(ProductVersion(v=v, semantic_version="1.0.0", path="x.sql") for v in numbers)


SHOP = Interface(
    project="shop",
    owner=Owner(name="Shop", channel="#shop"),
    products=(
        Product(name="customers", versions=versions(None), renamed_from=("clients",)),
        Product(name="orders", latest=2, versions=versions(1, 2, 3)),
        Product(
            name="payments", versions=versions(None), allowed_consumers=("finance",), owner=Owner(email="pay@x.org")
        ),
        Product(name="prices", latest=2, versions=versions(1)),
        Product(name="rates", latest=2, versions=versions(1, 3)),
        Product(name="secrets", versions=versions(None), allowed_consumers=()),
    ),
    withheld={withheld_key("shop", "stg_orders"): "private", withheld_key("shop", "lines"): "protected"},
)


@pytest.mark.parametrize(
    ("name", "v", "consumer"),
    [
        ("customers", None, "sales"),
        ("orders", None, "sales"),
        ("orders", 1, "sales"),
        ("orders", "2", "sales"),
        ("payments", None, "finance"),
        ("prices", 1, "sales"),
    ],
)
def test_what_is_public_may_be_used(name: str, v: Version | None, consumer: str) -> None:
    assert check_ref(Ref("shop", name, v, PLACE), SHOP, consumer).name == name


@pytest.mark.parametrize(
    ("name", "v", "message", "hint"),
    [
        (
            "stg_orders",
            None,
            "shop.stg_orders is private: only public models may be used by other projects",
            "products of shop: customers, orders, payments, prices, rates, secrets; or ask its owner: Shop, #shop",
        ),
        (
            "lines",
            None,
            "shop.lines is protected: only public models may be used by other projects",
            "products of shop: customers, orders, payments, prices, rates, secrets; or ask its owner: Shop, #shop",
        ),
        ("custmers", None, "shop has no product 'custmers'", "did you mean 'customers'?"),
        ("x", None, "shop has no product 'x'", "products of shop: customers, orders, payments, prices, rates, secrets"),
        ("clients", None, "shop.clients was renamed to customers", "write ref('shop', 'customers')"),
        ("orders", 4, "shop.orders has no version 4", "its versions: 1, 2 (latest), 3"),
        (
            "prices",
            None,
            "the latest version of shop.prices, 2, is not public",
            "pin one: ref('shop', 'prices', v=1)",
        ),
        (
            "rates",
            None,
            "the latest version of shop.rates, 2, is not public",
            "pin one: ref('shop', 'rates', v=1) or ref('shop', 'rates', v=3)",
        ),
        ("prices", 2, "shop.prices has no version 2", "its versions: 1"),
        ("customers", 1, "shop.customers has no versions", "write ref('shop', 'customers')"),
        ("payments", None, "shop.payments is not for sales: it allows finance", "ask its owner: pay@x.org"),
        ("secrets", None, "shop.secrets is not for sales: it allows no project", "ask its owner: Shop, #shop"),
    ],
)
def test_a_refusal_says_why_and_what_instead(name: str, v: Version | None, message: str, hint: str) -> None:
    with pytest.raises(RefusedRefError) as caught:
        check_ref(Ref("shop", name, v, PLACE), SHOP, "sales")
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert (caught.value.where, caught.value.exit_code) == (PLACE, ExitCode.FAILED)


def test_a_project_without_products_and_owner_is_named_itself() -> None:
    with pytest.raises(RefusedRefError) as caught:
        check_ref(Ref("bare", "x", None, PLACE), Interface(project="bare"), "sales")
    assert caught.value.hint == "bare has no product yet"
