"""Keys that a policy asks for."""

from __future__ import annotations

import pytest

from mesh_tools.lint.rules.metadata.required import Criteria, unfulfilled, wrong_keys


def test_a_key_is_missing_when_it_is_empty() -> None:
    meta: dict[str, object] = {"a": "", "b": [], "c": {}, "d": None, "e": 0, "f": False}
    assert [key for key, _ in wrong_keys(meta, tuple("abcdefg"))] == ["a", "b", "c", "d", "g"]


def test_a_key_may_have_one_of_some_values() -> None:
    meta = {"tier": "bronze", "owner": {"team": "sales"}, "markets": ["de", "fr"], "exported": True}
    keys = {"tier": ("gold", "silver"), "owner.team": (), "markets": ("de", "fr", "it"), "exported": ("true",)}
    assert list(wrong_keys(meta, keys)) == [("tier", "has bronze as tier, which is none of gold, silver")]


@pytest.mark.parametrize(
    ("criteria", "wrong", "told"),
    [
        ("any", {"a"}, ""),
        ("any", {"a", "b"}, "none of a, b"),
        ("one", {"a"}, ""),
        ("one", set(), "2 of a, b, not one"),
        ("one", {"a", "b"}, "none of a, b, not one"),
        ("all", {"a"}, ""),
    ],
)
def test_of_several_keys_any_or_exactly_one_may_be_asked_for(criteria: Criteria, wrong: set[str], told: str) -> None:
    assert unfulfilled(criteria, ("a", "b"), wrong) == told
