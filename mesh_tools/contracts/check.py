"""What `mesh contract check` finds: is the interface accepted as it is, and is what was promised before still kept?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.contracts.acknowledgements import day_of
from mesh_tools.contracts.compare import Comparison
from mesh_tools.contracts.gate import Gated, GateResult
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.model.change import Change, Hit
from mesh_tools.model.interface import Interface, ProductVersion, product_key

FindingKind = Literal[
    "stale", "not_accepted", "not_up_to_date", "breaking", "dangerous", "consumer", "version", "overdue", "not_checked"
]

_DEPRECATION_SET = "CHG043"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that a check found.

    Attributes:
        kind: What it is about.
        error: Whether the check fails by it; else it is a warning.
        subject: Project, product version or change.
        message: In one sentence, without a full stop.
        hint: What to do.
        fingerprint: Of the change, if it is about one.
    """

    kind: FindingKind
    error: bool = True
    subject: str
    message: str
    hint: str = ""
    fingerprint: str = ""


def stale(project: str, reason: str | None) -> Iterator[Finding]:
    """A manifest that is not of the project as it is now: what it promises cannot be told from it."""
    if reason:
        yield Finding(
            kind="stale",
            subject=project,
            message=reason,
            hint="run `dbt parse` in the project before the check (`dbt compile`, so that its SQL is known, too)",
        )


def up_to_date(project: str, accepted: Interface | None, present: Interface) -> Iterator[Finding]:
    """Whether the interface.yml says what the project promises."""
    if accepted is None and not present.products:
        return
    if accepted is None:
        yield Finding(
            kind="not_accepted",
            subject=project,
            message=f"{project} has no interface.yml",
            hint=f"run `mesh contract accept {project}`, and commit what it writes",
        )
    elif accepted.fingerprint != present.fingerprint:
        yield Finding(
            kind="not_up_to_date",
            subject=project,
            message=f"the interface.yml of {project} is not what the project promises now",
            hint=f"run `mesh contract accept {project}`, and commit what it writes",
        )


def due_process(result: GateResult, project: str) -> Iterator[Finding]:
    """What is breaking, and what is dangerous with nobody to answer for it."""
    for entry in result.refused:
        change = entry.verdict.change
        yield Finding(
            kind="breaking",
            subject=change.label,
            message=f"{change.rule} {change.name}: {change.message}",
            hint=mending(change),
            fingerprint=change.fingerprint,
        )
    for entry in result.open:
        change = entry.verdict.change
        because = entry.why or "nobody has acknowledged it"
        yield Finding(
            kind="dangerous",
            subject=change.label,
            message=f"{change.rule} {change.name}: {change.message}; {because}",
            hint=f'run `mesh contract accept {project} --ack {change.fingerprint} --reason "..."`',
            fingerprint=change.fingerprint,
        )


def mending(change: Change) -> str:
    """How a breaking change is made not to be one: what the page of its rule says, and the command for it."""
    rule = RULES.get(change.rule)
    advice = " ".join((rule.doc if rule else "").partition("To do:\n")[2].split()) or "undo it"
    command = f": `mesh contract new-version {change.project}.{change.product}`" if "new version" in advice else ""
    return f"{advice[:1].lower()}{advice[1:].removesuffix('.')}{command}"


def settled(result: GateResult, accepted: Interface | None) -> GateResult:
    """``result`` without deprecation dates that were long enough ahead when they were accepted."""
    entries = tuple(
        replace(entry, state="safe") if entry.state == "open" and _was_announced(entry, accepted) else entry
        for entry in result.entries
    )
    return replace(result, entries=entries)


def _was_announced(entry: Gated, accepted: Interface | None) -> bool:
    change = entry.verdict.change
    if change.rule != _DEPRECATION_SET or accepted is None:
        return False
    product = accepted.product(change.product)
    version = product.version(change.v) if product else None
    return version is not None and version.deprecation_date is not None and version.deprecation_date == change.new


def overdue(present: Interface, today: date) -> Iterator[Finding]:
    """Versions that outlive the date on which they were to end."""
    for product in present.products:
        for version in product.versions:
            end = day_of(version.deprecation_date or "")
            if end is not None and end < today:
                key = product_key(product.name, version.v)
                yield Finding(
                    kind="overdue",
                    error=False,
                    subject=f"{present.project}.{key}",
                    message=f"{present.project}.{key} was to end on {end.isoformat()}, and is still there",
                    hint=f"remove it (`mesh impact {present.project}.{key}` says who reads it), or date it later",
                )


def numbering(comparison: Comparison, accepted: Interface | None) -> Iterator[Finding]:
    """Semantic versions that do not go as far as the changes since the base ask for; of what is up to date else."""
    needed = comparison.new if accepted is not None and accepted.fingerprint == comparison.new.fingerprint else None
    for product in needed.products if needed else ():
        known = accepted.product(product.name) if accepted else None
        for version in product.versions:
            written = known.version(version.v) if known else None
            if written is not None and _number(written) < _number(version):
                subject = f"{comparison.project}.{product_key(product.name, version.v)}"
                yield Finding(
                    kind="version",
                    subject=subject,
                    message=f"{subject} is {written.semantic_version} in its interface.yml; what has changed since "
                    f"{comparison.base.label} makes it {version.semantic_version}",
                    hint=f"run `mesh contract accept {comparison.project} --base {comparison.base.label}`",
                )


def _number(version: ProductVersion) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.semantic_version.split(".")[-2:])


def fit(comparison: Comparison, result: GateResult) -> Iterator[Finding]:
    """Consumers on record that would break, were the present interface published."""
    for entry in result.refused:
        change = entry.verdict.change
        for hit in entry.verdict.hits:
            if hit.effect == "breaking":
                yield Finding(
                    kind="consumer",
                    subject=hit.label,
                    message=f"{hit.label} does not fit any more: {change.label}, {change.message}{_detail(hit)}",
                    hint=f"{comparison.base.label} is what it reads today; {mending(change)}",
                    fingerprint=change.fingerprint,
                )


def not_checked(subject: str, message: str, hint: str | None = None) -> Finding:
    """What could not be checked, and is not known to be good."""
    return Finding(kind="not_checked", error=False, subject=subject, message=message, hint=hint or "")


def _detail(hit: Hit) -> str:
    return f" ({hit.detail})" if hit.detail else ""
