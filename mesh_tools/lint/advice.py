"""What a finding says is to be done when its rule says nothing more exact."""

from __future__ import annotations

from functools import cache

from mesh_tools.lint.rule import Rule


def advice(rule: Rule) -> str:
    """What the rule's page says is to be done: its first paragraph."""
    return _advice(rule.doc)


@cache
def _advice(page: str) -> str:
    text = page.partition("To do:\n")[2].partition("\n\n")[0].partition("\nBad:")[0].partition("\nGood:")[0]
    return " ".join(text.split())
