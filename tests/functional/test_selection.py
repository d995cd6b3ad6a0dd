"""Inside a project, a selector means what `dbt ls` says that it means.

``tests/cases/selection/dbt_ls.yml`` holds the selectors. Of a project that reads others, its own nodes are compared:
``docs/selection.md`` tells what differs for the products that it reads.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.manifests import newest_manifest
from mesh_tools.build.selection import parse_selection
from mesh_tools.errors import MeshError
from mesh_tools.mesh.summary import is_stub
from mesh_tools.mesh.workspace import Workspace
from support import dbt_ls
from support.meshes import REPOSITORY, BuiltMesh
from support.warm import warm_environment

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

CASES: dict[str, list[Any]] = yaml.safe_load(
    (REPOSITORY / "tests" / "cases" / "selection" / "dbt_ls.yml").read_text(encoding="utf-8")
)
_BUILT = ("model", "seed", "snapshot", "test", "unit_test")


def _options(case: str | list[str]) -> tuple[str, str | None]:
    return (case, None) if isinstance(case, str) else (case[0], case[1])


@cache
def listed(folder: Path, project: str) -> list[list[str]]:
    """What dbt lists for each case of ``project``."""
    options = [_options(case) for case in CASES[project]]
    commands = [
        ["--select", *select.split(), *(["--exclude", *exclude.split()] if exclude else [])]
        for select, exclude in options
    ]
    done = subprocess.run(
        [sys.executable, dbt_ls.__file__],
        cwd=folder,
        env=warm_environment(),
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def selected(workspace: Workspace, manifest: Manifest, case: str | list[str]) -> set[str]:
    """The project's own nodes that the case selects."""
    name = manifest.project
    select, exclude = _options(case)
    # No project has this name: what dbt takes for the package's name is no word of the mesh here.
    parsed = parse_selection([select], [exclude] if exclude else [], ["the_mesh"])
    try:
        found = parsed.resolve({name: manifest}, {}, {name: workspace.project(name).path}, workspace.root).nodes
    except MeshError as error:
        assert "nothing" in error.message  # noqa: PT017 - dbt lists nothing then
        return set()
    return _own(found[name] or _all(manifest), name)


def _all(manifest: Manifest) -> set[str]:
    return {resource.unique_id for resource in manifest.resources() if not is_stub(resource)}


def _own(unique_ids: Any, project: str) -> set[str]:
    parts = {unique_id: unique_id.split(".") for unique_id in unique_ids}
    return {unique_id for unique_id, (kind, package, *_) in parts.items() if kind in _BUILT and package == project}


@pytest.mark.parametrize(
    ("project", "number"),
    [(project, number) for project, cases in CASES.items() for number in range(len(cases))],
    ids=str,
)
def test_own_nodes_are_those_that_dbt_lists(reference_mesh: BuiltMesh, project: str, number: int) -> None:
    workspace = Workspace.open(reference_mesh.root)
    manifest = read_manifest(newest_manifest(workspace, workspace.project(project), "dev"))
    case, dbt = CASES[project][number], set(listed(workspace.project(project).path, project)[number])
    ours = selected(workspace, manifest, case)
    more = _own(dbt, project) - ours
    assert ours <= dbt
    assert more == {test for test in more if _has_stub(manifest, test, dbt)}


def _has_stub(manifest: Manifest, test: str, selected: set[str]) -> bool:
    """Whether a test is selected for a parent of another project alone."""
    node = manifest.nodes.get(test)
    parents = set(node.depends_on.nodes) & selected if node else set()
    return (
        bool(parents)
        and not _own(parents, manifest.project)
        and node is not None
        and node.unique_id.startswith("test.")
    )
