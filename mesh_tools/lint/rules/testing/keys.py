"""Whether it is tested what a row is."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from mesh_tools.artifacts.manifest import ModelNode, TestNode
from mesh_tools.interface.extract.guarantees import grain_of, guarantees_of
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model, Seed, Snapshot, Source

_Type = Literal["model", "source", "seed", "snapshot"]
_COMPOUND = frozenset({"unique_combination_of_columns", "expect_compound_columns_to_be_unique"})


@rule("TST001", "grain-test-missing", severity="info", tier="strict")
def grain_test_missing(
    resource: Model | Source | Seed | Snapshot, *, types: tuple[_Type, ...] = ("model",), ephemeral: bool = False
) -> Found:
    """Nothing tests what identifies a row. Public models are the business of PUB004.

    Why:
        A join that doubles rows is the commonest mistake in SQL, and sums hide it: only a key finds it.

    Options:
        types: Of `model`, `source`, `seed`, `snapshot`.
        ephemeral: Whether ephemeral models need one, too: each test of such a model runs its SQL again.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # TST001
                columns:
                  - name: order_id
                    data_tests: [not_null]
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                    data_tests: [unique, not_null]
        models/orders.sql:
            select 1 as order_id

    To do:
        Test the key with `unique` and `not_null`, or several columns with `dbt_utils.unique_combination_of_columns`.
    """
    if resource.kind not in types or (isinstance(resource, Model) and resource.is_public):
        return
    if isinstance(resource, Model) and resource.materialized == "ephemeral" and not ephemeral:
        return
    if not _has_key(resource):
        yield resource.raised("has no test of a key: nothing says that a row occurs once")


@rule("TST010", "single-column-key-at-model-level", severity="info", tier="strict")
def single_column_key_at_model_level(model: Model) -> Found:
    """A key of one column is declared for the model rather than for the column.

    Why:
        At the column it stands beside the description and the type, and readers of one find the other.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {materialized: table, contract: {enforced: true}}
                constraints:  # TST010
                  - {type: primary_key, columns: [order_id]}
                columns:
                  - {name: order_id, data_type: integer}
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {materialized: table, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer, constraints: [{type: primary_key}]}
        models/orders.sql:
            select 1 as order_id

    To do:
        Move it under the column.
    """
    for constraint in model.node.constraints or ():
        if constraint.type in {"primary_key", "unique"} and len(constraint.columns or ()) == 1:
            column = (constraint.columns or ("",))[0]
            message = f"declares that {column} is {constraint.type.replace('_', ' ')} for the model, not for the column"
            yield model.raised(message, "constraints", key=f"constraint:{column}")
    for test in model.tests:
        columns = _compound(test)
        if len(columns) == 1 and test.column_name is None and test.test_metadata is not None:
            place = model.at(("data_tests", _called(test)))
            message = f"tests that {columns[0]} is unique for the model, not for the column"
            yield model.raised(message, place=place, key=f"test:{columns[0]}")


def _has_key(resource: Model | Source | Seed | Snapshot) -> bool:
    """Tests first: what a contract enforces takes longer to find out."""
    named = [(test.test_metadata.name, test.column_name) for test in resource.tests if test.test_metadata is not None]
    if any(name in _COMPOUND for name, _ in named):
        return True
    kinds = Counter((column or "").lower() for name, column in set(named) if name in {"unique", "not_null"})
    if any(column and number > 1 for column, number in kinds.items()):
        return True
    node = resource.node
    return isinstance(node, ModelNode) and bool(
        grain_of(guarantees_of(node, resource.tests, resource.project.manifest))
    )


def _compound(test: TestNode) -> tuple[str, ...]:
    """The columns of a test of a compound key."""
    if test.test_metadata is None or test.test_metadata.name not in _COMPOUND:
        return ()
    arguments = test.test_metadata.kwargs
    found = arguments.get("combination_of_columns") or arguments.get("column_list") or ()
    return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


def _called(test: TestNode) -> str:
    metadata = test.test_metadata
    if metadata is None:
        return test.name
    return f"{metadata.namespace}.{metadata.name}" if metadata.namespace else metadata.name
