"""Tests that are missing: any at all, or those that a policy asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.artifacts.manifest import TestNode
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import Column, Model, Seed, Snapshot, Source, Test, UnitTest

_Type = Literal["model", "source", "seed", "snapshot"]
_Format = Literal["dict", "csv", "sql"]


@rule("TST002", "too-few-tests", severity="warn", tier="strict")
def too_few_tests(
    resource: Model | Source | Seed | Snapshot,
    *,
    types: tuple[_Type, ...] = ("model",),
    least: int = 1,
    least_generic: int = 0,
    least_singular: int = 0,
) -> Found:
    """A model has no data test, or fewer than the policy asks for.

    Why:
        What nobody tests breaks unnoticed, and is noticed by those who use it.

    Options:
        types: Of `model`, `source`, `seed`, `snapshot`.
        least: How many data tests at least.
        least_generic: How many of those that YAML configures.
        least_singular: How many of those that are SQL files of their own.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # TST002
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                    data_tests: [not_null]
        models/orders.sql:
            select 1 as order_id

    To do:
        Test the key, and what the SQL takes for granted.
    """
    if resource.kind not in types:
        return
    tests = resource.tests
    generic = sum(test.test_metadata is not None for test in tests)
    wanted = (
        (len(tests), least, "data tests"),
        (generic, least_generic, "generic data tests"),
        (len(tests) - generic, least_singular, "singular data tests"),
    )
    for number, required, what in wanted:
        if number < required:
            yield resource.raised(f"has {number} {what}, fewer than {required}", key=what)


@rule("TST003", "required-tests", severity="warn", tier="opt-in")
def required_tests(
    resource: Model | Source, *, required: tuple[str, ...], types: tuple[Literal["model", "source"], ...] = ("model",)
) -> Found:
    """A model lacks a test that the policy asks for by name.

    Why:
        Some organisations want one kind of test everywhere, such as row counts or freshness of the newest row.

    Options:
        required: Names of tests; several of which one is enough are joined by `|`.
        types: Of `model`, `source`.

    Bad:
        mesh.yml:
            lint: {rules: {TST003: {required: ["unique|unique_combination_of_columns"]}}}
        models/orders.yml:
            models:
              - name: orders  # TST003
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {TST003: {required: ["unique|unique_combination_of_columns"]}}}
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                    data_tests: [unique]
        models/orders.sql:
            select 1 as order_id

    To do:
        Add the test.
    """
    if resource.kind not in types:
        return
    names = set(_names(resource.tests))
    for choice in required:
        if names.isdisjoint(choice.split("|")):
            yield resource.raised(f"has no test {' or '.join(choice.split('|'))}", key=choice)


@rule("TST004", "column-test-missing", severity="warn", tier="opt-in")
def column_test_missing(column: Column, *, required: Mapping[Regex, tuple[str, ...]]) -> Found:
    """A column whose name matches a pattern lacks a test that the policy asks for.

    Why:
        Names carry meaning: what ends in `_id` is a key, what begins with `is_` is true or false.

    Options:
        required: By a regular expression of the column's name: the tests that it has to have.

    Bad:
        mesh.yml:
            lint: {rules: {TST004: {required: {"_id$": [not_null]}}}}
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id  # TST004
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {TST004: {required: {"_id$": [not_null]}}}}
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                    data_tests: [not_null]
        models/orders.sql:
            select 1 as order_id

    To do:
        Add the test to the column; a constraint of an enforced contract counts as the test of its name.
    """
    for pattern, tests in required.items():
        if re.search(pattern, column.name):
            missing = [name for name in tests if name not in _carried(column)]
            for name in missing:
                yield column.raised(f"has no test {name}", key=name)


@rule("TST005", "relationship-test-missing", severity="info", tier="opt-in")
def relationship_test_missing(
    column: Column, *, columns: Regex = "_id$", target_model: Regex = "", target_column: Regex = ""
) -> Found:
    """A column that looks like a foreign key has no `relationships` test. The model's own key is left alone.

    Why:
        Keys that lead nowhere are dropped by inner joins, and nobody sees what is missing.

    Options:
        columns: A regular expression of the names of such columns.
        target_model: A regular expression of the ref that the test has to name.
        target_column: A regular expression of the column that it has to name.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: customer_id  # TST005
        models/orders.sql:
            select 1 as customer_id

    Good:
        models/orders.yml:
            models:
              - name: customers
              - name: orders
                columns:
                  - name: customer_id
                    data_tests:
                      - relationships:
                          arguments: {to: ref('customers'), field: customer_id}
        models/customers.sql:
            select 1 as customer_id
        models/orders.sql:
            select 1 as customer_id

    To do:
        Add a `relationships` test, or a foreign key to the contract.
    """
    if not re.search(columns, column.name) or "unique" in _carried(column) or "primary_key" in _carried(column):
        return
    if "foreign_key" in _carried(column):
        return
    for test in column.tests:
        metadata = test.test_metadata
        if metadata is not None and metadata.name == "relationships":
            to, field = str(metadata.kwargs.get("to", "")), str(metadata.kwargs.get("field", ""))
            if re.search(target_model, to) and re.search(target_column, field):
                return
    yield column.raised("looks like a foreign key, and has no relationships test")


@rule("TST007", "unit-test-missing", severity="info", tier="opt-in")
def unit_test_missing(model: Model, code: Code, *, least: int = 1, only_if: Regex = "") -> Found:
    r"""A model has no unit test, or fewer than the policy asks for.

    Why:
        A data test says that today's data is all right; a unit test that the SQL is.

    Options:
        least: How many unit tests at least.
        only_if: A regular expression: only models whose code it matches need them, such as `case\s+when`.

    Bad:
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            models:
              - name: orders  # TST007

    Good:
        models/raw.sql:
            select 1 as order_id
        models/orders.sql:
            select order_id from {{ ref('raw') }}
        models/orders.yml:
            models:
              - name: orders
              - name: raw
            unit_tests:
              - name: keeps_orders
                model: orders
                given:
                  - {input: ref('raw'), rows: [{order_id: 1}]}
                expect: {rows: [{order_id: 1}]}
              - name: makes_one
                model: raw
                given: []
                expect: {rows: [{order_id: 1}]}

    To do:
        Write one for each branch of its logic.
    """
    if len(model.unit_tests) >= least:
        return
    if not only_if or re.search(only_if, code.of(model.node.unique_id), re.IGNORECASE):
        yield model.raised(f"has {len(model.unit_tests)} unit tests, fewer than {least}")


@rule("TST008", "unit-test-format", severity="info", tier="opt-in")
def unit_test_format(
    test: UnitTest, *, given: tuple[_Format, ...] = ("dict",), expect: tuple[_Format, ...] = ("dict",)
) -> Found:
    """A unit test writes its rows in a format that the policy does not have.

    Why:
        Tests that all look alike are read, and mended, by everybody.

    Options:
        given: Formats of inputs: `dict`, `csv`, `sql`.
        expect: Formats of the expected rows.

    Bad:
        models/raw.sql:
            select 1 as order_id
        models/orders.sql:
            select order_id from {{ ref('raw') }}
        models/orders.yml:
            unit_tests:
              - name: keeps_orders
                model: orders
                given:  # TST008
                  - input: ref('raw')
                    format: csv
                    rows: |
                      order_id
                      1
                expect: {rows: [{order_id: 1}]}

    Good:
        models/raw.sql:
            select 1 as order_id
        models/orders.sql:
            select order_id from {{ ref('raw') }}
        models/orders.yml:
            unit_tests:
              - name: keeps_orders
                model: orders
                given:
                  - {input: ref('raw'), rows: [{order_id: 1}]}
                expect: {rows: [{order_id: 1}]}

    To do:
        Write the rows in one of the formats that are wanted.
    """
    for one in test.node.given or ():
        if (one.format or "dict") not in given:
            yield test.raised(f"gives {one.input or 'an input'} as {one.format}", "given", key=f"given:{one.input}")
    expected = test.node.expect
    if expected is not None and (expected.format or "dict") not in expect:
        yield test.raised(f"expects rows as {expected.format}", "expect", key="expect")


@rule("TST009", "test-without-where", severity="info", tier="opt-in")
def unlimited_test(test: Test, *, models: str, pattern: Regex = "") -> Found:
    """A data test reads the whole table: it has no `where`.

    Why:
        On very large tables every test of all history costs as much as building them.

    Options:
        models: A glob of the names of the models that are too large to be read whole.
        pattern: A regular expression that the `where` has to match.

    Bad:
        mesh.yml:
            lint: {rules: {TST009: {models: "events*"}}}
        models/events.yml:
            models:
              - name: events
                columns:
                  - name: event_id
                    data_tests:
                      - not_null  # TST009
        models/events.sql:
            select 1 as event_id

    Good:
        mesh.yml:
            lint: {rules: {TST009: {models: "events*"}}}
        models/events.yml:
            models:
              - name: events
                columns:
                  - name: event_id
                    data_tests:
                      - not_null:
                          config: {where: "event_id > 0"}
        models/events.sql:
            select 1 as event_id

    To do:
        Limit the test to the rows that are new, under its `config`.
    """
    if not test.is_generic:
        return
    target = test.project.resources.get(test.node.attached_node or "")
    if target is None or not fnmatchcase(target.name, models):
        return
    where = test.node.config.where
    if where is None or not re.search(pattern, where):
        yield test.raised("has no `where`" if where is None else f"has a `where` that is not like '{pattern}': {where}")


def _names(tests: Iterable[TestNode]) -> Iterable[str]:
    for test in tests:
        yield test.test_metadata.name if test.test_metadata is not None else test.name


def _carried(column: Column) -> set[str]:
    """Names of tests on a column, and of constraints that its enforced contract has."""
    constraints = column.node.constraints if column.model.node.contract_enforced else ()
    return {*_names(column.tests), *(constraint.type for constraint in constraints or ())}
