"""A mesh in which every text is an attack: published interfaces, and manifests that dbt would never write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import (
    ExposureNode,
    GroupNode,
    ModelNode,
    SeedNode,
    SnapshotNode,
    SourceNode,
    TestNode,
)
from mesh_tools.interface.document import sealed, to_json
from mesh_tools.model.interface import SCHEMA_VERSION, Column, Consumption, Interface, Product, ProductVersion
from support.manifests import SCHEMA

CASES = Path(__file__).parents[1] / "cases" / "site" / "hostile"
PROJECTS = ("evil", "victim")
_PUBLISHED, _EARLIER = "2026-01-02T03:04:05+00:00", "2025-01-02T03:04:05+00:00"
_SHORT, _FILE_NAME = 300, 60


def texts() -> dict[str, str]:
    """The attacks, by what they are."""
    cases = json.loads((CASES / "texts.json").read_text(encoding="utf-8"))
    return {case["name"]: case["text"] * case.get("times", 1) for case in cases}


def addresses() -> tuple[str, ...]:
    """Addresses that a browser should not be sent to, and some that look like them."""
    return tuple(json.loads((CASES / "addresses.json").read_text(encoding="utf-8")))


def full_of(text: str, kind: type[Any], **fixed: Any) -> Any:
    """A value of a structure in which ``text`` stands wherever text may; ``fixed`` fields are as given."""
    return _struct(inspect.type_info(kind), text, fixed)


def _struct(kind: Any, text: str, fixed: Mapping[str, Any]) -> Any:
    """Only a description is long: a name of ten megabytes is no attack, but a test of patience."""
    fields = {
        field.name: _value(field.type, text if field.name == "description" else text[:_SHORT])
        for field in kind.fields
        if field.name not in fixed
    }
    return kind.cls(**fields, **fixed)


def _value(kind: inspect.Type, text: str) -> Any:  # noqa: PLR0911 - one for each kind of type
    match kind:
        case inspect.StrType() | inspect.AnyType():
            return text
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.UnionType():
            taken = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
            return _value(next((one for one in taken if isinstance(one, inspect.StrType)), taken[0]), text)
        case inspect.VarTupleType():
            return (_value(kind.item_type, text),)
        case inspect.DictType():
            return {text: _value(kind.value_type, text)}
        case inspect.StructType():
            return _struct(kind, text, {})
        case inspect.BoolType():
            return True
        case _:
            return 1


def interface_of(project: str, attacks: Sequence[str]) -> Interface:
    """A product for each attack, which the other project uses."""
    (other,) = set(PROJECTS) - {project}
    found: Interface = full_of(
        attacks[0],
        Interface,
        schema_version=SCHEMA_VERSION,
        project=project,
        environment="dev",
        published_at=_PUBLISHED,
        products=tuple(_product(_name(text, number), text) for number, text in enumerate(attacks)),
        consumptions=tuple(
            full_of(text, Consumption, project=other, product=_name(text, number), v=None, pinned=False)
            for number, text in enumerate(attacks)
        ),
    )
    return sealed(found)


def _name(text: str, number: int) -> str:
    return f"{text[:_SHORT]}{number}"


def _product(name: str, text: str) -> Product:
    columns = (full_of(text, Column), Column(name="id", data_type=text[:_SHORT]))
    versions = tuple(full_of(text, ProductVersion, v=v, columns=columns) for v in (text[:_SHORT], 2))
    product: Product = full_of(text, Product, name=name, latest=2, versions=versions)
    return product


def publish(root: Path, project: str, attacks: Sequence[str]) -> None:
    """Put documents into the registry of a mesh as no publisher of ours would, the newest after an earlier promise."""
    registry = root / ".mesh" / "registry" / "dev"
    newest = to_json(interface_of(project, attacks))
    earlier = to_json(sealed(replace(interface_of(project, attacks[1:]), published_at=_EARLIER)))
    _write(registry / project / "history" / f"{'a' * 64}.json", earlier)
    _write(registry / project / "history" / f"{'b' * 64}.json", newest)
    _write(registry / project / "current.json", newest)
    _write(registry / "<img src=x onerror=__ran=1>" / "current.json", b"{}")


def write_manifest(root: Path, project: str, attacks: Sequence[str]) -> None:
    """Put a manifest where dbt would have left it."""
    _write(root / project / "target" / "manifest.json", json.dumps(_manifest(project, attacks)).encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _manifest(project: str, attacks: Sequence[str]) -> dict[str, Any]:
    """A node of each kind for each attack, with SQL, and an exposure for each address."""
    nodes: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    for number, text in enumerate(attacks):
        model = f"model.{project}.m{number}"
        access = {"access": "public" if number % 2 else "private", "version": None, "latest_version": None}
        nodes |= _node(ModelNode, project, number, text, compiled_code=text[:_SHORT], **access)
        nodes |= _node(SeedNode, project, number, text)
        nodes |= _node(SnapshotNode, project, number, text, depends_on={"nodes": [model]})
        nodes |= _node(TestNode, project, number, text, depends_on={"nodes": [model]}, attached_node=model)
        sources |= _node(SourceNode, project, number, text)
    exposures: dict[str, Any] = {}
    for number, address in enumerate(addresses()):
        read = {"nodes": [f"model.{project}.m{number % len(attacks)}"]}
        owner = {"name": address, "email": address}
        exposures |= _node(ExposureNode, project, number, address, depends_on=read, owner=owner)
    groups = {f"group.{project}.{number}": _plain(full_of(text, GroupNode)) for number, text in enumerate(attacks)}
    metadata = {
        "dbt_schema_version": SCHEMA,
        "dbt_version": attacks[0],
        "project_name": project,
        "adapter_type": "duckdb",
    }
    return {"metadata": metadata, "nodes": nodes, "sources": sources, "exposures": exposures, "groups": groups}


def _node(kind: type[Any], project: str, number: int, text: str, **fields: Any) -> dict[str, dict[str, Any]]:
    tag = str(kind.__struct_config__.tag)
    key = f"{tag}.{project}.{tag[0]}{number}"
    node = _plain(full_of(text, kind, unique_id=key, package_name=project, name=_name(text, number) + tag))
    path = re.sub(r"[/\0]", "", text)[:_FILE_NAME]  # what a file may be called
    common = {"raw_code": text[:_SHORT], "original_file_path": f"models/{path}.sql", "depends_on": {"nodes": []}}
    return {key: {**node, **common, "refs": [], **fields}}


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
