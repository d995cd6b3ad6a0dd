"""`mesh rules` and `mesh rule`."""

from __future__ import annotations

from pathlib import Path

import click

from mesh_tools.cli.options import format_option, mesh_file_option
from mesh_tools.errors import MeshError, did_you_mean


@click.command(short_help="The rules of the linter: what there is, and what is in force.")
@click.option("--select", multiple=True, metavar="CODE", help="Only these rules: codes or families. Default: all.")
@mesh_file_option
@format_option
def rules(select: tuple[str, ...], mesh_file: Path | None, output: str) -> None:
    """List the rules by family, those of your own among them, and how severe each is in this mesh.

    Needs: M manifests, B a base to compare with, C a catalog, P a setting in the policy, S the SQL itself, R run
    results.
    """
    from mesh_tools.build.lint_rules import policy_here
    from mesh_tools.lint.policy import matching, unknown_code
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.rules import print_rules, rule_document

    policy, mesh = policy_here(mesh_file)
    wanted: set[str] = set() if select else set(policy.rules)
    for text in select:
        found = matching(text, policy.rules)
        if not found:
            raise unknown_code(text, policy.rules)
        wanted |= found
    chosen = [rule for code, rule in policy.rules.items() if code in wanted]
    if output == "json":
        print_json([rule_document(rule, policy) for rule in chosen])
    else:
        print_rules(console(), chosen, policy, mesh)


@click.command(short_help="The page of a rule: what, why, options, examples, what to do.")
@click.argument("rule", metavar="RULE")
@mesh_file_option
@format_option
def rule(rule: str, mesh_file: Path | None, output: str) -> None:
    """Show the page of RULE, by its code (PUB001) or its name (public-model-without-contract)."""
    from mesh_tools.build.lint_rules import policy_here
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.rules import print_rule, rule_document

    policy, mesh = policy_here(mesh_file)
    wanted = rule.strip().lower()
    found = next((known for known in policy.rules.values() if wanted in {known.code.lower(), known.name}), None)
    if found is None:
        codes = [known.code for known in policy.rules.values()]
        names = [known.name for known in policy.rules.values()]
        meant = did_you_mean(wanted.upper(), codes) if wanted[-1:].isdigit() else did_you_mean(wanted, names)
        raise MeshError(f"there is no rule '{rule.strip()}'", hint=meant or "`mesh rules` lists them all")
    if output == "json":
        print_json(rule_document(found, policy))
    else:
        print_rule(console(), found, policy, mesh)
