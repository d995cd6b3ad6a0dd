"""Texts of another team's interface arrive as text, whatever they hold, in both engines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mesh_tools.interface.package.macros import UNSAFE_IN_SQL
from mesh_tools.interface.package.neutralise import WORD_JOINER
from mesh_tools.model.interface import (
    Column,
    Group,
    Guarantee,
    Interface,
    Owner,
    Product,
    ProductVersion,
    Relation,
)
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("hostile")]

CASES = Path(__file__).parents[1] / "cases" / "hostile" / "texts.json"
TEXTS: list[str] = json.loads(CASES.read_text(encoding="utf-8"))
SECRET = "7f2c-the-value-of-the-secret"  # noqa: S105 - it must not be found
ENGINES = ("dbt", "dbt-core-experimental-parser")
# A NUL is no character of YAML, escaped or not, to one engine.
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


def product(number: int, text: str) -> Product:
    """A product that holds ``text`` wherever an interface takes text."""
    columns = (
        Column(
            name=f"{text} name",
            data_type=text,
            canonical_type=text,
            description=text,
            unit=text,
            semantic_type=text,
            deprecated_until=text,
            tags=(text,),
            meta={text: text, "list": [text, {"inner": text}]},
        ),
        Column(name="id", data_type="integer", canonical_type="integer"),
    )
    check = Guarantee(kind="check", columns=("id",), arguments={"expression": text}, carrier="constraint")
    several = Guarantee(
        kind="unique", columns=("id", f"{text} name"), arguments={"expression": text}, carrier="constraint"
    )
    version = ProductVersion(
        semantic_version=text,
        path=f"marts/p{number}.sql",
        description=text,
        materialized=text,
        columns=columns,
        guarantees=(check, several),
        deprecation_date=text,
        retention=text,
        tags=(text,),
        meta={text: text, "list": [text, {"inner": text}]},
    )
    return Product(name=f"p{number}", group=f"g{number}", versions=(version,))


def interface(texts: Sequence[str]) -> Interface:
    owners = [Owner(name=text, email=text, channel=text) for text in texts]
    return Interface(
        project="evil",
        domain=texts[0],
        owner=owners[0],
        adapter="duckdb",
        dbt_version=texts[0],
        environment="dev",
        groups=tuple(
            Group(name=f"g{i}", owner=owner, description=text)
            for i, (text, owner) in enumerate(zip(texts, owners, strict=True))
        ),
        products=tuple(product(i, text) for i, text in enumerate(texts)),
        relations={
            f"p{i}": Relation(database=text, schema=text, identifier=f"{text} {i}") for i, text in enumerate(texts)
        },
    )


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh("name: trap\nprojects: [consumer, evil]\nsync: {guards: columns}\n")
    mesh.project("consumer", {"models/reader.sql": ""}, reads=("evil",))
    mesh.project("evil", {})
    return mesh


def parsed(mesh: BuiltMesh, products: int) -> dict[str, dict[str, Any]]:
    """The manifest of each engine, parsed after a sync."""
    refs = " union all ".join(f"select 1 from {{{{ ref('evil', 'p{i}') }}}}" for i in range(products))
    mesh.write("consumer/models/reader.sql", refs)
    mesh.run("mesh", "sync")
    if not (mesh.root / "consumer/dbt_packages").is_dir():
        mesh.run("dbt", "deps", folder="consumer")
    manifests = {}
    for engine in ENGINES:
        mesh.run(engine, "parse", "--target-path", engine, folder="consumer", env={"SECRET": SECRET})
        text = (mesh.root / "consumer" / engine / "manifest.json").read_text(encoding="utf-8")
        assert SECRET not in text
        manifests[engine] = json.loads(text)
    return manifests


def shown(value: Any) -> Any:
    """Without the characters that keep Jinja from seeing it, and without what Jinja does to the ends of lines."""
    if isinstance(value, str):
        return re.sub(r"\r\n?", "\n", value.replace(WORD_JOINER, "")).removesuffix("\n")
    if isinstance(value, dict):
        return {shown(key): shown(item) for key, item in value.items() if item is not None}
    return [shown(item) for item in value] if isinstance(value, list) else value


def assert_arrived(manifest: dict[str, Any], texts: Sequence[str]) -> None:
    """Every text is in its place, unchanged."""
    for number, raw in enumerate(texts):
        text = shown(raw)
        node = manifest["nodes"][f"model.evil.p{number}"]
        meta = {text: text, "list": [text, {"inner": text}]}
        assert shown(node["description"]).strip() == text.strip()
        assert text in shown(node["config"]["tags"])
        node_meta = shown(node["config"]["meta"])
        mesh_meta = node_meta.pop("mesh")
        assert node_meta == meta
        assert mesh_meta["materialized"] == text
        place = UNSAFE_IN_SQL.sub("_", raw).strip()  # as dbt does
        assert (node["database"], node["schema"]) == (place, place)
        assert node["alias"] == UNSAFE_IN_SQL.sub("_", f"{raw} {number}").strip()
        assert [shown(c["expression"]) for c in node["constraints"]] == [text]
        columns = {shown(column["name"]): column for column in node["columns"].values()}
        column = columns[shown(f"{raw} name")]
        assert shown(column["data_type"]) == text
        assert shown(column["description"]).strip() == text.strip()
        column_meta = shown((column.get("config") or {}).get("meta") or column["meta"])
        assert column_meta.pop("mesh") == dict.fromkeys(("unit", "semantic_type", "deprecated_until"), text)
        assert column_meta == meta
        assert [shown(c["expression"]) for c in columns["id"]["constraints"]] == [text]
        group = manifest["groups"][f"group.evil.g{number}"]
        owner = shown(group["owner"])
        assert (owner["name"], owner["email"]) == (text, text)


def manifest_of(texts: Sequence[str]) -> dict[str, Any]:
    """What a producer without mesh would put on a web server."""
    models = [model(number, text) for number, text in enumerate(texts)]
    groups = [
        {"name": f"g{i}", "package_name": "evil", "owner": {"name": text, "email": text}}
        for i, text in enumerate(texts)
    ]
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.0",
            "project_name": "evil",
            "adapter_type": "duckdb",
        },
        "nodes": {node["unique_id"]: node for node in models},
        "groups": {f"group.evil.{group['name']}": group for group in groups},
    }


def model(number: int, text: str) -> dict[str, Any]:
    meta = {text: text, "list": [text, {"inner": text}]}
    promises = {"unit": text, "semantic_type": text, "deprecated_until": text}
    unique = {"type": "unique", "columns": ["id", f"{text} name"], "expression": text}
    columns: list[dict[str, Any]] = [
        {
            "name": f"{text} name",
            "data_type": text,
            "description": text,
            "config": {"meta": {**meta, "mesh": promises}, "tags": [text]},
        },
        {"name": "id", "data_type": "integer", "constraints": [{"type": "check", "expression": text}]},
    ]
    return {
        "resource_type": "model",
        "unique_id": f"model.evil.p{number}",
        "name": f"p{number}",
        "package_name": "evil",
        "access": "public",
        "group": f"g{number}",
        "path": f"marts/p{number}.sql",
        "original_file_path": f"models/marts/p{number}.sql",
        "database": text,
        "schema": text,
        "alias": f"{text} {number}",
        "description": text,
        "config": {"materialized": text},
        "contract": {"enforced": True},
        "deprecation_date": text,
        "tags": [text],
        "meta": meta,
        "columns": {column["name"]: column for column in columns},
        "constraints": [unique],
    }


def test_known_attacks_arrive_as_text(mesh: BuiltMesh) -> None:
    mesh.publish(interface(TEXTS))
    for manifest in parsed(mesh, len(TEXTS)).values():
        assert_arrived(manifest, TEXTS)


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(
        st.lists(st.sampled_from(TEXTS) | st.text(_CHARACTERS, max_size=6), min_size=1, max_size=4)
        .map("".join)
        .filter(lambda text: shown(text).strip() != ""),
        min_size=60,
        max_size=60,
    )
)
def test_whatever_they_are_mixed_with(mesh: BuiltMesh, texts: list[str]) -> None:
    mesh.publish(interface(texts))
    for manifest in parsed(mesh, len(texts)).values():
        assert_arrived(manifest, texts)


def test_neither_does_a_plain_manifest_come_alive(new_mesh: Callable[[str], BuiltMesh]) -> None:
    mesh = new_mesh(
        "name: trap\nprojects: [consumer]\nsync: {guards: columns}\nupstreams: {evil: {manifest: manifest.json}}\n"
    )
    mesh.project("consumer", {}, reads=("evil",))
    mesh.write("manifest.json", json.dumps(manifest_of(TEXTS)))
    for manifest in parsed(mesh, len(TEXTS)).values():
        assert_arrived(manifest, TEXTS)


@pytest.mark.parametrize("path", ["../x.sql", "/etc/x.sql", "a/../../x.sql", "x\0.sql", "con", "NUL.sql", "..\\x.sql"])
def test_a_path_that_leaves_the_folder_is_refused_before_anything_is_written(
    new_mesh: Callable[[str], BuiltMesh], path: str
) -> None:
    mesh = new_mesh("name: trap\nprojects: [consumer]\nupstreams: {evil: {manifest: manifest.json}}\n")
    mesh.project("consumer", {"models/a.sql": "select * from {{ ref('evil', 'p0') }}"}, reads=("evil",))
    document = manifest_of(["x"])
    document["nodes"]["model.evil.p0"]["path"] = path
    mesh.write("manifest.json", json.dumps(document))
    done = mesh.run("mesh", "sync", check=False)
    assert done.returncode == 1
    assert "cannot be the path of a model" in done.stdout or "cannot be a file name" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (mesh.root / "consumer" / ".mesh").exists()
