"""Refs are found in the files that dbt reads them from, each with its place, and nowhere else.

``tests/cases/refs`` holds the files, and ``expected.yaml`` what is found in each.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.refs import refs_in_file, refs_in_sql, resource_files, scan_refs
from mesh_tools.model.project import Project

CASES = Path(__file__).parents[2] / "cases" / "refs"
EXPECTED: dict[str, list[str]] = yaml.safe_load((CASES / "expected.yaml").read_text(encoding="utf-8"))


def _project(root: Path, **paths: tuple[str, ...]) -> Project:
    defaults = {"model-paths": ("models",), "macro-paths": ("macros",), "snapshot-paths": ("snapshots",)}
    resource_paths = defaults | {key.replace("_", "-"): value for key, value in paths.items()}
    return Project(name="p", path=root, domain="p", resource_paths=resource_paths, where=Location("dbt_project.yml"))


def _write(root: Path, *names: str, text: str = "{{ ref('a') }}") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_each_file_has_an_expectation() -> None:
    assert EXPECTED.keys() == {path.name for path in CASES.iterdir()} - {"expected.yaml"}


@pytest.mark.parametrize("name", EXPECTED)
def test_refs_of_a_file(name: str) -> None:
    found = dict.fromkeys(f"{ref.where.line}:{ref.where.column} {ref}" for ref in refs_in_file(CASES / name))
    assert list(found) == EXPECTED[name]


def test_the_place_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, "models/a.sql", text="\n{{ ref('a') }}")
    (ref,) = scan_refs(_project(tmp_path))
    assert str(ref.where) == f"{Path('models/a.sql')}:2:4"


def test_a_project_is_searched_in_the_folders_that_it_names_each_file_once(tmp_path: Path) -> None:
    _write(tmp_path, "models/b.sql", "models/x/a.sql", "models/c.yaml", "models/d.py", "macros/m.sql")
    _write(tmp_path, "models/readme.md", "models/e.csv", "seeds/s.yml", "elsewhere/e.sql", "models.sql")
    (tmp_path / "models" / "folder.sql").mkdir()
    project = _project(tmp_path, model_paths=("models", "models/x", "not_there"))
    found = [path.relative_to(tmp_path).as_posix() for path in resource_files(project)]
    assert found == ["models/b.sql", "models/c.yaml", "models/d.py", "models/x/a.sql", "macros/m.sql"]
    assert [path.name for path in resource_files(project, ("macro-paths",))] == ["m.sql"]


def test_yaml_that_cannot_be_parsed_is_told_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, "models/a.yml", text="models:\n  - name: [\n# ref('x')\n")
    with pytest.raises(MeshError, match="YAML syntax") as caught:
        scan_refs(_project(tmp_path))
    assert caught.value.where is not None
    assert caught.value.where.path.endswith("a.yml")


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="cannot be read: No such file"):
        refs_in_file(tmp_path / "a.sql")


def test_bytes_that_are_no_text_do_not_hide_the_refs(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"-- caf\xe9\nselect * from {{ ref('a') }}")
    (ref,) = refs_in_file(tmp_path / "a.sql")
    assert (ref.name, ref.where.line) == ("a", 2)


def test_python_nested_without_end_has_no_refs(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", text="x = dbt.ref('a')\n" + "(" * 5000 + ")" * 5000)
    assert refs_in_file(tmp_path / "a.py") == []


def test_a_large_file_of_unclosed_blocks_is_searched_in_no_time() -> None:
    text = "{{ ref('a') }} '" * 2_000
    assert len(list(refs_in_sql(text, "a.sql"))) == 2_000


PIECES = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "raw",
    "endraw",
    "ref(",
    "'a'",
    '"b"',
    ")",
    ",",
    "v=",
    "2",
    "\n",
    " ",
    "'",
]
PYTHON = ["dbt", ".ref(", "'a'", ")", "\n", "v=2", ",", "(", "[", "#", '"""', "f'", "\\d", "é", "\0", "\f"]
YAML = ["a: ", "- ", "\n", "  ", "ref('a')", "|\n", ">\n", "'", '"', "&x ", "*x", "{", "}", "description: ", "\u2028"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=30))
def test_any_sql_is_searched_and_places_lie_in_the_file(text: str) -> None:
    for ref in refs_in_sql(text, "a.sql"):
        _assert_place(ref.where, text)


@pytest.mark.parametrize(("suffix", "pieces"), [(".sql", PIECES), (".py", PYTHON), (".yml", YAML)])
def test_any_file_is_searched_or_refused_and_places_lie_in_it(suffix: str, pieces: list[str], tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    chance = random.Random(7)  # noqa: S311 - not a secret
    for _ in range(2_000):
        text = "ref " + "".join(chance.choices(pieces, k=chance.randint(1, 25)))
        path.write_bytes(text.encode())
        try:
            refs = refs_in_file(path)
        except MeshError:
            continue
        for ref in refs:
            _assert_place(ref.where, text)


def _assert_place(where: Location, text: str) -> None:
    assert where.line is not None
    assert where.column is not None
    lines = text.split("\n")
    assert 1 <= where.line <= len(lines)
    assert 1 <= where.column <= len(lines[where.line - 1]) + 1


PROJECT_FILE = """\
name: p
# {{ ref('comment') }}
on-run-start: "insert into log {{ ref('a', 'starts') }}"
on-run-end:
  - "{{ log_end(ref('a', 'ends')) }}"
  - sql: >-
      {# {{ ref('jinja_comment') }} #}
      {{ ref('a', 'later') }}
models:
  p:
    +post-hook: ["{% if x %}{{ ref('a', 'hooked', v=2) }}{% endif %}", "ref('a', 'outside_of_jinja')"]
"""


def test_hooks_of_the_project_file_are_searched_inside_jinja(tmp_path: Path) -> None:
    _write(tmp_path, "dbt_project.yml", text=PROJECT_FILE)
    _write(tmp_path, "models/m.sql", text="{{ ref('m') }}")
    for paths in (("models",), (".",)):
        refs = scan_refs(_project(tmp_path, model_paths=paths))
        assert [(ref.where.line, str(ref)) for ref in refs] == [
            (3, "ref('a', 'starts')"),
            (5, "ref('a', 'ends')"),
            (8, "ref('a', 'later')"),
            (11, "ref('a', 'hooked', v=2)"),
            (1, "ref('m')"),
        ]


def test_what_dbt_and_mesh_write_is_not_searched(tmp_path: Path) -> None:
    generated = ("out/compiled/m.sql", "vendor/utils/m.sql", ".mesh/fleet/m.sql", "marts/.hidden/m.sql")
    _write(tmp_path, "m.sql", "marts/target/m.sql", *generated)
    for folder in (".", "marts/.."):
        project = replace(_project(tmp_path, model_paths=(folder,)), target_path="out", packages_install_path="vendor")
        found = [path.relative_to(tmp_path).as_posix() for path in resource_files(project)]
        assert found == ["m.sql", "marts/target/m.sql"]


def test_a_folder_that_the_project_names_is_searched_whatever_it_is_called(tmp_path: Path) -> None:
    _write(tmp_path, ".models/m.sql")
    assert [path.name for path in resource_files(_project(tmp_path, model_paths=(".models",)))] == ["m.sql"]
