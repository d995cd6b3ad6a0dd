"""Documents of every kind that holds an interface, told by their content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.contracts.operands.documents import read_document
from mesh_tools.errors import MeshError
from mesh_tools.interface.document import sealed, to_json, to_yaml
from mesh_tools.model.interface import Interface, Product, ProductVersion
from support.manifests import SCHEMA, manifest, model

VERSION = ProductVersion(
    semantic_version="1.0.0", path="orders.sql", description=f'has "dbt_schema_version": "{SCHEMA}"'
)
SHOP = sealed(Interface(project="shop", products=(Product(name="orders", versions=(VERSION,)),)))
MANIFEST = json.dumps(manifest("shop", model("shop", "orders", {"order_id": "integer"})))


@pytest.mark.parametrize(
    "content",
    [to_yaml(SHOP).encode(), to_json(SHOP), b"\xef\xbb\xbf" + to_json(SHOP), b"\n\n  " + to_json(SHOP)],
    ids=["yaml", "json", "byte order mark", "blanks"],
)
@pytest.mark.parametrize("name", ["interface.yml", "current.json", "anything"])
def test_an_interface_whatever_it_is_called(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_document(name, tmp_path) == SHOP


@pytest.mark.parametrize("indent", [None, 2])
def test_a_manifest(indent: int | None, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(json.loads(MANIFEST), indent=indent), encoding="utf-8")
    found = read_document("x.json", tmp_path)
    assert isinstance(found, Manifest)
    assert found.project == "shop"


def test_by_an_absolute_path_or_a_file_url(tmp_path: Path) -> None:
    path = tmp_path / "a b.json"
    path.write_bytes(to_json(SHOP))
    elsewhere = tmp_path / "elsewhere"
    assert read_document(str(path), elsewhere) == SHOP
    assert read_document(path.as_uri(), elsewhere) == SHOP


def test_by_a_url_that_fsspec_reads(tmp_path: Path) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file("/contract/prod/shop/current.json", to_json(SHOP))
    assert read_document("memory://contract/prod/shop/current.json", tmp_path) == SHOP
    with pytest.raises(MeshError, match="there is no document at this address"):
        read_document("memory://contract/prod/shop/other.json", tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"nodes": {}}', "this is not an interface document"),
        (MANIFEST[:-20].encode(), "cut off"),
        (MANIFEST.replace("/v12.json", "/v99.json").encode(), "schema v99"),
        (MANIFEST.replace("manifest/v12", "catalog/v1").encode(), "a dbt catalog, not a manifest"),
        (b"not an interface", "this is not an interface document"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_is_no_interface(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(MeshError, match=said):
        read_document("x.json", tmp_path)


@given(st.binary(max_size=80))
@example(b'{"metadata": {"dbt_schema_version": 1}}')
@example(b'{"dbt_schema_version":')
@settings(max_examples=100, deadline=None)
def test_no_bytes_end_in_another_error_than_ours(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x").write_bytes(data)
        with pytest.raises(MeshError):
            read_document("x", Path(folder))
