"""Finding the projects of a mesh, and reading what their own files declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.mesh.discovery import discover
from mesh_tools.model.project import Project


def _write(root: Path, files: dict[str, str]) -> MeshConfig:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return MeshConfig.read(root / "mesh.yml")


def _one(root: Path, dbt_project: str, **files: str) -> Project:
    """The project ``a`` of a mesh of one."""
    others = {f"a/{name}.yml": text for name, text in files.items()}
    config = _write(root, {"mesh.yml": "name: m\nprojects: [a]\n", "a/dbt_project.yml": dbt_project} | others)
    (project,) = discover(config)
    return project


def _names(root: Path, projects: str, folders: tuple[str, ...]) -> list[str]:
    files = {f"{folder}/dbt_project.yml": f"name: {folder.replace('/', '_').strip('._')}\n" for folder in folders}
    return [
        project.name for project in discover(_write(root, {"mesh.yml": f"name: m\nprojects: {projects}\n"} | files))
    ]


@pytest.mark.parametrize(
    ("projects", "found"),
    [
        pytest.param("[p/b, p/a]", ["p_b", "p_a"], id="in the order of mesh.yml"),
        pytest.param("[p/*]", ["p_a", "p_b"], id="a glob, by folder name"),
        pytest.param("[p/*/]", ["p_a", "p_b"], id="a glob that ends with a slash"),
        pytest.param("[p/b, p/*]", ["p_b", "p_a"], id="each once"),
        pytest.param("['p/[ab]', q]", ["p_a", "p_b", "q"], id="a set of letters"),
        pytest.param("['**']", ["p_a", "p_a_nested", "p_b", "q"], id="at any depth"),
    ],
)
def test_projects_are_found_by_path_and_glob(projects: str, found: list[str], tmp_path: Path) -> None:
    assert _names(tmp_path, projects, ("p/a", "p/b", "p/a/nested", "q")) == found


def test_a_glob_finds_no_project_in_what_dbt_and_mesh_install(tmp_path: Path) -> None:
    folders = ("a", "a/dbt_packages/dbt_utils", "a/.mesh/fleet", "a/target/x", ".venv/dbt/starter")
    assert _names(tmp_path, "['**']", folders) == ["a"]


def test_the_mesh_may_be_its_only_project(tmp_path: Path) -> None:
    files = {"mesh.yml": "name: m\nprojects: [.]\n", "dbt_project.yml": "name: shop\n"}
    assert [project.path for project in discover(_write(tmp_path, files))] == [tmp_path.resolve()]


def test_projects_may_lie_beside_the_mesh(tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "dbt_project.yml").write_text("name: other\n", encoding="utf-8")
    for entry in ("../other", "../oth*"):
        config = _write(tmp_path / "mesh", {"mesh.yml": f"name: m\nprojects: ['{entry}']\n"})
        assert [project.name for project in discover(config)] == ["other"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param("b", "projects: there is no folder 'b'", id="no such folder"),
        pytest.param("empty", "projects: 'empty' is no dbt project: it has no dbt_project.yml", id="no dbt project"),
        pytest.param("file", "projects: there is no folder 'file'", id="a file"),
        pytest.param("b/*", "projects: 'b/*' matches no dbt project", id="a glob without a match"),
        pytest.param("/x/*", "projects: '/x/*' is no glob", id="an absolute glob"),
    ],
)
def test_an_entry_that_finds_nothing_is_told_with_its_line(entry: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    config = _write(
        tmp_path, {"mesh.yml": f"name: m\nprojects:\n  - a\n  - {entry!r}\n", "a/dbt_project.yml": "name: a\n"}
    )
    with pytest.raises(MeshError) as caught:
        discover(config)
    assert caught.value.message.startswith(message)
    assert caught.value.where is not None
    assert caught.value.where.line == 4


def test_two_projects_of_one_name_are_both_named(tmp_path: Path) -> None:
    files = {"a/dbt_project.yml": "name: shop\n", "b/dbt_project.yml": "# a copy\nname: shop\n"}
    config = _write(tmp_path, {"mesh.yml": "name: m\nprojects: [a, b]\n"} | files)
    with pytest.raises(MeshError, match="two projects are called 'shop'") as caught:
        discover(config)
    assert caught.value.where is not None
    assert Path(caught.value.where.path).parts[-2:] == ("b", "dbt_project.yml")
    assert caught.value.where.line == 2
    assert str(Path("a/dbt_project.yml")) in (caught.value.hint or "")


def test_a_project_that_says_nothing_has_dbts_own_defaults(tmp_path: Path) -> None:
    project = _one(tmp_path, "name: shop\n")
    assert project.path == (tmp_path / "a").resolve()
    assert (project.domain, project.profile) == ("shop", None)
    assert (project.target_path, project.packages_install_path) == ("target", "dbt_packages")
    assert project.resource_paths == {
        "model-paths": ("models",),
        "seed-paths": ("seeds",),
        "snapshot-paths": ("snapshots",),
        "test-paths": ("tests",),
        "analysis-paths": ("analyses",),
        "macro-paths": ("macros",),
        "function-paths": ("functions",),
    }
    assert (project.upstreams, project.packages) == ((), ())


def test_a_project_may_name_its_own_folders(tmp_path: Path) -> None:
    text = """\
name: shop
profile: warehouse
model-paths: [models, marts]
seed-paths: data
test-paths:
target-path: out
packages-install-path: vendor
"""
    project = _one(tmp_path, text)
    assert project.profile == "warehouse"
    assert project.resource_paths["model-paths"] == ("models", "marts")
    assert project.resource_paths["seed-paths"] == ("data",)
    assert project.resource_paths["test-paths"] == ("tests",)
    assert (project.target_path, project.packages_install_path) == ("out", "vendor")


def test_jinja_that_dbt_alone_can_render_counts_as_not_said(tmp_path: Path) -> None:
    text = "name: shop\nprofile: \"{{ env_var('P') }}\"\ntarget-path: \"{{ env_var('T') }}\"\n"
    project = _one(tmp_path, text, packages="packages:\n  - git: \"{{ env_var('URL') }}\"\n    revision: main\n")
    assert (project.profile, project.target_path) == (None, "target")
    assert [(package.kind, package.source) for package in project.packages] == [("git", "{{ env_var('URL') }}")]


def test_upstreams_and_packages_are_read_with_their_lines(tmp_path: Path) -> None:
    dependencies = """\
projects:
  - name: operations
  - name: reference
packages:
  - package: dbt-labs/dbt_utils
    version: 1.3.0
  - local: ../../macros
"""
    project = _one(tmp_path, "name: shop\n", dependencies=dependencies, packages="packages:\n  - tarball: x.tar.gz\n")
    assert [(upstream.name, upstream.where.line) for upstream in project.upstreams] == [
        ("operations", 2),
        ("reference", 3),
    ]
    assert [(package.kind, package.source, package.where.line) for package in project.packages] == [
        ("package", "dbt-labs/dbt_utils", 5),
        ("local", "../../macros", 7),
        ("tarball", "x.tar.gz", 2),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "projects:\npackages:\n", "projects: []\n"])
def test_dependencies_that_say_nothing(text: str, tmp_path: Path) -> None:
    assert _one(tmp_path, "name: shop\n", dependencies=text).upstreams == ()


@pytest.mark.parametrize(
    ("file", "text", "message", "line"),
    [
        pytest.param("dbt_project", "name: shop\nmodels: [\n", "YAML syntax", 3, id="project: syntax"),
        pytest.param("dbt_project", "profile: x\n", "'name' is missing: dbt needs it", 1, id="project: no name"),
        pytest.param("dbt_project", "", "'name' is missing: dbt needs it", None, id="project: empty"),
        pytest.param("dbt_project", "- name\n", "expected keys and values", 1, id="project: a list"),
        pytest.param("dbt_project", "x: 1\nname: 7\n", "'name' is missing: dbt needs it", 2, id="project: a number"),
        pytest.param("dbt_project", "x: 1\nname: a-b\n", "'a-b' cannot be a project name", 2, id="project: bad name"),
        pytest.param("dbt_project", "name: '{{ x }}'\n", "'{{ x }}' cannot be a project name", 1, id="project: Jinja"),
        pytest.param("dependencies", "projects:\n - name: [\n", "YAML syntax", 3, id="dependencies: syntax"),
        pytest.param("dependencies", "projects: operations\n", "'projects' must be a list of", 1, id="upstreams: text"),
        pytest.param("dependencies", "a: 1\nprojects: [x]\n", "'projects' must be a list of", 2, id="upstreams: texts"),
        pytest.param(
            "dependencies",
            "projects:\n  - name: a\n  - nme: b\n",
            "an upstream project needs a 'name'",
            3,
            id="no name",
        ),
        pytest.param(
            "dependencies", "projects:\n  - name: ../b\n", "'../b' cannot be a project name", 2, id="upstream: bad name"
        ),
        pytest.param(
            "dependencies",
            "projects:\n  - name: a\n  - name: shop\n",
            "a project cannot be its own upstream",
            3,
            id="upstream: itself",
        ),
        pytest.param("packages", "packages: {local: x}\n", "'packages' must be a list of", 1, id="packages: a mapping"),
    ],
)
def test_a_broken_file_of_a_project_is_told_with_its_line(
    file: str, text: str, message: str, line: int | None, tmp_path: Path
) -> None:
    files = {"dbt_project": "name: shop\n"} | {file: text}
    config = _write(
        tmp_path, {"mesh.yml": "name: m\nprojects: [a]\n"} | {f"a/{name}.yml": body for name, body in files.items()}
    )
    with pytest.raises(MeshError, match=message.replace("{", r"\{")) as caught:
        discover(config)
    assert caught.value.where is not None
    assert caught.value.where.path.endswith(f"{file}.yml")
    assert caught.value.where.line == line


def test_the_domain_is_the_one_that_mesh_yml_names(tmp_path: Path) -> None:
    files = {"a/dbt_project.yml": "name: orders\n", "b/dbt_project.yml": "name: stock\n"}
    text = "name: m\nprojects: [a, b]\ndomains: {sales: {projects: [orders]}}\n"
    assert [project.domain for project in discover(_write(tmp_path, {"mesh.yml": text} | files))] == ["sales", "stock"]
