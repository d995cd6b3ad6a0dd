"""Words of descriptions."""

from __future__ import annotations

import pytest

from mesh_tools.site.search.words import fold, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One row for each Flight.", {"row", "flight"}),
        ("dep_delay: minutes, 15-30", {"dep", "delay", "minutes"}),
        ("Übersicht, naïve", {"ubersicht", "naive"}),
        ("", set()),
        ("of the and", set()),
        ("x" * 100, {"x" * 40}),
    ],
)
def test_words_that_are_kept(text: str, expected: set[str]) -> None:
    assert words(text) == expected


def test_neither_case_nor_accents_make_a_difference() -> None:
    assert fold("ÉTÉ") == fold("ete")
