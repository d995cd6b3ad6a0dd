"""What may be written for a product, a version or a column."""

from __future__ import annotations

import pytest

from mesh_tools.contracts.impact.target import resolve
from mesh_tools.errors import MeshError
from mesh_tools.model.interface import Column, Interface, Product, ProductVersion, Version, withheld_key


def version(v: Version | None, *columns: str) -> ProductVersion:
    return ProductVersion(v=v, semantic_version="1.0.0", path="x.sql", columns=tuple(Column(name=c) for c in columns))


SHOP = Interface(
    project="shop",
    products=(
        Product(name="orders", latest=2, versions=(version(1, "id", "v2"), version(2, "id", "state", "a.b"))),
        Product(name="items", versions=(version(None, "id"),)),
        Product(name="bare", versions=(version(None),)),
    ),
    withheld={withheld_key("shop", "stg"): "private"},
)
STOCK = Interface(project="stock", products=(Product(name="items", versions=(version(None, "id"),)),))
KNOWN = (SHOP, STOCK)


@pytest.mark.parametrize(
    ("text", "label", "versions"),
    [
        ("shop.orders", "shop.orders", (1, 2)),
        ("orders", "shop.orders", (1, 2)),
        ("orders.v2", "shop.orders.v2", (2,)),
        ("shop.orders.v1.id", "shop.orders.v1.id", (1,)),
        ("orders.id", "shop.orders.id", (1, 2)),
        ("orders.state", "shop.orders.v2.state", (2,)),
        ("orders.v1.v2", "shop.orders.v1.v2", (1,)),
        ("orders.a.b", "shop.orders.v2.a.b", (2,)),
        ("orders.STATE", "shop.orders.v2.state", (2,)),
        ("stock.items.id", "stock.items.id", (None,)),
    ],
)
def test_as_much_as_is_unambiguous_is_enough(text: str, label: str, versions: tuple[Version | None, ...]) -> None:
    target = resolve(text, KNOWN)
    assert (target.label, target.versions) == (label, versions)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("items", "shop and stock have a product 'items' each", "write shop.items or stock.items"),
        ("items.id", "shop and stock have a product 'items' each", "write shop.items.id or stock.items.id"),
        ("ordres", "no product is called 'ordres'", "did you mean 'orders'?"),
        ("shop.ordres.id", "no product is called 'shop.ordres.id'", "did you mean 'shop.orders'?"),
        ("zzz", "no product is called 'zzz'", "products: shop.bare, shop.items, shop.orders, stock.items"),
        ("orders.v3", "shop.orders has no version 3", "its versions: v1, v2"),
        ("orders.v2.sate", "shop.orders.v2 has no column 'sate'", "did you mean 'state'?"),
        ("orders.v1.zzz", "shop.orders.v1 has no column 'zzz'", "its columns: id, v2"),
        ("shop.items.v1", "shop.items has no column 'v1'", "its columns: id"),
        ("bare.x", "the columns of shop.bare are not known", "its contract would name them"),
        ("shop.stg", "shop.stg is private, so no other project uses it", "ask dbt in shop: dbt ls --select stg+"),
        ("stg.id", "shop.stg is private, so no other project uses it", "ask dbt in shop: dbt ls --select stg+"),
        ("", "no product is called ''", "products: shop.bare, shop.items, shop.orders, stock.items"),
    ],
)
def test_what_names_nothing_is_told_what_is_near(text: str, message: str, hint: str) -> None:
    with pytest.raises(MeshError) as caught:
        resolve(text, KNOWN)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_mesh_without_products_says_how_to_get_some() -> None:
    with pytest.raises(MeshError, match="no product is called 'orders'") as caught:
        resolve("orders", (Interface(project="shop"),))
    assert caught.value.hint == "no product is known yet: run `mesh build`"
