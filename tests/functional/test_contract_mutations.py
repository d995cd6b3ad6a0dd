"""Edits of the reference mesh that dbt misjudges or does not see: parsed by dbt, judged by `mesh contract diff`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("contract mutations")]

CASES: list[dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "tests" / "cases" / "mutations" / "reference_mesh.yml").read_text(encoding="utf-8")
)
PROJECTS = sorted({case["project"] for case in CASES})


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory, landed_data: Path) -> dict[str, list[dict[str, Any]]]:
    """The changes of each project, with all its edits made at once: a case looks at its own product and columns."""
    mesh = BuiltMesh(tmp_path_factory.mktemp("mutated"))
    for name in ("mesh.yml", "macros", "projects"):
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, mesh.root / name)
    (mesh.root / ".mesh").mkdir()
    (mesh.root / ".mesh" / "landing").symlink_to(landed_data)
    mesh.run("mesh", "sync", *(f"--select={project}" for project in PROJECTS))
    return {project: _changes(mesh, project) for project in PROJECTS}


def _changes(mesh: BuiltMesh, project: str) -> list[dict[str, Any]]:
    cases = [case for case in CASES if case["project"] == project]
    folder = f"projects/{project}"
    mesh.run("dbt", "deps", "--quiet", folder=folder)
    manifests = []
    for side in ("given", "when"):
        for edit in (edit for case in cases for edit in case.get(side, ())):
            _edit(mesh.root / folder, **edit)
        mesh.run("dbt", "parse", "--quiet", folder=folder)
        manifests.append(shutil.copy(mesh.root / folder / "target" / "manifest.json", mesh.root / f"{side}.json"))
    base, head = manifests
    # Outside the mesh, where nobody is known who reads the products.
    (mesh.root / "outside").mkdir(exist_ok=True)
    done = mesh.run(
        *("mesh", "contract", "diff", "--base", str(base), "--head", str(head), "--format", "json"),
        folder="outside",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return list(_listed(json.loads(done.stdout)))


def _listed(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for project in document["projects"]:
        yield from project["changes"]


def _edit(project: Path, file: str, old: str, new: str, after: str = "") -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    start = text.index(after)
    assert old in text[start:], f"{file}: {old!r} is not there"
    path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_each_edit_is_judged_as_consumers_would(case: dict[str, Any], changes: dict[str, list[dict[str, Any]]]) -> None:
    found = {
        change["id"]: change["class"]
        for change in changes[case["project"]]
        if change["product"] == case["product"] and sorted(map(str.lower, change["columns"])) == case["columns"]
    }
    assert found == case["expect"]


def test_there_are_no_other_changes(changes: dict[str, list[dict[str, Any]]]) -> None:
    expected = {(case["project"], case["product"], *case["columns"], rule) for case in CASES for rule in case["expect"]}
    found = {
        (project, change["product"], *map(str.lower, change["columns"]), change["id"])
        for project, listed in changes.items()
        for change in listed
    }
    assert found == expected
