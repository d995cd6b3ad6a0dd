"""The baseline: findings that were there when the rules came, in a file that is reviewed like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.finding import Finding

_REMEDY = "mend it by hand, or write it anew: `mesh lint --write-baseline`"


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding that does not count.

    Attributes:
        code: Of the rule.
        project: Who can mend it; empty for the mesh.
        subject: What it is about.
        kind: Of the subject.
        key: Tells it from others of the rule about the same subject.
        fingerprint: What it is known by.
    """

    code: str
    project: str = ""
    subject: str
    kind: str
    key: str = ""
    fingerprint: str


class Baseline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of lint-baseline.json.

    Attributes:
        version: Of its form.
        findings: Sorted, so that two branches rarely change the same lines.
    """

    version: int = 1
    findings: tuple[Entry, ...] = ()

    @property
    def by_fingerprint(self) -> Mapping[str, Entry]:
        """The entries by what they are known by."""
        return {entry.fingerprint: entry for entry in self.findings}


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        MeshError: it is not there, or is none; with the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "`mesh lint --write-baseline` makes one of today's findings"
        raise MeshError(f"the baseline cannot be read: {error.strerror}", where=Location.of(path), hint=hint) from None
    try:
        return msgspec.json.decode(data, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _wrong(path, data) from None


def write_baseline(path: Path, entries: Iterable[Entry]) -> bool:
    """Write a baseline, the same bytes for the same findings.

    Returns:
        Whether it has changed.

    Raises:
        MeshError: it cannot be written.
    """
    unique = {entry.fingerprint: entry for entry in entries}
    ordered = sorted(unique.values(), key=lambda one: (one.project, one.code, one.subject, one.key, one.fingerprint))
    # One line for each, so that a finding that is mended is one line of the diff.
    lines = [json.dumps(msgspec.to_builtins(entry), ensure_ascii=False) for entry in ordered]
    body = ",\n".join(f"    {line}" for line in lines)
    text = '{\n  "version": 1,\n  "findings": [' + (f"\n{body}\n  ]\n}}\n" if lines else "]\n}\n")
    try:
        return write_atomically(path, text.encode())
    except OSError as error:
        raise MeshError(f"the baseline cannot be written: {error.strerror}", where=Location.of(path)) from None


def entries_to_write(findings: Iterable[Finding], before: Baseline, is_judged: Callable[[Entry], bool]) -> list[Entry]:
    """What a new baseline holds: what is found now, and what this run could not judge of the old one.

    Args:
        findings: Of this run. What somebody answers for in writing, and what the engine itself reports, stays out.
        before: The baseline so far.
        is_judged: Whether this run would have found an entry again.
    """
    kept = [entry for entry in before.findings if not is_judged(entry)]
    return [*kept, *(_entry(finding) for finding in findings if _belongs(finding))]


def _belongs(finding: Finding) -> bool:
    answered = finding.suppression is not None and finding.suppression.source != "baseline"
    return not answered and finding.code[:3] not in {"LNT", "SUP"}


def _entry(finding: Finding) -> Entry:
    return Entry(
        code=finding.code,
        project=finding.project,
        subject=finding.subject,
        kind=finding.kind,
        key=finding.key,
        fingerprint=finding.fingerprint,
    )


def _wrong(path: Path, data: bytes) -> MeshError:
    """What is wrong, with its line: JSON first, then what it says, which a YAML reader can place."""
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        where = Location.of(path, error.lineno, error.colno)
        return MeshError(f"the baseline is no JSON: {error.msg}", where=where, hint=_REMEDY)
    except ValueError:
        return MeshError("the baseline is no UTF-8", where=Location.of(path), hint=_REMEDY)
    try:
        YamlFile.read(path).typed(Baseline)
    except MeshError as error:
        return MeshError(f"the baseline is none: {error.message}", where=error.where, hint=_REMEDY)
    return MeshError("the baseline is none", where=Location.of(path), hint=_REMEDY)
