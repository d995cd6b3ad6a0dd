"""What `mesh rules` and `mesh rule` print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.lint.describe import Option, in_yaml, is_fixable, needs_of, options_of
from mesh_tools.lint.page import Files, page_of
from mesh_tools.lint.pages import facts_of, kinds_of, suppression_of
from mesh_tools.lint.policy import Active, Policy
from mesh_tools.lint.registry import FAMILIES
from mesh_tools.lint.rule import Rule
from mesh_tools.report.console import print_table
from mesh_tools.report.lint.safe import one_line, visible
from mesh_tools.report.lint.text import COLOURS

_BUILT_IN = "mesh-tools"


def print_rules(to: Console, rules: Iterable[Rule], policy: Policy, mesh: str) -> None:
    """A table for each family: what there is, and what is in force."""
    active = policy.all_active
    here = f"in {one_line(mesh)}" if mesh else "by default"
    for family, group in groupby(rules, key=lambda rule: rule.family):
        to.print(Text(f"{family}  {FAMILIES.get(family, 'of your own')}", style="bold underline"))
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("code", "name", "severity", "preset", "needs", "fix", here):
            table.add_column(title, no_wrap=True)
        for rule in group:
            table.add_row(*_row(rule, active.get(rule.code)))
        print_table(to, table)
        to.print()


def _row(rule: Rule, active: Active | None) -> Iterator[Text]:
    yield Text(rule.code)
    yield Text(one_line(rule.name))
    yield Text(rule.severity)
    yield Text(f"{rule.tier}{', privacy' if rule.privacy else ''}" if rule.check else "always")
    yield Text(needs_of(rule))
    yield Text("fix" if is_fixable(rule) else "")
    state = state_of(rule, active)
    yield Text(state, style=COLOURS.get(active.severity if active else "off", ""))


def state_of(rule: Rule, active: Active | None) -> str:
    """Whether it is asked, and how severe it is: ``error``, ``off``, ``error, needs the option pattern``."""
    if rule.check is None:
        return rule.severity
    if active is None:
        return "off"
    return active.severity + (f", needs the option {', '.join(active.missing)}" if active.missing else "")


def print_rule(to: Console, rule: Rule, policy: Policy, mesh: str) -> None:
    """Its page."""
    page = page_of(rule)
    active = policy.all_active.get(rule.code)
    to.print(Text.assemble((f"{rule.code} {one_line(rule.name)}", "bold"), "  ", _severity(rule)))
    to.print(Text(_facts(rule, active, mesh), style="dim"))
    to.print()
    to.print(Text(_text(page.what)))
    _print_section(to, "Why", page.why)
    _print_options(to, rule, active)
    _print_files(to, "Bad", page.bad)
    _print_files(to, "Good", page.good)
    _print_section(to, "To do", page.to_do)
    if rule.check is not None:
        _print_section(to, "To suppress it", suppression_of(rule))


def _severity(rule: Rule) -> Text:
    return Text(rule.severity, style=COLOURS[rule.severity])


def _facts(rule: Rule, active: Active | None, mesh: str) -> str:
    where = f" · in {one_line(mesh)}: {state_of(rule, active)}" if mesh else ""
    source = f" · of {one_line(rule.source)}" if rule.source != _BUILT_IN else ""
    return facts_of(rule) + where + source


def _print_section(to: Console, title: str, text: str) -> None:
    if text:
        to.print()
        to.print(Text(f"{title}:", style="bold"))
        for line in _text(text).splitlines():
            to.print(Text(f"  {line}"))


def _print_options(to: Console, rule: Rule, active: Active | None) -> None:
    options = options_of(rule)
    if not options:
        return
    to.print()
    to.print(Text("Options:", style="bold"))
    values = active.options if active else {}
    for option in options:
        to.print(Text.assemble("  ", (option.name, "cyan"), f" ({_about(option, values)}): {_text(option.text)}"))


def _about(option: Option, values: Mapping[str, Any]) -> str:
    default = "has to be set" if option.default is None else f"default {option.default}"
    now = in_yaml(values[option.name]) if option.name in values else option.default
    return f"{option.type}, {default}" + (f", now {one_line(now)}" if now is not None and now != option.default else "")


def _print_files(to: Console, title: str, files: Files) -> None:
    if not files:
        return
    to.print()
    to.print(Text(f"{title}:", style="bold"))
    for path, text in files.items():
        to.print(Text(f"  {one_line(path)}", style="cyan"))
        for line in text.splitlines():
            to.print(Text(f"    {visible(line)}"))


def _text(text: str) -> str:
    return "\n".join(visible(line) for line in text.splitlines())


def rule_document(rule: Rule, policy: Policy) -> dict[str, Any]:
    """A rule with what is in force, for programs."""
    page = page_of(rule)
    active = policy.all_active.get(rule.code)
    values = active.options if active else {}
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity,
        "preset": rule.tier,
        "privacy": rule.privacy,
        "side": rule.side,
        "about": list(kinds_of(rule)),
        "needs": needs_of(rule),
        "fixable": is_fixable(rule),
        "source": rule.source,
        "active": active is not None or rule.check is None,
        "active_severity": active.severity if active else rule.severity if rule.check is None else "off",
        "missing_options": list(active.missing) if active else [],
        "options": [
            {**msgspec.to_builtins(option), "value": msgspec.to_builtins(values.get(option.name))}
            for option in options_of(rule)
        ],
        **{name: getattr(page, name) for name in ("what", "why", "bad", "good", "to_do")},
    }
