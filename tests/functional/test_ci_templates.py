"""The GitHub action, the GitLab template and the hooks: valid, and run as their runners run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.meshes import REPOSITORY, BuiltMesh
from support.repositories import commit, repository
from support.warm import warm_variables

pytestmark = pytest.mark.dbt

ACTION = REPOSITORY / ".github" / "actions" / "mesh" / "action.yml"
TEMPLATE = REPOSITORY / ".gitlab" / "mesh.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
PAGE = REPOSITORY / "docs" / "ci.md"
INSTALLED = ("mesh_tools", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
BAD_YML = "models: [{name: people, config: {access: public}}]\n"


@pytest.fixture
def mesh(tmp_path: Path) -> BuiltMesh:
    """One project without a finding, committed."""
    mesh = BuiltMesh(repository(tmp_path / "mesh with blanks"))
    mesh.write("mesh.yml", "name: small\nprojects: [staff]\nlint: {preset: none, rules: {PUB001: error}}\n")
    mesh.write(".gitignore", ".mesh/\ntarget/\nlogs/\nprofiles.yml\n")
    mesh.project("staff", {"models/people.sql": "select 1 as person_id"})
    commit(mesh.root)
    return mesh


def bash(script: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """As both runners have it: a step ends with the first command that fails."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**warm_variables(), "PATH": PATH, "HOME": os.environ["HOME"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


# Valid


def validate(*arguments: str | Path) -> None:
    subprocess.run([Path(sys.executable).with_name("check-jsonschema"), *arguments], check=True, capture_output=True)


def test_the_action_and_the_template_are_valid() -> None:
    """By the schemas that SchemaStore publishes."""
    validate("--builtin-schema", "vendor.github-actions", ACTION)
    validate("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", TEMPLATE)


def test_the_hooks_are_valid() -> None:
    command = Path(sys.executable).with_name("pre-commit")
    subprocess.run([command, "validate-manifest", HOOKS], check=True, capture_output=True)


def test_the_snippets_of_the_page_are_valid(tmp_path: Path) -> None:
    """And name inputs, variables and hooks that there are."""
    snippets = {
        next(iter(yaml.safe_load(text))): text
        for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    }
    for first, schema in (("name", "vendor.github-workflows"), ("include", "vendor.gitlab-ci")):
        file = tmp_path / f"{first}.yml"
        file.write_text(snippets[first], encoding="utf-8")
        validate("--builtin-schema", schema, file)
    steps = yaml.safe_load(snippets["name"])["jobs"]["check"]["steps"]
    assert steps[1]["with"].keys() <= action()["inputs"].keys()
    variables = yaml.safe_load(snippets["include"])["mesh-check"]["variables"]
    assert variables.keys() <= template()["variables"].keys()
    used = yaml.safe_load(snippets["repos"])["repos"][0]["hooks"]
    known = {hook["id"] for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))}
    assert {hook["id"] for hook in used} <= known


def test_the_page_explains_every_input_output_and_hook() -> None:
    page = PAGE.read_text(encoding="utf-8")
    hooks = [hook["id"] for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))]
    names = [*action()["inputs"], *action()["outputs"], *hooks, *(n for n in template()["variables"] if n[0] == "M")]
    assert [name for name in names if f"`{name}`" not in page] == []


# The GitHub action


def action() -> dict[str, Any]:
    return yaml.safe_load(ACTION.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def step(name: str) -> dict[str, Any]:
    return next(one for one in action()["runs"]["steps"] if one.get("name") == name)


def run_step(mesh: BuiltMesh, name: str, inputs: Mapping[str, str], **runner: str) -> subprocess.CompletedProcess[str]:
    """Run a step with these inputs; the others have their defaults."""
    given = {key: one.get("default", "") for key, one in action()["inputs"].items()} | dict(inputs)
    known = {f"inputs.{key}": value for key, value in given.items()} | {"github.action_path": str(ACTION.parent)}
    written = step(name)
    variables = {
        key: re.sub(r"\$\{\{ (\S+) \}\}", lambda m: known[str(m[1])], text) for key, text in written["env"].items()
    }
    temporary = mesh.root.parent
    files = {"GITHUB_OUTPUT": str(temporary / "output"), "GITHUB_STEP_SUMMARY": str(temporary / "summary")}
    return bash(written["run"], mesh.root, {**variables, **files, "RUNNER_TEMP": str(temporary), **runner})


def outputs(mesh: BuiltMesh) -> dict[str, str]:
    lines = (mesh.root.parent / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_no_input_of_the_action_can_become_a_command() -> None:
    """Expressions are put into the text of a script before the shell sees it."""
    scripts = [one["run"] for one in action()["runs"]["steps"] if "run" in one]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_the_action_passes_with_a_summary_and_fails_with_annotations(mesh: BuiltMesh) -> None:
    done = run_step(mesh, "Check", {"args": "--env  dev staff"})
    assert done.returncode == 0, done.stderr
    assert outputs(mesh)["verdict"] == "passed"
    assert "### mesh check: passed" in Path(mesh.root.parent, "summary").read_text(encoding="utf-8")
    mesh.write("staff/models/people.yml", BAD_YML)
    done = run_step(mesh, "Check", {})
    assert done.returncode == 1
    assert "::error file=staff/models/people.yml,line=1," in done.stdout
    assert outputs(mesh)["verdict"] == "failed"
    found = json.loads(Path(outputs(mesh)["sarif"]).read_text(encoding="utf-8"))
    assert "PUB001" in {one["ruleId"] for one in found["runs"][0]["results"]}


def test_the_action_takes_the_target_branch_of_a_pull_request_as_its_base(mesh: BuiltMesh) -> None:
    done = run_step(mesh, "Check", {}, GITHUB_BASE_REF="main")
    assert done.returncode == 2
    assert "git knows no 'origin/main' here" in done.stderr
    assert outputs(mesh) == {"verdict": "error"}
    done = run_step(mesh, "Check", {"base": "main"}, GITHUB_BASE_REF="main")
    assert done.returncode == 0, done.stderr
    assert "0 changed since main" in done.stdout


@pytest.mark.parametrize("hostile", ["$(touch hit)", "; touch hit", "`touch hit`", "' && touch hit '", "*"])
def test_hostile_inputs_are_arguments_and_no_commands(mesh: BuiltMesh, hostile: str) -> None:
    assert run_step(mesh, "Check", {"args": hostile}).returncode == 2
    assert run_step(mesh, "Check", {"base": hostile}).returncode == 2
    assert not (mesh.root / "hit").exists()


def test_the_action_installs_its_own_revision_with_extras(mesh: BuiltMesh) -> None:
    """What it asks pip for, and that pip can tell what that is."""
    pretended = mesh.root.parent / "bin"
    pretended.mkdir()
    (pretended / "python").write_text('#!/bin/sh\nfor each in "$@"; do echo "[$each]"; done\n', encoding="utf-8")
    (pretended / "python").chmod(0o755)
    path = {"PATH": f"{pretended}{os.pathsep}{PATH}"}
    own, *more = run_step(mesh, "Install", {"packages": "dbt-core dbt-postgres"}, **path).stdout.split()[5:]
    folder, _, extras = own.strip("[]").partition("[")
    assert Path(folder).resolve() == REPOSITORY
    assert extras == "duckdb"
    assert more == ["[dbt-core]", "[dbt-postgres]"]
    told = run_step(mesh, "Install", {"version": "mesh-tools==1.0", "extras": ""}, **path).stdout.split()
    assert told[5:] == ["[mesh-tools==1.0]"]


# The GitLab template


def template() -> dict[str, Any]:
    return yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))["mesh-check"]  # type: ignore[no-any-return]


def test_the_gitlab_job_leaves_its_reports_whatever_it_finds(mesh: BuiltMesh) -> None:
    job = template()
    script = "\n".join(job["script"])
    variables = {**job["variables"], "CI_PROJECT_DIR": str(mesh.root)}
    assert bash(script, mesh.root, variables).returncode == 0
    mesh.write("staff/models/people.yml", BAD_YML)
    done = bash(script, mesh.root, {**variables, "MESH_ARGS": "--changed --env dev", "MESH_BASE": "HEAD"})
    assert done.returncode == 1, done.stderr
    reports = job["artifacts"]["reports"]
    issues = json.loads((mesh.root / reports["codequality"]).read_text(encoding="utf-8"))
    assert "staff/models/people.yml" in {issue["location"]["path"] for issue in issues}
    assert "<failure" in (mesh.root / reports["junit"]).read_text(encoding="utf-8")
    assert "mesh check: failed" in (mesh.root / job["artifacts"]["paths"][0]).read_text(encoding="utf-8")


def test_the_gitlab_job_counts_from_the_base_of_the_merge_request(mesh: BuiltMesh) -> None:
    job = template()
    script = "\n".join(job["script"])
    variables = {**job["variables"], "CI_PROJECT_DIR": str(mesh.root), "CI_MERGE_REQUEST_DIFF_BASE_SHA": "0" * 40}
    done = bash(script, mesh.root, variables)
    assert done.returncode == 2
    assert f"git knows no '{'0' * 40}' here" in done.stderr


# Hooks


def test_the_hooks_pass_then_fail_after_a_bad_edit(mesh: BuiltMesh, tmp_path: Path) -> None:
    """Installed by pre-commit itself, from this checkout."""
    checkout = repository(tmp_path / "mesh-tools")
    for name in INSTALLED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, checkout / name)
    hooks = [{"id": "mesh-sync"}, {"id": "mesh-lint"}, {"id": "mesh-check"}]
    config = {"repos": [{"repo": str(checkout), "rev": commit(checkout), "hooks": hooks}]}
    mesh.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    mesh.run("dbt", "parse", "--quiet", folder=_synced(mesh))
    commit(mesh.root)
    home = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    done = mesh.run("pre-commit", "run", "--all-files", env=home)
    assert re.findall(r"\.(Passed|Failed)$", done.stdout, re.MULTILINE) == ["Passed"] * 3
    mesh.write("staff/models/people.yml", BAD_YML)
    mesh.run("dbt", "parse", "--quiet", folder="staff")
    done = mesh.run("pre-commit", "run", "--all-files", "mesh-lint", env=home, check=False)
    assert done.returncode == 1, done.stdout
    assert "PUB001" in done.stdout
    done = mesh.run("pre-commit", "run", "--all-files", "mesh-check", env=home, check=False)
    assert done.returncode == 1, done.stdout
    assert "failed: lint of staff; contract of staff" in done.stdout


def _synced(mesh: BuiltMesh) -> str:
    mesh.run("mesh", "sync")
    return "staff"
