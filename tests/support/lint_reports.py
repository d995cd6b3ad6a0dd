"""Reports for tests of the formats, and random ones of what nobody should be called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mesh_tools.errors import Location
from mesh_tools.lint.outcome import NotChecked
from mesh_tools.lint.registry import built_in
from mesh_tools.model.finding import Finding, Suppression
from mesh_tools.report.lint.report import Report

FOLDER = Path("/repo/sub")
"""Where the reports' runs took place: below the root of the repository."""

HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "a\n::error file=x::injected",
    "\u202egnp.exe",
    "]]></failure><x>&amp;",
    "| a | b |\n\n# title",
    "@everyone #1 <script>alert(1)</script> ![x](http://x/y.png)",
    "```\n</details>",
    "\x00\x0b\x7f\x9b\ud800\ufffe",
    "%0A::warning::x, y: z",
)


def finding(**changes: Any) -> Finding:
    """A finding of PUB001, with changes."""
    plain: dict[str, Any] = {
        "code": "PUB001",
        "name": "public-model-without-contract",
        "severity": "error",
        "project": "shop",
        "domain": "shop",
        "kind": "model",
        "subject": "shop.orders",
        "message": "is public, but enforces no contract",
        "hint": "set `contract: {enforced: true}`",
        "where": Location("shop/models/orders.yml", 3, 5),
        "path": "models/orders.sql",
    }
    return Finding(**(plain | changes))


def report(*findings: Finding, **changes: Any) -> Report:
    """A report of these findings."""
    plain: dict[str, Any] = {
        "mesh": "example",
        "projects": ("shop",),
        "rules": built_in(),
        "folder": FOLDER,
        "root": FOLDER.parent,
    }
    return Report(findings=findings, **(plain | changes))


_MARKUP = "`|@#<>[]()!*_\\&:%,\n\r\x1b\u202e"
TEXTS = st.text(max_size=60) | st.sampled_from(HOSTILE) | st.text(alphabet=_MARKUP, max_size=40)
_PLACES = st.builds(Location, TEXTS, st.none() | st.integers(1, 99), st.none() | st.integers(1, 99))
_SUPPRESSIONS = st.builds(Suppression, source=st.sampled_from(["inline", "policy", "baseline"]), reason=TEXTS)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding with any texts in it."""
    state = draw(st.sampled_from(["new", "new", "known", "suppressed"]))
    texts = {key: draw(TEXTS) for key in ("project", "domain", "subject", "message", "hint", "key", "kind", "path")}
    return finding(
        **texts,
        severity=draw(st.sampled_from(["error", "warn", "info"])),
        code=draw(st.sampled_from(["PUB001", "REF004", "ORG999"])),
        where=draw(st.none() | _PLACES),
        state=state,
        suppression=draw(_SUPPRESSIONS) if state == "suppressed" else None,
    )


REPORTS = st.builds(
    lambda found, mesh, need, projects: report(
        *found,
        mesh=mesh,
        projects=tuple(projects),
        asked={name: frozenset({"PUB001"}) for name in projects},
        not_checked=(NotChecked(code="CMP005", need=need, projects=tuple(projects)),),
    ),
    st.lists(findings(), max_size=6),
    TEXTS,
    TEXTS,
    st.lists(TEXTS, max_size=3, unique=True),
)
