"""CPU seconds of a comparison of two interfaces: 1,000 products of 50 columns, little and everything changed.

``python tests/benchmarks/contract_diff.py [PRODUCTS]`` prints a table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from itertools import count
from statistics import median
from time import process_time

from msgspec.structs import replace

from mesh_tools.contracts.diff import diff
from mesh_tools.interface.document import from_json, to_json
from mesh_tools.model.interface import Column, Freshness, Guarantee, Interface, Logic, Product, ProductVersion

COLUMNS = 50
_TODAY = date(2027, 1, 15)
_TYPES = ("integer", "varchar", "decimal(18,2)", "date", "timestamp")
_WIDER = ("bigint", "text", "decimal(20,2)", "timestamp", "date")
_RUNS = 5


def interface(products: int) -> Interface:
    """A producer of that many products."""
    return Interface(
        project="producer", adapter="duckdb", products=tuple(_product(f"product_{i:04}") for i in range(products))
    )


def _product(name: str) -> Product:
    columns = tuple(
        Column(
            name=f"column_{i}",
            data_type=_TYPES[i % len(_TYPES)],
            description=f"What column {i} of {name} says.",
            classification="internal",
        )
        for i in range(COLUMNS)
    )
    filled = tuple(Guarantee(kind="not_null", columns=(column.name,), carrier="test") for column in columns[:10])
    version = ProductVersion(
        semantic_version="1.0.0",
        path=f"{name}.sql",
        contract=True,
        materialized="table",
        description=f"One row per {name}.",
        columns=columns,
        guarantees=(
            Guarantee(kind="primary_key", columns=("column_0",), carrier="constraint"),
            Guarantee(kind="check", carrier="constraint", arguments={"expression": "column_5 between 0 and 100"}),
            Guarantee(kind="accepted_values", columns=("column_6",), carrier="test", arguments={"values": list("abc")}),
            *filled,
        ),
        freshness=Freshness(count=1, period="day"),
        logic=Logic(method="t 1", rows="1a", columns={column.name: "1a" for column in columns}),
    )
    return Product(name=name, group="ops", versions=(version,))


def little_changed(old: Interface) -> Interface:
    """One column of each hundredth product has another description."""
    products = list(old.products)
    for index in range(0, len(products), 100):
        version = products[index].versions[0]
        columns = (replace(version.columns[0], description="Something else."), *version.columns[1:])
        products[index] = replace(products[index], versions=(replace(version, columns=columns),))
    return replace(old, products=tuple(products))


def each_column_changed(old: Interface) -> Interface:
    """Each column of each product has another type, or another description."""
    products = [
        replace(product, versions=(replace(version, columns=tuple(map(_changed_column, count(), version.columns))),))
        for product in old.products
        for version in product.versions
    ]
    return replace(old, products=tuple(products))


def _changed_column(i: int, column: Column) -> Column:
    if i % 2:
        return replace(column, description=f"Column {i} is something else.")
    return replace(column, data_type=_WIDER[i % len(_WIDER)])


def each_column_renamed(old: Interface) -> Interface:
    """Each column of each product has a name of its own product's."""
    products = [
        replace(
            product,
            versions=(
                replace(
                    version,
                    columns=tuple(replace(column, name=f"{product.name}_{column.name}") for column in version.columns),
                    guarantees=(),
                ),
            ),
        )
        for product in old.products
        for version in product.versions
    ]
    return replace(old, products=tuple(products))


def everything_changed(old: Interface) -> Interface:
    """Each column of each product has another type, description, unit, logic and place; and all else differs."""
    return replace(old, products=tuple(_changed(product) for product in old.products))


def _changed(product: Product) -> Product:
    version = product.versions[0]
    columns = [
        replace(column, data_type=_WIDER[i % len(_WIDER)], description=f"Column {i} is something else.", unit="km")
        for i, column in enumerate(version.columns)
    ]
    columns[20] = replace(version.columns[20], name="column_20_renamed")
    del columns[30]
    columns.reverse()
    changed = replace(
        version,
        columns=tuple(columns),
        guarantees=(Guarantee(kind="check", carrier="constraint", arguments={"expression": "column_5 > 0"}),),
        freshness=None,
        materialized="view",
        logic=Logic(method="t 1", rows="2b", columns={column.name: "2b" for column in columns}),
    )
    return replace(product, group="fleet", versions=(changed,))


def measured(compare: Callable[[], int]) -> tuple[float, int]:
    """Median CPU seconds, and how many changes were found."""
    seconds: list[float] = []
    found = 0
    for _ in range(_RUNS):
        start = process_time()
        found = compare()
        seconds.append(process_time() - start)
    return median(seconds), found


def main() -> None:
    """Print the table."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    old = interface(products)
    # As both are read from documents, no value of one is that of the other.
    sides = {
        "nothing changed": old,
        "little changed": little_changed(old),
        "each column changed": each_column_changed(old),
        "each column renamed": each_column_renamed(old),
        "everything changed in several ways": everything_changed(old),
    }
    print(f"### Two interfaces of {products:,} products with {COLUMNS} columns each\n")  # noqa: T201 - a script
    print(f"| the present one | changes | CPU s, median of {_RUNS} |\n| --- | ---: | ---: |")  # noqa: T201 - as above
    for name, side in sides.items():
        new = from_json(to_json(side), name)
        seconds, found = measured(lambda new=new: len(diff(old, new, today=_TODAY)))  # type: ignore[misc]  # bound now
        print(f"| {name} | {found:,} | {seconds:.2f} |")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
