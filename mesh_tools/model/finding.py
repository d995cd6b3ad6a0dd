"""What a lint rule reports, once the engine has resolved its severity, its place, and whether somebody accepts it."""

from __future__ import annotations

from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import Literal

from msgspec import Struct

from mesh_tools.errors import Location

Severity = Literal["off", "info", "warn", "error"]
Side = Literal["producer", "consumer", "mesh"]
"""Who can mend a finding that concerns two projects."""
State = Literal["new", "known", "suppressed"]
"""``known``: it was there at the base, or is in the baseline. ``suppressed``: somebody answers for it, in writing."""

SEVERITIES: tuple[Severity, ...] = ("off", "info", "warn", "error")

_DIGITS = 12


class Suppression(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a finding is not told.

    Attributes:
        source: Where it is written: ``inline`` (meta.mesh.ignore), ``policy`` (mesh.yml, lint.yml) or ``baseline``.
        reason: In words.
        until: ISO date of its last day.
        where: The place of the suppression itself.
    """

    source: Literal["inline", "policy", "baseline"]
    reason: str = ""
    until: str | None = None
    where: Location | None = None


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is not as a rule wants it.

    Attributes:
        code: Of the rule, such as ``PUB001``.
        name: Of the rule, such as ``public-model-without-contract``.
        severity: Resolved: of the rule, the preset, the policy of the mesh, that of the project.
        project: The project that can mend it; empty for the whole mesh.
        domain: The domain that owns the project.
        side: Which side of a border that project is on.
        kind: What it is about: ``model``, ``column``, ``source``, ``ref``, ``project``, ``mesh``, ...
        subject: Its label: ``operations.flights.v2``.
        message: What is wrong with it, in one sentence without a full stop that goes on from the subject.
        hint: What to do.
        key: Tells it from others of the same rule and subject.
        where: The place at fault, as far as it is known.
        path: The file at fault, relative to its project; what policies match by path.
        fixable: Whether ``--fix`` mends it.
        state: Whether it counts.
        suppression: Who answers for it, if anybody does.
    """

    code: str
    name: str
    severity: Severity
    project: str
    domain: str = ""
    side: Side = "producer"
    kind: str
    subject: str
    message: str
    hint: str = ""
    key: str = ""
    where: Location | None = None
    path: str = ""
    fixable: bool = False
    state: State = "new"
    suppression: Suppression | None = None

    @property
    def fingerprint(self) -> str:
        """12 hex digits of what it is about: the same when its words, its severity or its line change."""
        return fingerprint_of(self.code, self.kind, self.subject, self.key)


def fingerprint_of(code: str, kind: str, subject: str, key: str = "") -> str:
    """The fingerprint of a finding of rule ``code`` about ``subject``; see :attr:`Finding.fingerprint`."""
    text = f"[{quoted(code)}, {quoted(kind)}, {quoted(subject)}, {quoted(key)}]"
    return sha256(text.encode()).hexdigest()[:_DIGITS]
