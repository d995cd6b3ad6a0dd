"""The public site tells no private name and no line of SQL, in none of its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.interface.registry import open_registry
from support.manifests import manifest, model, stub
from support.meshes import BuiltMesh
from support.site import Site, listed
from support.site_secrets import Haystack, Secrets, public_words, secrets_of

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]


WORDS = frozenset({"faa", "planes", "pressure", "type"})
"""Names of a source and of its columns which are words of English too, and stand in sentences that are public."""


@pytest.fixture(scope="module")
def secrets(reference_mesh: BuiltMesh) -> Secrets:
    registry = open_registry(".mesh/registry", base=reference_mesh.root)
    interfaces = [registry.get(project, "dev") for project in registry.projects("dev")]
    newest: dict[str, dict[str, Any]] = {}
    for path in sorted((reference_mesh.root / ".mesh" / "runs").glob("*/*/manifest.json")):
        newest[path.parent.name] = json.loads(path.read_text(encoding="utf-8"))
    return secrets_of(newest.values(), WORDS | public_words(filter(None, interfaces)))


def test_there_is_something_to_keep(secrets: Secrets) -> None:
    assert len(secrets["sql"]) > 300
    assert {"model", "seed", "source", "macro", "test", "path", "column of model"} <= secrets.keys()
    assert len(secrets["model"]) > 10


def test_nothing_private_of_the_reference_mesh_is_told(site: Site, secrets: Secrets) -> None:
    leaks = Haystack(site).leaks(secrets)
    assert not leaks, listed(leaks)


def test_what_is_searched_is_found_where_it_is(whole_site: Site, secrets: Secrets) -> None:
    """In the site that tells everything: else the search above would prove nothing."""
    leaks = Haystack(whole_site).leaks(secrets)
    for kind in ("model", "seed", "source", "path", "column of model"):
        told = [leak for leak in leaks if leak.startswith(f"{kind} '")]
        assert len(told) > 0.5 * len(secrets[kind]), kind
    of_models = [leak for leak in leaks if leak.startswith("sql ")]
    assert len(of_models) > 0.4 * len(secrets["sql"])  # the others are of tests and macros


class Tokens:
    """Names that occur nowhere else."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def __call__(self, what: str) -> str:
        return self.made.setdefault(what, f"zq{sha256(what.encode()).hexdigest()[:12]}")


def _token_mesh(mesh: BuiltMesh, token: Tokens) -> None:
    source = f"source.maker.{token('source')}.{token('table')}"
    path = f"models/{token('folder')}/{token('file')}.sql"
    common: dict[str, Any] = {"raw_code": f"select * from {token('raw')}", "meta": {token("meta"): token("value")}}
    private: dict[str, Any] = {"access": "private", "contract": {}, "config": {"materialized": "view", "meta": {}}}
    inner = model(
        "maker",
        token("model"),
        {token("column"): "integer"},
        description=f"About {token('description')}",
        compiled_code=f"select {token('key')} as {token('column')}, 1 as id from {token('table')}",
        depends_on={"nodes": [source]},
        patch_path=f"maker://models/{token('yaml')}.yml",
        **private,
        **{**common, "original_file_path": path},
    )
    product = model(
        "maker",
        "orders",
        {"order_id": "integer"},
        compiled_code=f"with {token('cte')} as (select {token('column')} as order_id from {token('model')})\n"
        f"select order_id from {token('cte')} where order_id <> '{token('literal')}'",
        depends_on={"nodes": [inner["unique_id"]]},
        **{**common, "meta": {}, "original_file_path": path},
    )
    seed = {**model("maker", token("seed"), {}, **common), "resource_type": "seed", "unique_id": "seed.maker.s"}
    snapshot = {**seed, "resource_type": "snapshot", "unique_id": "snapshot.maker.s", "name": token("snapshot")}
    checks = [_test(token, product["unique_id"], "singular"), _test(token, inner["unique_id"], "of a model")]
    reader = model(
        "taker",
        token("reader"),
        {},
        compiled_code=f"select order_id as {token('alias')} from maker.main.orders",
        depends_on={"nodes": [product["unique_id"]]},
        refs=[{"name": "orders", "package": "maker"}],
        **private,
        **common,
    )
    maker = manifest("maker", inner, product, seed, snapshot, *checks)
    maker["sources"] = {source: _source(token, source)}
    maker["macros"] = {"macro.maker.m": {"name": token("macro"), "package_name": "maker", "macro_sql": token("body")}}
    for name, document in (("maker", maker), ("taker", manifest("taker", stub(product), reader))):
        mesh.project(name, {}, reads=("maker",) if name == "taker" else ())
        mesh.write(f"{name}/target/manifest.json", json.dumps(document))


def _test(token: Tokens, node: str, what: str) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "unique_id": f"test.maker.{what}",
        "name": token(f"test {what}"),
        "package_name": "maker",
        "attached_node": node,
        "depends_on": {"nodes": [node]},
        "description": token(f"description {what}"),
        "config": {"where": token(f"where {what}")},
        "original_file_path": f"tests/{token(f'file {what}')}.sql",
        "raw_code": token(f"raw {what}"),
    }


def _source(token: Tokens, key: str) -> dict[str, Any]:
    return {
        "resource_type": "source",
        "unique_id": key,
        "package_name": "maker",
        "name": token("table"),
        "source_name": token("source"),
        "identifier": token("identifier"),
        "database": token("database"),
        "schema": token("schema"),
        "loader": token("loader"),
        "columns": {token("key"): {"name": token("key")}},
    }


def test_no_private_token_is_told(new_mesh: Callable[[str], BuiltMesh], tmp_path: Path) -> None:
    mesh, token = new_mesh("name: keeper\nprojects: [maker, taker]\n"), Tokens()
    _token_mesh(mesh, token)
    secrets: Secrets = {"token": frozenset(token.made.values())}
    leaks = {}
    for name, options in (("public", ()), ("all", ("--all",))):
        mesh.run("mesh", "docs", "build", "--output", str(tmp_path / name), *options)
        site = Site(tmp_path / name)
        assert "orders" in site.text("products.html"), "the product itself is told"
        leaks[name] = Haystack(site).leaks(secrets)
    assert not leaks["public"], listed(leaks["public"])
    for what in ("model", "column", "key", "source", "table", "seed", "snapshot", "reader", "literal", "cte", "alias"):
        assert any(token(what) in leak for leak in leaks["all"]), what
