"""`meta.mesh.ignore` where dbt lets it be written, and where what is found about columns is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.lint_cases import DbtServer, make_mesh
from support.lint_meshes import Said, lint

pytestmark = pytest.mark.dbt

CODES = ("MAC001", "PII004", "PUB002", "DOC002", "NAM004")

YAML = """\
models:
  - name: orders
    config: {access: public}
    versions:
      - v: 1
    columns:
      - name: OrderId
      - name: email
        config: {meta: {mesh: {ignore: [{code: PII004, reason: made up}, {code: PUB002, reason: plain}]}}}
seeds:
  - name: countries
    columns:
      - {name: Id, config: {meta: {mesh: {ignore: [{code: NAM004, reason: as delivered}]}}}}
sources:
  - name: raw
    tables:
      - name: things
        columns:
          - name: thing_id
            config: {meta: {mesh: {ignore: [{code: DOC002, reason: plain}]}}}
macros:
  - name: unused
    config: {meta: {mesh: {ignore: [{code: MAC001, reason: soon}]}}}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    root: Path = tmp_path_factory.mktemp("mesh")
    server = DbtServer()
    files = {
        "models/all.yml": YAML,
        "models/orders_v1.sql": "select 1 as order_id, 'x' as email\n",
        "seeds/countries.csv": "Id\n1\n",
        "macros/unused.sql": "{% macro unused() %}1{% endmacro %}\n",
        "mesh.yml": "lint: {rules: {DOC002: {types: [source]}}}\n",
    }
    try:
        make_mesh(root, files, server)
    finally:
        server.close()
    return lint(root, *(argument for code in CODES for argument in ("--select", code)))


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("MAC001", "shop.unused"),
        ("PII004", "shop.orders.v1"),
        ("PUB002", "shop.orders.v1.email"),
        ("NAM004", "shop.countries"),
        ("DOC002", "shop.raw.things"),
    ],
)
def test_what_is_ignored_where_it_is_found_does_not_count(said: Said, code: str, subject: str) -> None:
    states = [one["state"] for one in said.report["findings"] if (one["code"], one["subject"]) == (code, subject)]
    assert states == ["suppressed"]
    assert "SUP001" not in said.codes


def test_what_a_column_lacks_is_at_the_column_though_it_stands_beside_the_versions(said: Said) -> None:
    found = {one["subject"]: one["line"] for one in said.report["findings"] if one["code"] == "PUB002"}
    assert found["shop.orders.v1.OrderId"] == 7
    assert found["shop.orders.v1"] == 5
