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

from mesh_tools.interface.neutralise import WORD_JOINER
from mesh_tools.interface.package_macros import UNSAFE_IN_SQL
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

pytestmark = pytest.mark.dbt

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
        assert shown(node["description"]) == text
        assert text in shown(node["config"]["tags"])
        node_meta = shown(node["config"]["meta"])
        mesh_meta = node_meta.pop("mesh")
        assert node_meta == meta
        assert (mesh_meta["materialized"], mesh_meta["semantic_version"]) == (text, text)
        place = UNSAFE_IN_SQL.sub("_", raw).strip()  # as dbt does
        assert (node["database"], node["schema"]) == (place, place)
        assert node["alias"] == UNSAFE_IN_SQL.sub("_", f"{raw} {number}").strip()
        assert [shown(c["expression"]) for c in node["constraints"]] == [text]
        columns = {shown(column["name"]): column for column in node["columns"].values()}
        column = columns[shown(f"{raw} name")]
        assert shown(column["data_type"]) == text
        assert shown(column["description"]) == text
        column_meta = shown((column.get("config") or {}).get("meta") or column["meta"])
        assert column_meta.pop("mesh") == dict.fromkeys(("unit", "semantic_type", "deprecated_until"), text)
        assert column_meta == meta
        assert [shown(c["expression"]) for c in columns["id"]["constraints"]] == [text]
        group = manifest["groups"][f"group.evil.g{number}"]
        owner = shown(group["owner"])
        assert (owner["name"], owner["email"]) == (text, text)


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
