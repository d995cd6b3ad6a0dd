"""Meshes of manifests that nobody had to parse, and what `mesh lint` says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from mesh_tools.cli.main import main as mesh
from support.lint_cases import in_folder
from support.manifests import write_manifest


class Said(NamedTuple):
    """How `mesh` ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def codes(self) -> list[str]:
        """Codes of the findings that count."""
        return [finding["code"] for finding in self.report["findings"] if finding["state"] == "new"]


def write_mesh(root: Path, projects: Mapping[str, list[dict[str, Any]]], lint: Mapping[str, Any] | None = None) -> Path:
    """A mesh of projects with these nodes."""
    for name, nodes in projects.items():
        write_manifest(root / name, name, *nodes)
        (root / name / "dbt_project.yml").write_text(f"name: {name}\nprofile: {name}\n", encoding="utf-8")
    settings = {"name": "tried", "projects": list(projects), "lint": dict(lint or {})}
    (root / "mesh.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return root


def lint(root: Path, *arguments: str, form: str = "json") -> Said:
    """Run `mesh lint` in ``root``."""
    out, err = StringIO(), StringIO()
    code = 0
    with in_folder(root), redirect_stdout(out), redirect_stderr(err):
        try:
            mesh(["lint", "--format", form, *arguments])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Said(code, out.getvalue(), err.getvalue())
