"""`mesh contract rules` and `mesh contract explain`."""

from __future__ import annotations

import click

from mesh_tools.cli.options import format_option
from mesh_tools.errors import MeshError, did_you_mean


@click.command(short_help="All rules: what is watched, from which profile on.")
@format_option
def rules(output: str) -> None:
    """List the rules that judge changes, each with its class and the profile from which on it gates."""
    from mesh_tools.contracts.rules.registry import RULES
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.contract_rules import print_rules, rule_document

    if output == "json":
        print_json([rule_document(rule) for rule in RULES.values()])
    else:
        print_rules(console(), RULES.values())


@click.command(short_help="The page of a rule.")
@click.argument("rule", metavar="RULE")
def explain(rule: str) -> None:
    """Show what RULE (such as CHG003 or column-removed) watches, why, and what to do."""
    from mesh_tools.contracts.rules.registry import RULES
    from mesh_tools.report.console import console
    from mesh_tools.report.contract_rules import print_rule

    wanted = rule.strip().lower()
    found = next((known for known in RULES.values() if wanted in (known.id.lower(), known.name)), None)
    if found is None:
        names = [name for known in RULES.values() for name in (known.id, known.name)]
        hint = did_you_mean(rule.strip(), names) or "`mesh contract rules` lists all of them"
        raise MeshError(f"there is no rule '{rule}'", hint=hint)
    print_rule(console(), found)
