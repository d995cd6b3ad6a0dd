"""What `mesh impact` prints: text, JSON, Mermaid."""

from __future__ import annotations

import io
import json

import pytest
from msgspec.structs import replace

from mesh_tools.contracts.impact.values import Impact, Made, Notice, Target, Use
from mesh_tools.model.interface import Owner
from mesh_tools.report.console import console
from mesh_tools.report.impact import impact_document, impact_mermaid, print_impact

TARGET = Target(project="shop", product="orders", versions=(2,))
SALES = Owner(name="Sales", email="sales@example.com", channel="#sales")
STG = Use(
    project="sales",
    node="stg",
    kind="model",
    direct=True,
    evidence="lineage",
    reads=tuple("abcdefgh"),
    inputs=("shop.orders.v2",),
    owner=SALES,
)
MAGIC = Use(
    project="sales",
    node="magic",
    kind="model",
    direct=True,
    evidence="manifest",
    reason="a Python model",
    inputs=("shop.orders.v2",),
    owner=SALES,
)
BOARD = Use(
    project="sales",
    node='exposure:the "board" [x] <y>',
    kind="exposure",
    direct=False,
    evidence="manifest",
    inputs=("sales.stg", "sales.magic"),
    through=("sales.stg",),
    url="https://bi.example.com",
)
WHOLE = Impact(
    target=TARGET,
    owner=Owner(email="shop@example.com"),
    uses=(STG, MAGIC, BOARD),
    notify=(Notice(owner=SALES, nodes=("sales.magic", "sales.stg")),),
    unowned=(BOARD.label,),
    notes=("far was never built",),
)
COLUMN = replace(
    WHOLE,
    target=replace(TARGET, column="state"),
    uses=(
        replace(STG, effect="values", made=(Made(column="status", kind="rename"),), uses=("filter", "group")),
        replace(MAGIC, effect="may", rows=True),
        replace(BOARD, effect="rows"),
    ),
    untouched=("sales.ids",),
)


def printed(impact: Impact) -> list[str]:
    stream = io.StringIO()
    print_impact(console(stream), impact)
    assert "\x1b" not in stream.getvalue()
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_of_a_product_it_says_which_columns_are_read() -> None:
    lines = printed(WHOLE)
    assert lines[0] == "shop.orders.v2 is used by 2 models and 1 exposure of 1 project"
    assert [line.split("  ")[0] for line in lines[2:6]] == ["used by", STG.label, MAGIC.label, BOARD.label]
    assert "a, b, c, d, e, f and 2 more" in lines[3]
    assert "its columns are not known: a Python model" in lines[4]
    assert lines[5].split("  ")[-1].strip() == "sales.stg"
    assert "https://bi.example.com" in lines[5]


def test_of_a_column_it_says_what_becomes_of_it() -> None:
    lines = printed(COLUMN)
    assert lines[0].startswith("shop.orders.v2.state is used by ")
    assert "status (renamed), filters by it, groups by it" in lines[3]
    assert "may use it: a Python model" in lines[4]
    assert "its rows depend on it" in lines[5]
    assert "not used by sales.ids" in lines


def test_whom_to_tell_and_what_is_not_known_come_last() -> None:
    assert printed(WHOLE)[-4:] == [
        "to notify",
        "  Sales <sales@example.com>, #sales: sales.magic, sales.stg",
        '  nobody is known for sales.exposure:the "board" [x] <y>',
        "note: far was never built",
    ]


def test_what_nobody_uses_is_said_in_one_line() -> None:
    assert printed(Impact(target=TARGET, owner=Owner(), uses=())) == ["shop.orders.v2: nothing known uses it"]


def test_the_document_for_programs_has_everything() -> None:
    document = json.loads(json.dumps(impact_document(COLUMN)))
    assert document["target"] == {
        "project": "shop",
        "product": "orders",
        "versions": [2],
        "column": "state",
        "label": "shop.orders.v2.state",
    }
    assert document["uses"][0]["label"] == "sales.stg"
    assert document["uses"][0]["made"] == [{"column": "status", "kind": "rename"}]
    assert document["notify"][0]["owner"]["email"] == "sales@example.com"
    assert document["notes"] == ["far was never built"]


@pytest.mark.parametrize(("impact", "arrows"), [(WHOLE, "--> --> --> -->"), (COLUMN, "--> -. may .-> -.-> -.->")])
def test_the_flowchart_has_a_box_for_each_project_and_escapes_names(impact: Impact, arrows: str) -> None:
    to_stg, to_magic, first, second = arrows.replace("-. may .->", "-._may_.->").split()
    assert impact_mermaid(impact).splitlines() == [
        "flowchart LR",
        '  subgraph p0["shop"]',
        f'    target["{impact.target.label}"]',
        "  end",
        '  subgraph p1["sales"]',
        '    n0["stg"]',
        '    n1["magic"]',
        '    n2(["exposure:the #34;board#34; #91;x#93; #60;y#62;"])',
        "  end",
        f"  target {to_stg} n0",
        f"  target {to_magic.replace('_', ' ')} n1",
        f"  n0 {first} n2",
        f"  n1 {second} n2",
    ]
