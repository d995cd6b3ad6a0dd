"""A page for each rule, made of its docstring; ``python -m mesh_tools.contracts.rules.pages docs/changes`` writes them.

A docstring says what the rule tells, then, in sections, why that matters, an example of before and after, and what to
do about it. The examples are interface fragments; the tests judge them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from mesh_tools.contracts.rules.not_compared import NOT_COMPARED
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.contracts.rules.rule import Family, Refinement, Rule
from mesh_tools.files import write_atomically

_SECTION = re.compile(r"^(Why|Example|To do):\n", re.MULTILINE)
_FAMILIES: dict[Family, str] = {
    "structure": "Structure",
    "types": "Types and units",
    "guarantees": "Guarantees",
    "meaning": "Meaning",
    "service": "Service",
    "lifecycle": "Lifecycle and governance",
}
_REFINED: dict[Refinement, str] = {
    "column": "concerns those consumers alone who use the columns",
    "position": "dangerous for those consumers alone who bind by position, `*`, NATURAL JOIN or unqualified names",
    "typed": "breaking for those consumers whose enforced contract or stored table the column reaches unchanged",
    "unpinned": "concerns those consumers alone whose ref names no version",
    "none": "the same whoever the consumers are",
}
_HEAD = """\
# Changes of an interface, and what they mean

What `mesh contract` tells about two interfaces of a project: one rule for each kind of change, by the taxonomy that
the contract gate implements. This page and those of the rules are made from the code: `make docs` writes them anew.

- **Class**, as a consumer sees it: *breaking* needs a new version of the product, *dangerous* an acknowledgement with
  a reason, *safe* nothing. It is that of the rule; where a single change is milder or worse, its page says when.
- **Bump**: what the semantic version `<model version>.<minor>.<patch>` needs at least. The major part is the dbt model
  version: a breaking change is refused within it.
- **Level**: the strictness profile from which on the gate refuses it: bind < shape < guarantee < service < meaning.
- **dbt** 1.11: `B` an error of `state:modified.contract`, `S` only selected as modified, `-` unseen. **datacontract**:
  what `datacontract breaking` says. `?`: not measured.

A guarantee is an enforced constraint, or a test of severity error without a filter. Promises are compared, not what
carries them. What cannot be decided is dangerous, and says why. Changes that concern the whole project name the
product `*`.

The examples are fragments of interfaces: what differs from a table `flights` on DuckDB with an enforced contract and
the columns `flight_id`, `carrier` (`varchar`) and `distance_km` (`integer`). A column that is `null` is not there; the
keys are those of [the interface document](../schemas/interface.json). The tests judge every example.
"""
_NOT_COMPARED = """\
## Not compared

| field | why |
|---|---|
"""
_TABLE = """\
| id | rule | class | bump | level | dbt | datacontract |
|---|---|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """All pages as Markdown, by file name; ``README.md`` lists them."""
    found = {f"{rule.id}.md": _page(rule) for rule in RULES.values()}
    return {"README.md": _overview(), **found}


def example_of(rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
    """The interface fragments on the page of ``rule``: before and after."""
    # Only the tests read the fragments: a rule that is asked does not pay for a YAML library.
    from yaml import safe_load  # noqa: PLC0415

    example = safe_load(_sections(rule)["Example"])
    return example["before"], example["after"]


def _overview() -> str:
    parts = [_HEAD]
    for family, title in _FAMILIES.items():
        rows = (rule for rule in RULES.values() if rule.family == family)
        parts.append(f"## {title}\n\n{_TABLE}{''.join(map(_row, rows))}")
    silent = "".join(f"| {field} | {why} |\n" for field, why in NOT_COMPARED.items())
    return "\n".join([*parts, f"{_NOT_COMPARED}{silent}"])


def _row(rule: Rule) -> str:
    cells = (f"[{rule.id}]({rule.id}.md)", rule.name, rule.cls, rule.bump, rule.level, rule.dbt, rule.datacontract)
    return f"| {' | '.join(cells)} |\n"


def _page(rule: Rule) -> str:
    sections = _sections(rule)
    return f"""\
# {rule.id}: {rule.name}

**{rule.cls}** · bump {rule.bump} · level {rule.level} · {_REFINED[rule.refine]}

{sections["What"]}

## Why

{sections["Why"]}

## Example

```yaml
{sections["Example"]}
```

## What to do

{sections["To do"]}

[All rules](README.md)
"""


def _sections(rule: Rule) -> dict[str, str]:
    """The parts of a docstring by their headings; what stands first is ``What``."""
    first, *rest = _SECTION.split(rule.doc)
    texts = {heading: dedent(text).strip() for heading, text in zip(rest[::2], rest[1::2], strict=True)}
    return {"What": first.strip(), **texts}


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        write_atomically(folder / name, text.encode())


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
