"""The files of one project of a generated mesh: ten models, a seed, and the tests on them.

Three staging views read the products of upstreams, or make rows where there is none to read. Four intermediate models
work on these, and three marts come of it, of which two are products with a contract.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

ROWS = 10_000
"""Of each product."""
MODELS = 10
CATEGORIES = 10
CHANGEABLE = "amount + 0"
"""In the first staging model: another number gives other data, of the same keys and types."""
_PRODUCTS = ("orders", "customers")
_COLUMNS = {"id": "bigint", "category_id": "bigint", "amount": "bigint", "rank": "bigint", "label": "varchar"}
_SELECTED = {
    "orders": ("id", "category_id", "amount", "label"),
    "customers": ("id", "category_id", "amount", "rank"),
}


def project_files(name: str, reads: Sequence[str]) -> dict[str, str]:
    """Texts by path. Models stand in an order in which they can be built.

    Args:
        name: Of the project; every model's name begins with it.
        reads: One to three upstreams, or none.
    """
    return {
        "dbt_project.yml": _yaml({"name": name, "version": "1.0.0", "profile": name}),
        **(_declared(reads) if reads else {}),
        f"seeds/{name}_categories.csv": seed(),
        **{f"models/staging/{name}_stg_{number}.sql": _staging(number, reads) for number in range(3)},
        **{f"models/intermediate/{name}_int_{what}.sql": sql for what, sql in _intermediate(name).items()},
        **{f"models/marts/{name}_{what}.sql": sql for what, sql in _marts(name).items()},
        "models/models.yml": _yaml({"version": 2, "groups": [_group(name)], "models": _entries(name)}),
    }


def changeable(name: str) -> str:
    """The path of the model that has :data:`CHANGEABLE`."""
    return f"models/staging/{name}_stg_0.sql"


def seed() -> str:
    """A seed's CSV."""
    return "category_id,label\n" + "".join(f"{number},category {number}\n" for number in range(CATEGORIES))


def _declared(reads: Sequence[str]) -> dict[str, str]:
    return {
        "dependencies.yml": _yaml({"projects": [{"name": upstream} for upstream in reads]}),
        "packages.yml": _yaml({"packages": [{"local": f".mesh/{upstream}"} for upstream in reads]}),
    }


def _staging(number: int, reads: Sequence[str]) -> str:
    """Each upstream is read by one at least; what is left reads their other product."""
    rows = f"select range as id, range % {CATEGORIES} as category_id, range % 997 as amount from range({ROWS})"
    if reads:
        upstream, product = reads[number % len(reads)], _PRODUCTS[number // len(reads) % 2]
        rows = f"select * from {{{{ ref('{upstream}', '{upstream}_{product}') }}}}"
    amount = CHANGEABLE if number == 0 else f"(amount + {number}) % 100003"
    return (
        f"with source as (\n    {rows}\n),\n\n"
        f"final as (\n    select id, category_id, cast({amount} as bigint) as amount\n    from source\n)\n\n"
        "select * from final\n"
    )


def _intermediate(name: str) -> dict[str, str]:
    staging = [f"{{{{ ref('{name}_stg_{number}') }}}}" for number in range(3)]
    return {
        "joined": (
            "{{ config(materialized='table') }}\n"
            "select a.id, a.category_id, (a.amount + b.amount) % 100003 as amount\n"
            f"from {staging[0]} as a\ninner join {staging[1]} as b on a.id = b.id\n"
        ),
        "labelled": (
            "select a.id, a.category_id, a.amount, categories.label\n"
            f"from {staging[2]} as a\n"
            f"inner join {{{{ ref('{name}_categories') }}}} as categories on a.category_id = categories.category_id\n"
        ),
        "summed": (
            "{{ config(materialized='table') }}\n"
            "select category_id, count(*) as row_count, sum(amount) as amount\n"
            f"from {{{{ ref('{name}_int_joined') }}}}\ngroup by category_id\n"
        ),
        "ranked": (
            "select id, category_id, amount, row_number() over (partition by category_id order by amount, id) as rank\n"
            f"from {{{{ ref('{name}_int_joined') }}}}\n"
        ),
    }


def _marts(name: str) -> dict[str, str]:
    return {
        "orders": (
            "select joined.id, joined.category_id, cast(joined.amount as bigint) as amount, labelled.label\n"
            f"from {{{{ ref('{name}_int_joined') }}}} as joined\n"
            f"inner join {{{{ ref('{name}_int_labelled') }}}} as labelled on joined.id = labelled.id\n"
        ),
        "customers": (
            f"select id, category_id, cast(amount as bigint) as amount, rank\nfrom {{{{ ref('{name}_int_ranked') }}}}\n"
        ),
        "report": (
            "select summed.category_id, summed.amount, count(*) as order_count\n"
            f"from {{{{ ref('{name}_int_summed') }}}} as summed\n"
            f"inner join {{{{ ref('{name}_orders') }}}} as orders on summed.category_id = orders.category_id\n"
            "group by summed.category_id, summed.amount\n"
        ),
    }


def _entries(name: str) -> list[dict[str, Any]]:
    tested = {"name": "id", "data_tests": ["not_null"]}
    keyed = {"name": "category_id", "data_tests": ["not_null", "unique"]}
    return [
        *({"name": f"{name}_stg_{number}", "columns": [tested]} for number in range(3)),
        *(_product(name, product) for product in _PRODUCTS),
        {"name": f"{name}_report", "config": {"materialized": "table"}, "columns": [keyed]},
    ]


def _product(name: str, product: str) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [
        {"name": column, "data_type": _COLUMNS[column], "description": f"The {column} of a record."}
        for column in _SELECTED[product]
    ]
    columns[0]["data_tests"] = ["not_null", "unique"]
    config = {
        "access": "public",
        "group": _group(name)["name"],
        "materialized": "table",
        "contract": {"enforced": True},
    }
    return {
        "name": f"{name}_{product}",
        "description": f"All {product} that {name} knows, one row for each.",
        "config": config,
        "columns": columns,
    }


def _group(name: str) -> dict[str, Any]:
    return {"name": f"{name}_team", "owner": {"name": f"Team of {name}", "email": f"{name}@example.com"}}


def _yaml(content: Any) -> str:
    """JSON is YAML."""
    return json.dumps(content, indent=2) + "\n"
