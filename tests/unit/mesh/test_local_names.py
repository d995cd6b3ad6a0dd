"""The names that a project's own files give, so that a one-argument ref is known to stay at home."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.local_names import LocalNames, local_names
from mesh_tools.model.project import Project


def _names(root: Path, files: dict[str, str]) -> LocalNames:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    paths: dict[str, tuple[str, ...]] = {
        "model-paths": ("models",),
        "snapshot-paths": ("snapshots",),
        "seed-paths": ("seeds",),
    }
    return local_names(Project(name="p", path=root, domain="p", resource_paths=paths, where=Location("x")))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"models/marts/flights.sql": ""}, "flights", id="SQL model"),
        pytest.param({"models/forecast.py": ""}, "forecast", id="Python model"),
        pytest.param({"models/flights_v2.sql": ""}, "flights", id="versioned model"),
        pytest.param({"models/flights.v2.sql": ""}, "flights", id="versioned model, with a dot"),
        pytest.param({"models/flights_v2.1.sql": ""}, "flights", id="version that is a float"),
        pytest.param({"models/flights_v2.sql": ""}, "flights_v2", id="model that is called like a version"),
        pytest.param(
            {
                "models/flights_vbeta.sql": "",
                "models/a.yml": "models:\n  - name: flights\n    versions:\n      - v: beta\n",
            },
            "flights",
            id="version that is a word",
        ),
        pytest.param(
            {"models/a.yml": "models:\n  - name: flights\n    versions:\n      - {v: 1, defined_in: old_flights}\n"},
            "flights",
            id="versioned model in a file of another name",
        ),
        pytest.param({"seeds/x/airports.csv": ""}, "airports", id="seed"),
        pytest.param({"snapshots/s.sql": "{%- snapshot history -%}\n"}, "history", id="snapshot block"),
        pytest.param({"snapshots/s.sql": "{% snapshot a %}\n{% snapshot b %}"}, "b", id="second snapshot of a file"),
        pytest.param({"snapshots/s.yml": "snapshots:\n  - name: history\n"}, "history", id="snapshot in YAML"),
        pytest.param({"models/s.yml": "seeds:\n  - name: airports\n"}, "airports", id="seed described beside models"),
    ],
)
def test_a_name_of_its_own(files: dict[str, str], name: str, tmp_path: Path) -> None:
    assert name in _names(tmp_path, files).nodes


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"models/a.yml": "models:\n  - name: flights\n"}, "flights", id="described alone"),
        pytest.param(
            {"models/a.yml": "models:\n  - name: flights\n    versions:\n      - v: 1\n"}, "flights", id="no such file"
        ),
        pytest.param({"models/flights.md": ""}, "flights", id="a page"),
        pytest.param({"macros/flights.sql": ""}, "flights", id="a macro"),
        pytest.param({"seeds/flights.sql": ""}, "flights", id="SQL among the seeds"),
        pytest.param({"models/flights_very.sql": ""}, "flights", id="no version"),
    ],
)
def test_no_name_of_its_own(files: dict[str, str], name: str, tmp_path: Path) -> None:
    assert name not in _names(tmp_path, files).nodes


def test_described_models_have_their_places(tmp_path: Path) -> None:
    text = "models:\n  - name: a\n  - name: b\n  - name: a\nseeds:\n  - name: c\n"
    described = _names(tmp_path, {"models/x.yml": text}).described
    assert {name: where.line for name, where in described.items()} == {"a": 2, "b": 3}


@pytest.mark.parametrize("text", ["", "- a\n", "models: x\n", "models:\n  - x\n", "models:\n  - name: [x]\n", "a: 1\n"])
def test_yaml_that_names_nothing(text: str, tmp_path: Path) -> None:
    assert _names(tmp_path, {"models/a.yml": text}) == LocalNames(frozenset(), {})


def test_seeds_of_installed_packages_are_not_its_own(tmp_path: Path) -> None:
    for path in (tmp_path / "own.csv", tmp_path / "dbt_packages" / "utils" / "other.csv"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    paths: dict[str, tuple[str, ...]] = {"model-paths": (), "snapshot-paths": (), "seed-paths": (".",)}
    project = Project(name="p", path=tmp_path, domain="p", resource_paths=paths, where=Location("x"))
    assert local_names(project).nodes == {"own"}


def test_yaml_that_cannot_be_parsed_is_told(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="YAML syntax"):
        _names(tmp_path, {"models/a.yml": "models: [\n"})
