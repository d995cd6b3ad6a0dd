"""What is not known is told once."""

from __future__ import annotations

from mesh_tools.site.gather.gaps import Gaps


def test_the_same_about_several_projects_is_one_gap() -> None:
    gaps = Gaps()
    for name in "abcdef":
        gaps.add_project("catalog", name, "no catalog", "dbt docs generate")
    (gap,) = gaps.all()
    assert (gap.text, gap.command) == ("a, b, c, d and 2 more: no catalog", "dbt docs generate")
    assert gap.projects == tuple("abcdef")


def test_what_is_said_twice_is_told_once() -> None:
    gaps = Gaps()
    for _ in range(2):
        gaps.add("lineage", "sqlglot is of another version")
    assert [gap.text for gap in gaps.all()] == ["sqlglot is of another version"]
