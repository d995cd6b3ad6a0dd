"""What the docstring of a rule says, section by section.

The first paragraphs say what is wrong. Then come, each under its heading, `Why:`, `Options:` (`name: text`), `Bad:` and
`Good:` (files of a tiny project: `path:`, and the text indented below it) and `To do:`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import dedent
from typing import Literal

from msgspec import Struct

from mesh_tools.lint.rule import Rule

Files = Mapping[str, str]
"""Texts by path."""

_SECTION = re.compile(r"^(Why|Options|Bad|Good|To do):[ \t]*$", re.MULTILINE)
_ENTRY = re.compile(r"^(\S.*?):(?:[ \t]+(\S.*))?$")


class Page(Struct, frozen=True, kw_only=True):
    """The sections of a page; those that a docstring lacks are empty.

    Attributes:
        what: What is wrong.
        why: Why that matters.
        options: What each option does, by name.
        bad: Files in which the rule finds something, by path.
        good: Files in which it finds nothing, by path.
        to_do: How to mend it.
    """

    what: str
    why: str = ""
    options: Mapping[str, str] = {}
    bad: Files = {}
    good: Files = {}
    to_do: str = ""


def page_of(rule: Rule) -> Page:
    """What the docstring of ``rule`` says."""
    what, *rest = _SECTION.split(rule.doc)
    found = {heading: dedent(text).strip("\n") for heading, text in zip(rest[::2], rest[1::2], strict=True)}
    return Page(
        what=what.strip(),
        why=found.get("Why", "").strip(),
        options=_options(found.get("Options", "")),
        bad=_files(found.get("Bad", "")),
        good=_files(found.get("Good", "")),
        to_do=found.get("To do", "").strip(),
    )


def examples_of(rule: Rule) -> Mapping[Literal["bad", "good"], Files]:
    """The files of the two examples of ``rule``, by path; a rule that the engine itself reports has none."""
    page = page_of(rule)
    return {"bad": page.bad, "good": page.good}


def _options(text: str) -> dict[str, str]:
    return {name: " ".join([first, *rest.split()]).strip() for name, first, rest in _entries(text)}


def _files(text: str) -> dict[str, str]:
    return {path: f"{body or first}\n" if body or first else "" for path, first, body in _entries(text)}


def _entries(text: str) -> list[tuple[str, str, str]]:
    """Lines such as ``name: text`` at the margin, each with the text that is indented below it."""
    found: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            found.append((entry[1], entry[2] or "", []))
        elif found:
            found[-1][2].append(line)
    return [(name, first, dedent("\n".join(lines)).strip("\n")) for name, first, lines in found]
