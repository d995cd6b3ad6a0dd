"""One clear error for every file that is no artifact, and where in the file it goes wrong."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.artifacts.catalog import read_catalog
from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.artifacts.run_results import read_run_results
from mesh_tools.artifacts.sources import read_sources
from mesh_tools.errors import ExitCode, MeshError

CASES = Path(__file__).parents[2] / "cases" / "manifests" / "dbt_1"
READERS: dict[str, Callable[[Path], Any]] = {
    "manifest": read_manifest,
    "catalog": read_catalog,
    "run_results": read_run_results,
    "sources": read_sources,
}
SCHEMA = {"manifest": "manifest/v12", "catalog": "catalog/v1", "run_results": "run-results/v6", "sources": "sources/v3"}


def _header(schema: str) -> bytes:
    url = f"https://schemas.getdbt.com/dbt/{schema}.json"
    return json.dumps({"metadata": {"dbt_schema_version": url, "dbt_version": "9.9.9"}}).encode()


def _error(read: Callable[[Path], Any], path: Path) -> MeshError:
    with pytest.raises(MeshError) as caught:
        read(path)
    error = caught.value
    assert error.exit_code is ExitCode.USAGE
    assert error.where is not None
    assert error.hint
    assert "\n" not in error.message
    assert not error.message.endswith(".")
    return error


@pytest.mark.parametrize("kind", READERS)
def test_real_artifacts_are_read(kind: str) -> None:
    assert READERS[kind](CASES / f"{kind}.json").metadata.dbt_version == "1.11.16"


@pytest.mark.parametrize("kind", READERS)
class TestEveryArtifact:
    def test_missing(self, kind: str, tmp_path: Path) -> None:
        error = _error(READERS[kind], tmp_path / f"{kind}.json")
        assert error.message == f"there is no {kind}.json"
        assert "run `dbt " in (error.hint or "")

    def test_in_a_folder_that_is_a_file(self, kind: str, tmp_path: Path) -> None:
        (tmp_path / "target").touch()
        error = _error(READERS[kind], tmp_path / "target" / f"{kind}.json")
        assert error.message == f"{kind}.json cannot be read: Not a directory"

    def test_a_folder(self, kind: str, tmp_path: Path) -> None:
        assert "cannot be read: Is a directory" in _error(READERS[kind], tmp_path).message

    def test_empty(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.touch()
        assert _error(READERS[kind], path).message == f"{kind}.json is empty"

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_truncated(self, kind: str, share: float, tmp_path: Path) -> None:
        data = (CASES / f"{kind}.json").read_bytes()
        path = tmp_path / f"{kind}.json"
        path.write_bytes(data[: int(len(data) * share)])
        assert "is cut off: its end is missing" in _error(READERS[kind], path).message

    def test_not_json_is_told_with_its_line(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(b'{\n "metadata": {},\n "results": oops\n}')
        error = _error(READERS[kind], path)
        assert error.message.endswith("is not JSON: invalid character")
        assert error.where is not None
        assert error.where.line == 3

    @pytest.mark.parametrize(
        "data",
        [b"<html><body>502 Bad Gateway</body></html>", b"\x1f\x8b\x08\x00", "{}".encode("utf-16")],
        ids=["a web page", "compressed", "UTF-16"],
    )
    def test_something_else_altogether(self, kind: str, data: bytes, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(data)
        assert "is not JSON: invalid character" in _error(READERS[kind], path).message

    @pytest.mark.parametrize("data", [b'{"a": 1}', b"[]", b"null", b"1", b'"x"', b'{"metadata": {}}', b"[[[[]]]]"])
    def test_json_of_another_tool(self, kind: str, data: bytes, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(data)
        assert "of dbt: it names no dbt schema" in _error(READERS[kind], path).message

    def test_another_artifact_is_named(self, kind: str, tmp_path: Path) -> None:
        other = "catalog" if kind != "catalog" else "manifest"
        path = tmp_path / f"{kind}.json"
        path.write_bytes((CASES / f"{other}.json").read_bytes())
        assert f"this is a dbt {other}, not a " in _error(READERS[kind], path).message

    def test_a_newer_schema_asks_for_an_upgrade(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(_header(SCHEMA[kind].partition("/")[0] + "/v99"))
        error = _error(READERS[kind], path)
        assert "has schema v99 (dbt 9.9.9)" in error.message
        assert "upgrade mesh-tools" in (error.hint or "")

    def test_the_schema_of_today_is_read(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(_header(SCHEMA[kind]))
        READERS[kind](path)

    def test_a_schema_number_without_end_is_no_schema(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(_header(SCHEMA[kind] + "9" * 5000))
        assert "names no dbt schema" in _error(READERS[kind], path).message

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'], ids=["lists", "objects"])
    def test_nested_without_end(self, kind: str, opening: bytes, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(b'{"x":' + opening * 100_000)
        assert "nested deeper than dbt ever writes" in _error(READERS[kind], path).message

    def test_not_utf_8(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"{kind}.json"
        path.write_bytes(_header(SCHEMA[kind]).replace(b"9.9.9", b"\xff"))
        assert "is not UTF-8" in _error(READERS[kind], path).message

    @settings(deadline=None)
    @given(data=st.binary(max_size=100), start=st.integers(0, 10_000), length=st.integers(0, 10))
    def test_mutations_give_an_artifact_or_one_error(
        self, kind: str, data: bytes, start: int, length: int, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.getbasetemp() / f"mutated_{kind}.json"
        real = (CASES / f"{kind}.json").read_bytes()
        path.write_bytes(real[:start] + data + real[start + length :])
        try:
            READERS[kind](path)
        except MeshError as error:
            assert "\n" not in error.message  # noqa: PT017 - either outcome is good


def test_an_error_inside_a_node_of_unknown_company_closes_the_file(tmp_path: Path) -> None:
    """Undecoded nodes would hold on to the mapped file."""
    path = tmp_path / "manifest.json"
    nodes = b'{"a": {"resource_type": "new"}, "b": {"resource_type": "model"}}'
    path.write_bytes(_header("manifest/v12")[:-1] + b', "nodes": ' + nodes + b"}")
    assert "not as dbt writes it" in _error(read_manifest, path).message


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            read_manifest(CASES / "manifest.json")
            assert gc.isenabled() is enabled
        finally:
            gc.enable()
