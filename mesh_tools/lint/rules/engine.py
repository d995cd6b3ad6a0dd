"""What the engine itself reports: no function finds it, and no policy switches it off."""

from __future__ import annotations

from mesh_tools.lint.rule import engine_rule

RULE_CRASHED = engine_rule(
    "LNT001",
    "rule-crashed",
    severity="error",
    doc="""
    A rule ended with an error of its own. What it would have found is not known; all other rules were asked.

    Why:
        A check that cannot run must not look like one that found nothing.
    To do:
        Mend the rule, or report it to whoever wrote it; the finding names it, and the place in its code.
    """,
)
PROJECT_NOT_READ = engine_rule(
    "LNT002",
    "project-not-read",
    severity="error",
    doc="""
    A manifest, or another artifact, cannot be read. The other projects were linted; their refs to this one were not
    judged.

    Why:
        A project that nobody could look at is not a clean one.
    To do:
        Write the artifact anew: `dbt parse` in the project, or `mesh build`.
    """,
)
META_WRONG = engine_rule(
    "LNT003",
    "meta-mesh-wrong",
    severity="error",
    doc="""
    `meta.mesh` of a public model cannot be read: a key that nobody knows, or a value of another type. The rules about
    products were not asked about this project.

    Why:
        A promise with a typing error is silently no promise.
    To do:
        Correct the key; docs/meta.md has all of them.
    """,
)
SUPPRESSION = engine_rule(
    "SUP001",
    "suppression-idle",
    severity="warn",
    doc="""
    A suppression is unused, expired, without a reason, or of a rule that does not exist.

    Why:
        What nobody needs any more hides the next finding of the same rule; what nobody explains cannot be reviewed.
    To do:
        Remove it, give it a reason, or a later date if it is still right. `mesh lint --fix` removes unused ones.
    """,
)
BASELINE = engine_rule(
    "SUP002",
    "baseline-entry-gone",
    severity="info",
    doc="""
    An entry of the baseline no longer occurs: somebody has mended it.

    Why:
        The entry would hide the finding if it came back.
    To do:
        Run `mesh lint --write-baseline`, which takes it out.
    """,
)
