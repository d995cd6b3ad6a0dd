"""A product's YAML before and after, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.contracts.new_version import NewVersion, Request, plan_new_version
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from support.meshes import BuiltMesh

CASES = Path(__file__).parents[3] / "cases" / "new_version"
ENTRIES = yaml.safe_load((CASES / "entries.yml").read_text(encoding="utf-8"))
REFUSED = yaml.safe_load((CASES / "refused.yml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)


def plan(root: Path, yaml_text: str, *, code: tuple[str, ...] = ("orders.sql",), **options: Any) -> NewVersion:
    mesh = BuiltMesh(root)
    mesh.write("mesh.yml", "name: m\nprojects: [shop]\n")
    mesh.project("shop", {f"models/{name}": "select 1 as order_id\n" for name in code})
    (root / "shop" / "models" / "shop.yml").write_bytes(yaml_text.encode())
    request = {"product": "shop.orders", "released": TODAY, "today": TODAY, **options}
    return plan_new_version(Workspace.open(root), Request(**request))


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case["name"])
def test_the_entry_gets_another_version_and_all_else_stays(case: dict[str, Any], newline: str, tmp_path: Path) -> None:
    before, after = (case[key].replace("\n", newline) for key in ("before", "after"))
    code = (case.get("code", "orders.sql"),)
    planned = plan(tmp_path, before, code=code, **case.get("options", {}))
    new_code, described = planned.files
    assert described.new.decode() == after
    assert new_code.path.name == case.get("new_code", "orders_v2.sql")
    assert new_code.new == b"select 1 as order_id\n"


def test_a_file_may_begin_with_a_byte_order_mark_and_end_without_a_line_end(tmp_path: Path) -> None:
    planned = plan(tmp_path, "\ufeffmodels:\n  - name: orders\n    access: public")
    text = planned.files[1].new.decode()
    assert text.startswith("\ufeffmodels:\n  - name: orders\n    access: public\n    latest_version: 1")
    assert text.endswith("\n      - v: 2")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"product": case.get("product", "shop.orders"), **case.get("options", {})}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MeshError) as raised:
        plan(tmp_path, case["yaml"], code=tuple(case.get("code", ["orders.sql"])), **options)
    assert raised.value.message.startswith(case["message"])
    assert raised.value.hint == case.get("hint", raised.value.hint)
    if "where" in case:
        assert str(raised.value.where) == f"shop/{case['where']}"
