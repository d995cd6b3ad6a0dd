"""The reference mesh is clean under every rule; one edit of it raises the very rule that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mesh_tools.lint.registry import built_in
from support.lint_cases import DbtServer, lint
from support.lint_mutations import MutatedMesh, copy_of, mutations
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("mutations")]

MUTATIONS = mutations()
ASKED = {code for code, rule in built_in().items() if rule.check is not None}


@pytest.fixture(scope="module")
def mutated(reference_mesh: BuiltMesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MutatedMesh]:
    """A copy of the built reference mesh, with the catalog of each project."""
    root = copy_of(reference_mesh.root, tmp_path_factory.mktemp("mutated") / "mesh")
    server = DbtServer()
    for project in sorted((root / "projects").iterdir()):
        if (project / "dbt_project.yml").is_file():
            server.run(project, ["--quiet", "deps"], ["--quiet", "docs", "generate"])
            (project / "target" / "manifest.json").unlink()
            (project / "target" / "run_results.json").unlink(missing_ok=True)
    yield MutatedMesh(root, server)
    server.close()


def test_the_reference_mesh_is_clean_under_every_rule(mutated: MutatedMesh) -> None:
    report = lint(mutated.root, "--select", "ALL")
    shown = [f"{finding['code']} {finding['subject']} {finding['message']}" for finding in report["findings"]]
    assert shown == []


def test_every_rule_is_asked_of_the_reference_mesh(mutated: MutatedMesh) -> None:
    report = lint(mutated.root, "--select", "ALL")
    assert [f"{one['code']} needs {one['need']}" for one in report["not_checked"]] == []


def test_every_rule_has_a_mutation() -> None:
    assert ASKED - {case["code"] for case in MUTATIONS} == set()


@pytest.mark.parametrize("case", MUTATIONS, ids=[f"{case['code']}-{number}" for number, case in enumerate(MUTATIONS)])
def test_an_edit_raises_exactly_its_rule(case: dict[str, Any], mutated: MutatedMesh) -> None:
    assert mutated.codes(case) == {case["code"], *case.get("also", ())}
