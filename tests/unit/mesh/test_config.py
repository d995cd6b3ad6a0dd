"""mesh.yml: what is accepted, and what each wrong one is told.

``tests/cases/mesh_yml`` holds the files: ``good/``, ``bad/``, and ``expected.yml`` with what each bad one is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mesh_tools.errors import MeshError
from mesh_tools.mesh.config import ExternalUpstream, MeshConfig, RegistrySettings, json_schema
from mesh_tools.mesh.yaml_file import YamlFile

CASES = Path(__file__).parents[2] / "cases" / "mesh_yml"
GOOD = sorted((CASES / "good").glob("*.yml"))
BAD = sorted((CASES / "bad").glob("*.yml"))
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "expected.yml").read_text(encoding="utf-8"))
SCHEMA = json_schema()


def _stem(path: Path) -> str:
    return path.stem


def _config(folder: Path, text: str) -> MeshConfig:
    path = folder / "mesh.yml"
    path.write_text(text, encoding="utf-8")
    return MeshConfig.read(path)


class TestGoodFiles:
    @pytest.mark.parametrize("path", GOOD, ids=_stem)
    def test_they_are_read(self, path: Path) -> None:
        assert MeshConfig.read(path).file.name == "shop"

    @pytest.mark.parametrize("path", [path for path in GOOD if path.stem != "empty_sections"], ids=_stem)
    def test_the_json_schema_accepts_them(self, path: Path) -> None:
        jsonschema.validate(YamlFile.read(path).value, SCHEMA)

    def test_everything_that_can_be_said(self) -> None:
        config = MeshConfig.read(CASES / "good" / "everything.yml")
        assert config.registry == RegistrySettings("s3://bucket/registry", {"profile": "mesh", "anon": False})
        assert list(config.environments) == ["dev", "prod", "2024"]
        assert config.default_environment == "prod"
        assert config.environment("dev")[1].threads == 8
        assert config.environment(None) == ("prod", config.environments["prod"])
        assert config.data_folder("dev") == config.root / ".mesh/data/dev"
        assert config.file.sync.stubs == "all"
        assert config.file.upstreams == {"finance": ExternalUpstream("https://example.com/manifest.json")}
        assert [config.domain_of(project) for project in ("orders", "returns", "stock")] == ["sales", "sales", "stock"]
        assert config.file.contracts.base == "origin/main"
        assert config.file.contracts.grace_days == 30
        assert config.file.contracts.acknowledge_days == 14
        assert [config.profile_of(name) for name in ("orders", "stock", "returns")] == ["meaning", "shape", "shape"]

    def test_the_defaults_make_a_mesh_on_duckdb(self) -> None:
        config = MeshConfig.read(CASES / "good" / "smallest.yml")
        assert config.default_environment == "dev"
        assert config.environment(None)[1].storage == "duckdb"
        assert config.data_folder("dev") == config.root / ".mesh/data/dev"
        assert config.registry == RegistrySettings(".mesh/registry")

    def test_anchors_and_merges_mean_what_yaml_says(self) -> None:
        environments = MeshConfig.read(CASES / "good" / "anchors.yml").environments
        assert [environment.threads for environment in environments.values()] == [2, 2, 1]


class TestBadFiles:
    def test_each_has_an_expectation(self) -> None:
        assert EXPECTED.keys() == {path.stem for path in BAD}

    @pytest.mark.parametrize("path", BAD, ids=_stem)
    def test_each_is_told_what_is_wrong_and_where(self, path: Path) -> None:
        expected = EXPECTED[path.stem]
        with pytest.raises(MeshError) as caught:
            MeshConfig.read(path)
        error = caught.value
        assert error.message == expected["message"]
        assert error.hint == expected.get("hint")
        assert error.where is not None
        assert error.where.path.endswith(path.name)
        assert error.where.line == expected.get("line")

    @pytest.mark.parametrize("path", [path for path in BAD if EXPECTED[path.stem].get("schema")], ids=_stem)
    def test_the_json_schema_refuses_what_it_can(self, path: Path) -> None:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(path.read_bytes()), SCHEMA)


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_unknown_environment_is_told_the_nearest(tmp_path: Path) -> None:
    config = _config(tmp_path, "name: x\nprojects: [a]\nenvironments:\n  production: {}\n")
    with pytest.raises(MeshError, match="no environment 'prodction' in mesh") as caught:
        config.environment("prodction")
    assert caught.value.hint == "did you mean 'production'?"
    assert caught.value.where is not None
    assert caught.value.where.line == 3
    with pytest.raises(MeshError) as caught:
        config.environment("xyz")
    assert caught.value.hint == "known: production"


class TestFind:
    def test_the_nearest_above_is_found(self, tmp_path: Path) -> None:
        _config(tmp_path, "name: outer\nprojects: [a]\n")
        inner = tmp_path / "a" / "b" / "c"
        inner.mkdir(parents=True)
        assert MeshConfig.find(inner).file.name == "outer"
        _config(tmp_path / "a", "name: inner\nprojects: [a]\n")
        assert MeshConfig.find(inner).file.name == "inner"

    def test_a_folder_called_mesh_yml_is_none(self, tmp_path: Path) -> None:
        _config(tmp_path, "name: outer\nprojects: [a]\n")
        (tmp_path / "a" / "mesh.yml").mkdir(parents=True)
        assert MeshConfig.find(tmp_path / "a").file.name == "outer"

    def test_none_above_names_the_command_that_makes_one(self, tmp_path: Path) -> None:
        with pytest.raises(MeshError, match=r"no mesh.yml in this folder or above it") as caught:
            MeshConfig.find(Path(tmp_path.anchor) / "no_such_folder")
        assert "mesh init" in (caught.value.hint or "")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MeshError, match="cannot be read: No such file"):
            MeshConfig.read(tmp_path / "other.yml")


def test_places_are_shown_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MeshError) as caught:
        _config(tmp_path, "name: x\nprojects: [a]\nregistri: y\n")
    assert str(caught.value) == "unknown key 'registri'\n  --> mesh.yml:3:1\n  hint: did you mean 'registry'?"
