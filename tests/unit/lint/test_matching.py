"""Patterns that policies write."""

from __future__ import annotations

from mesh_tools.lint.matching import any_in, by_path, is_wholly, meta_at


def test_of_several_globs_the_longest_counts() -> None:
    globs = {"models/*": 1, "models/marts/*": 2, "models/staging/*": 3}
    assert by_path("models/marts/sales/orders.sql", globs) == 2
    assert by_path("models/orders.sql", globs) == 1
    assert by_path("seeds/orders.csv", globs) is None


def test_a_pattern_is_to_match_the_whole_name() -> None:
    assert is_wholly("stg_.+", "stg_orders")
    assert not is_wholly("stg_", "stg_orders")
    assert not is_wholly("orders", "orders\n")


def test_patterns_are_looked_for_one_by_one() -> None:
    assert any_in(("^a|b$", "^c"), "cab")
    assert not any_in(("^a|b$", "^c"), "dad")
    assert not any_in((), "anything")
    assert any_in(("^a", "(?i)^CAB$"), "cab")
    assert any_in((r"(x)\1", r"(a)\1"), "baa")


def test_a_key_may_lead_below_others() -> None:
    meta = {"owner": {"team": "sales"}, "tier": "gold", "a.b": 1}
    assert meta_at(meta, "owner.team") == "sales"
    assert meta_at(meta, "tier.name") is None
    assert meta_at(meta, "none.at.all") is None
