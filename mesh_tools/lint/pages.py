"""A page for each rule, made of its docstring; ``python -m mesh_tools.lint.pages docs/rules`` writes them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mesh_tools.files import write_atomically
from mesh_tools.lint.describe import LETTERS, is_fixable, needs_of, options_of
from mesh_tools.lint.page import Files, page_of
from mesh_tools.lint.registry import FAMILIES, built_in
from mesh_tools.lint.rule import Rule

EXPECT = "expect"
"""A file of an example that says which files, or ``mesh``, are at fault as a whole."""

_BASE = "base/"
_PAGE = re.compile(r"[A-Z]{3}[0-9]{3}\.md")
_LANGUAGES = {
    "yml": "yaml",
    "yaml": "yaml",
    "json": "yaml",
    "sql": "sql",
    "py": "python",
    "csv": "csv",
    "md": "markdown",
}
_SIDES = {"producer": "the producer", "consumer": "the consumer", "mesh": "the mesh"}
_HEAD = """\
# Rules of `mesh lint`

What the linter finds, by family. This page and those of the rules are made from the code: `make docs` writes them anew.
`mesh rules` prints the same with what is in force in your mesh, those of your own among it; `mesh rule CODE` a page.

- **Severity** is the rule's own; a preset, the mesh or a project may say otherwise.
- **Preset**: the least that has the rule: starter < recommended < strict. The rules of **opt-in** are in none: switch
  them on in the policy. *p*: `privacy` has it, too.
- **Needs**: {letters}. Where that is not at hand, the rule is reported as *not checked*.
- *fix*: `mesh lint --fix` mends it, where that is certain.

The examples on the pages are tiny dbt projects. The tests run them: the rule finds something in each line that a
comment with its code marks, and nowhere else.

To be silent about a finding, somebody has to answer for it: see [suppressions](#suppressions).
"""
_SUPPRESSIONS = """\
## Suppressions

Inline, at what the finding is about (a model's covers its columns):

```yaml
config:
  meta:
    mesh:
      ignore:
        - {code: PUB004, reason: one row a day by construction, until: 2027-01-31}
```

Or in the policy: `ignores` of `lint` in mesh.yml, or of a project's lint.yml, by `project`, `path` or `subject`. Both
need a reason; what is unused, expired or unexplained is found by [SUP001](SUP001.md).
"""
_WITHOUT_INLINE = {"mesh", "project", "test", "unit_test"}
"""Kinds whose ``meta`` nobody reads for suppressions, or that have none."""
_TABLE = "| code | rule | severity | preset | needs |\n|---|---|---|---|---|\n"


def pages() -> dict[str, str]:
    """All pages as Markdown, by file name; ``README.md`` lists them."""
    return {"README.md": _overview(), **{f"{rule.code}.md": page(rule) for rule in built_in().values()}}


def page(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    return "\n\n".join(_blocks(rule)) + "\n"


def facts_of(rule: Rule) -> str:
    """What there is to know about a rule, in one line."""
    presets = [name for name in (rule.tier, "privacy" if rule.privacy else "opt-in") if name != "opt-in"]
    preset = f"preset {' and '.join(presets)}" if presets else "in no preset"
    facts = [preset, f"needs {needs_in_words(rule)}"]
    if rule.check is not None:
        facts += [f"about {' or '.join(kinds_of(rule))}", f"mended by {_SIDES[rule.side]}"]
    return " · ".join([*facts, *(["fixable"] if is_fixable(rule) else [])])


def needs_in_words(rule: Rule) -> str:
    """``manifests, a catalog``."""
    return ", ".join(LETTERS[letter] for letter in needs_of(rule))


def suppression_of(rule: Rule) -> str:
    """How to be silent about a finding, in words."""
    entry = f"{{code: {rule.code}, reason: ..., until: YYYY-MM-DD}}"
    if not {*kinds_of(rule)} - _WITHOUT_INLINE:
        return f"`ignores: [{entry}]` under `lint` in mesh.yml."
    return f"`ignore: [{entry}]` under `config.meta.mesh`, or `ignores` under `lint` in mesh.yml."


def kinds_of(rule: Rule) -> tuple[str, ...]:
    """What it is asked about, each in one word."""
    return tuple(dict.fromkeys(subject.kind for subject in rule.subjects))


def _overview() -> str:
    letters = ", ".join(f"**{letter}** {words}" for letter, words in LETTERS.items())
    parts = [_HEAD.format(letters=letters)]
    for family, title in FAMILIES.items():
        rows = [_row(rule) for rule in built_in().values() if rule.family == family]
        if rows:
            parts.append(f"## {family}: {title}\n\n{_TABLE}{''.join(rows)}")
    return "\n".join([*parts, _SUPPRESSIONS])


def _row(rule: Rule) -> str:
    preset = f"{rule.tier}{' *p*' if rule.privacy else ''}"
    summary = f"**{rule.name}**: {_cell(rule.summary)}{' *fix*' if is_fixable(rule) else ''}"
    return f"| [{rule.code}]({rule.code}.md) | {summary} | {rule.severity} | {preset} | {needs_of(rule)} |\n"


def _blocks(rule: Rule) -> Iterator[str]:
    found = page_of(rule)
    yield f"# {rule.code}: {rule.name}"
    yield f"**{rule.severity}** · {facts_of(rule)}"
    yield found.what
    if found.why:
        yield f"## Why\n\n{found.why}"
    if options_of(rule):
        yield _options(rule)
    for title, files in (("Bad", found.bad), ("Good", found.good)):
        if files:
            yield f"## {title}\n\n{_example(files)}"
    if found.to_do:
        yield f"## What to do\n\n{found.to_do}"
    if rule.check is not None:
        yield f"## To suppress it\n\n{suppression_of(rule)}"
    yield "[All rules](README.md)"


def _options(rule: Rule) -> str:
    rows = (f"| `{one.name}` | {one.type} | {_shown(one.default)} | {_cell(one.text)} |" for one in options_of(rule))
    return "\n".join(["## Options\n", "| option | type | default | what it does |", "|---|---|---|---|", *rows])


def _shown(default: str | None) -> str:
    return "has to be set" if default is None else "none" if default == "null" else f"`{_cell(default)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _example(files: Files) -> str:
    return "\n\n".join(_file(path, text) for path, text in files.items())


def _file(path: str, text: str) -> str:
    if path == EXPECT:
        places = ("the mesh" if line == "mesh" else f"`{line}`" for line in text.split())
        return f"At fault as a whole: {', '.join(places)}."
    fence = "````" if "```" in text else "```"
    base = path.removeprefix(_BASE)
    title = f"`{path}`" if base == path else f"`{base}`, as it was at the base"
    return f"{title}\n\n{fence}{_LANGUAGES.get(path.rpartition('.')[2], '')}\n{text}{fence}"


def write(folder: Path) -> None:
    """Write all pages into ``folder``, and remove those of rules that there are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pages()
    for name, text in found.items():
        write_atomically(folder / name, text.encode())
    for path in folder.iterdir():
        if _PAGE.fullmatch(path.name) and path.name not in found:
            path.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
