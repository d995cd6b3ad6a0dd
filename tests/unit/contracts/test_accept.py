"""Accepting as values: what is accepted does not differ any more, and nothing that is known is forgotten."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from msgspec.structs import replace

from mesh_tools.contracts.accept import acceptance
from mesh_tools.contracts.acknowledgements import acknowledgement_of
from mesh_tools.contracts.compare import Terms, comparison_of, with_known_logic
from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.operands.resolve import Side
from mesh_tools.interface.document import from_yaml, sealed, to_yaml
from mesh_tools.model.interface import Consumption, Interface, Logic, Product, ProductVersion, Relation
from support.interfaces import interfaces

TODAY = date(2026, 3, 1)
TERMS = Terms(today=TODAY)


@given(interfaces(), interfaces())
@settings(max_examples=60, deadline=None)
def test_accept_then_diff_is_empty(old: Interface, new: Interface) -> None:
    base = Side(label="interface.yml", interface=old)
    comparison = comparison_of("operations", base, Side(label="present", interface=new, is_numbered=False), TERMS)
    given_ones = [acknowledgement_of(change, reason="r", until=TODAY) for change in comparison.changes]
    found = acceptance([comparison], TERMS, old=(), new=given_ones)
    written = from_yaml(to_yaml(found.interface), "interface.yml")
    assert diff(written, new, today=TODAY) == ()
    assert written.fingerprint == new.fingerprint
    # Whatever is dangerous was acknowledged; what is breaking no acknowledgement lets pass.
    assert not found.result.open
    gated = [entry for entry in found.result.entries if entry.gates and entry.verdict.effective == "breaking"]
    assert found.result.passes == (not gated)


@given(interfaces(), interfaces())
@settings(max_examples=60, deadline=None)
def test_an_acknowledgement_survives_what_else_changes(old: Interface, new: Interface) -> None:
    """In another branch, with other changes and under another class, the change is the same."""
    other = replace(
        new,
        products=(
            *new.products,
            Product(name="zzz", versions=(ProductVersion(semantic_version="1.0.0", path="z.sql"),)),
        ),
    )
    before = {change.fingerprint for change in diff(old, new, today=TODAY)}
    assert before <= {change.fingerprint for change in diff(old, sealed(other), today=date(2026, 3, 2))}


def product(logic: Logic | None = None) -> Product:
    return Product(name="orders", versions=(ProductVersion(semantic_version="1.0.0", path="orders.sql", logic=logic),))


def use(columns: tuple[str, ...] | None, *by: str) -> Consumption:
    return Consumption(project="shop", product="orders", columns=columns, by=by)


def interface(logic: Logic | None, *uses: Consumption) -> Interface:
    return sealed(Interface(project="sales", products=(product(logic),), consumptions=uses))


LOGIC = Logic(method="t 1", rows="1a")
OTHER = Logic(method="t 1", rows="2b")


def test_what_was_not_compiled_keeps_what_was_accepted_of_it() -> None:
    accepted = interface(LOGIC, use(("a",), "one"), use(("b",), "two"))
    assert with_known_logic(interface(None, use(None, "one", "two")), accepted) == accepted


def test_what_was_compiled_counts() -> None:
    present = interface(OTHER, use(("a", "c"), "one"), use(("b",), "two"))
    assert with_known_logic(present, interface(LOGIC, use(("a",), "one"), use(("b",), "two"))) == present


def test_a_new_reader_that_was_not_compiled_uses_what_nobody_knows() -> None:
    present = interface(None, use(None, "one", "three"))
    kept = with_known_logic(present, interface(LOGIC, use(("a",), "one")))
    assert kept.consumptions == present.consumptions


def test_relations_of_two_environments_are_not_compared() -> None:
    """Each has its own place in the warehouse: that is no move."""

    def published(environment: str, schema: str) -> Side:
        there = {"orders": Relation(database="db", schema=schema, identifier="orders")}
        return Side(label=environment, interface=replace(interface(None), environment=environment, relations=there))

    changes = {
        environment: comparison_of(
            "sales", published("prod", "marts"), published(environment, "dev_marts"), TERMS
        ).changes
        for environment in ("prod", "dev")
    }
    assert [change.rule for change in changes["prod"]] == ["CHG036"]
    assert changes["dev"] == ()
