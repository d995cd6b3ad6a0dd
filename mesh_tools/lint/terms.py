"""What a run of the linter is given besides the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from mesh_tools.errors import MeshError
from mesh_tools.lint.baseline import Entry
from mesh_tools.model.interface import Interface


class Terms(Struct, frozen=True, kw_only=True):
    """What is decided about findings besides the policy.

    Attributes:
        today: Against which dates are held.
        baseline: Entries of the baseline, by fingerprint.
        baseline_file: Its path, relative to ``root``.
        known: Fingerprints at the base, with :attr:`Finding.project`; ``None``: everything counts.
        name: Of the mesh.
        root: Of mesh.yml.
        upstream: Interfaces of producers that have no manifest here.
        needs_mesh: Whether the mesh is wanted although no rule needs it.
        reported: Projects whose findings are told, the others are only read; ``None``: all, and the mesh.
        unread: Projects that nobody could read, with the reason.
    """

    today: date
    baseline: Mapping[str, Entry] = {}
    baseline_file: str = ""
    known: frozenset[str] | None = None
    name: str = ""
    root: Path | None = None
    upstream: Mapping[str, Interface] = {}
    needs_mesh: bool = False
    reported: frozenset[str] | None = None
    unread: tuple[tuple[str, MeshError], ...] = ()
