"""A finding before anything was decided about it: what is kept when its subject is gone."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.errors import Location
from mesh_tools.lint.fixes.fix import Fix
from mesh_tools.lint.places.place import Place, YamlPlace
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.subjects import Raised, Subject
from mesh_tools.model.finding import Severity, fingerprint_of


class Pending(Struct, frozen=True, kw_only=True):
    """What a rule has raised.

    Attributes:
        rule: Which.
        project: Who can mend it; empty for the mesh.
        reporter: The project whose files ``place`` is in.
        kind: Of the subject.
        subject: Its label.
        message: What is wrong.
        hint: What to do; empty: see the rule's page.
        key: Tells it from others.
        place: What is at fault.
        path: The file that policies match.
        fix: What mends it.
        covered_by: Labels whose inline suppressions cover it.
        where: The place, where it is known already; ``place`` then only names the file.
        severity: Instead of the rule's, unless a policy has named one.
    """

    rule: Rule
    project: str
    reporter: str
    kind: str
    subject: str
    message: str
    hint: str = ""
    key: str = ""
    place: Place
    path: str
    fix: Fix | None = None
    covered_by: tuple[str, ...] = ()
    where: Location | None = None
    severity: Severity | None = None

    @property
    def fingerprint(self) -> str:
        """See :attr:`mesh_tools.model.finding.Finding.fingerprint`."""
        return fingerprint_of(self.rule.code, self.kind, self.subject, self.key)


def pending_of(rule: Rule, subject: Subject, raised: str | Raised) -> Pending:
    """What ``rule`` has raised about ``subject``."""
    if isinstance(raised, str):
        raised = Raised(message=raised)
    elif not isinstance(raised, Raised):
        raise TypeError(f"a rule yields texts, or what `raised` of its subject gives, not {raised!r:.80}")
    subject = raised.about or subject
    owner = subject.owner
    return Pending(
        rule=rule,
        project=owner if raised.project is None else raised.project,
        reporter=owner,
        kind=subject.kind,
        subject=subject.label,
        message=raised.message,
        hint=raised.hint,
        key=raised.key,
        place=raised.place or subject.place,
        path=subject.path,
        fix=raised.fix,
        covered_by=_covered_by(subject, raised.place),
        severity=raised.severity,
    )


def _covered_by(subject: Subject, place: Place | None) -> tuple[str, ...]:
    """Its own cover, and the column in whose entry ``place`` is: of that, too, meta.mesh.ignore counts."""
    steps = place.steps if isinstance(place, YamlPlace) else ()
    columns = (step[1] for step in steps if not isinstance(step, str) and step[0] == "columns")
    return (*subject.covered_by, *(f"{subject.label}.{name}" for name in columns))
