"""One project, parsed by several versions of dbt, has the same findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.linting import Linting, Wanted
from mesh_tools.model.finding import Finding
from support.meshes import REPOSITORY

VERSIONS = REPOSITORY / "tests" / "cases" / "manifests" / "versions"
MANIFESTS = {path.stem: path for path in sorted(VERSIONS.glob("*.json"))}


def findings_of(manifest: Path) -> list[Finding]:
    linting = Linting.of_manifests([manifest], wanted=Wanted(preset=("strict", "privacy")))
    return list(linting.run().findings)


@pytest.mark.parametrize("version", MANIFESTS)
def test_every_version_of_dbt_gives_the_same_findings(version: str) -> None:
    """In the same words, about the same subjects, at the same places."""
    expected = findings_of(MANIFESTS["dbt_1.11"])
    assert len({finding.code for finding in expected}) >= 10
    assert findings_of(MANIFESTS[version]) == expected
