"""Edits of the reference mesh, one at a time, and what the linter says to each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from support.lint_cases import DbtServer, lint, run_quietly
from support.meshes import REPOSITORY

CASES = REPOSITORY / "tests" / "cases" / "lint" / "mutations"
_ARTIFACTS = ("catalog", "run_results", "sources")


def mutations() -> list[dict[str, Any]]:
    """All cases, by file and then as they stand there."""
    return [case for path in sorted(CASES.glob("*.yml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


class MutatedMesh:
    """A built mesh that is edited, linted, and put back.

    Args:
        root: Of the mesh; its projects were built, and have their packages.
        server: Runs dbt.
    """

    def __init__(self, root: Path, server: DbtServer) -> None:
        self.root = root
        self._server = server
        self._clean: dict[str, set[str]] = {}

    def codes(self, case: Mapping[str, Any]) -> set[str]:
        """The codes of the findings that are there with the edits of ``case``, and not without."""
        with self._policy(case.get("lint") or {}):
            before = self._clean_fingerprints(json.dumps(case.get("lint"), default=str))
            with self._edited(case):
                after = self._findings()
        return {finding["code"] for finding in after if finding["fingerprint"] not in before}

    def _clean_fingerprints(self, policy: str) -> set[str]:
        if policy not in self._clean:
            self._clean[policy] = {finding["fingerprint"] for finding in self._findings()}
        return self._clean[policy]

    def _findings(self) -> list[dict[str, Any]]:
        report = lint(self.root, "--select", "ALL")
        return [finding for finding in report["findings"] if finding["state"] == "new"]

    @contextmanager
    def _edited(self, case: Mapping[str, Any]) -> Iterator[None]:
        project = self.root / "projects" / case["project"]
        touched = [_target(self.root, project, edit) for edit in case.get("edits", ())]
        artifacts = [
            project / "target" / f"{name}.json" for name in ("catalog", "run_results", "sources") if name in case
        ]
        kept = {path: path.read_bytes() if path.is_file() else None for path in (*touched, *artifacts)}
        try:
            for edit, path in zip(case.get("edits", ()), touched, strict=True):
                _edit(path, edit)
            self._parse(project, case)
            for path in artifacts:
                _overlay(path, case[path.stem])
            yield
        finally:
            for path, data in kept.items():
                path.unlink(missing_ok=True) if data is None else path.write_bytes(data)
            # What the build has left is the newest manifest again.
            (project / "target" / "manifest.json").unlink(missing_ok=True)
            (project / "target" / "run_results.json").unlink(missing_ok=True)

    def _parse(self, project: Path, case: Mapping[str, Any]) -> None:
        if not case.get("edits"):
            return
        if case.get("sync"):
            run_quietly(self.root, "sync", "--select", case["project"])
        command = "compile" if case.get("compile") else "parse"
        steps = [["--quiet", "deps"]] if case.get("sync") else []
        self._server.run(project, *steps, ["--quiet", command])

    @contextmanager
    def _policy(self, lint_settings: Mapping[str, Any]) -> Iterator[None]:
        path = self.root / "mesh.yml"
        text = path.read_text(encoding="utf-8")
        if lint_settings:
            content = yaml.safe_load(text)
            content["lint"] = _merged(content.get("lint") or {}, lint_settings)
            path.write_text(yaml.safe_dump(content), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def copy_of(mesh: Path, target: Path) -> Path:
    """A copy of a built mesh, links kept."""
    shutil.copytree(mesh, target, symlinks=True)
    return target


def _target(root: Path, project: Path, edit: Mapping[str, Any]) -> Path:
    file = str(edit["file"])
    return root / file.removeprefix("/") if file.startswith("/") else project / file


def _edit(path: Path, edit: Mapping[str, Any]) -> None:
    if "text" in edit:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit["text"], encoding="utf-8")
    elif edit.get("remove"):
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8")
        if "append" in edit:
            path.write_text(text + edit["append"], encoding="utf-8")
            return
        start = text.index(edit.get("after", ""))
        assert edit["old"] in text[start:], f"{path}: {edit['old']!r} is not there"
        path.write_text(text[:start] + text[start:].replace(edit["old"], edit["new"], 1), encoding="utf-8")


def _overlay(path: Path, content: Mapping[str, Any]) -> None:
    """Change parts of an artifact: mappings are merged, all else takes the place of what was there."""
    document = json.loads(path.read_bytes()) if path.is_file() else {}
    path.write_text(json.dumps(_merged(document, content), default=str), encoding="utf-8")


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new
