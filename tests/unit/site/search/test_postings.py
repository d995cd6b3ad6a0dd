"""Numbers of entries as text, and keys in shards."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.site.search.postings import SHARD, packed, shards


def unpacked(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        found.append(int(part, 36) + (found[-1] if found else 0))
    return found


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True).map(sorted))
def test_what_is_packed_comes_back(numbers: list[int]) -> None:
    assert unpacked(packed(numbers)) == numbers


def test_small_differences_take_one_digit() -> None:
    assert packed([0, 35, 71, 2000]) == "0,z,10,1hl"


def test_a_table_is_sorted_as_javascript_compares_strings() -> None:
    (shard,) = shards({"\ue000": [1], "\U0001f600": [2], "b": [3], "B": [4]})
    assert shard.keys == ("B", "b", "\U0001f600", "\ue000")


def test_a_large_table_is_parted_and_loses_nothing() -> None:
    table = {f"key_{number:05}": list(range(0, number, 7)) for number in range(1, 3000)}
    found = list(shards(table))
    assert len(found) > 1
    assert [key for shard in found for key in shard.keys] == sorted(table)
    assert all(sum(map(len, (*shard.keys, *shard.postings))) <= SHARD for shard in found)


def test_nothing_needs_no_shard() -> None:
    assert list(shards({})) == []
