"""Whatever a YAML file looks like: a fix keeps its comments and all else that it says, and is needed once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.lint.fixes.fix import CutKey, InsertItem, SetKey
from mesh_tools.lint.fixes.in_yaml import YamlFix, mended_yaml
from mesh_tools.lint.fixes.refused import Refused
from mesh_tools.lint.places.place import YamlPlace

FILE = Path("models.yml")
COMMENTS = st.sampled_from(["", "  # said here", '  # it\'s "quoted": {no, yaml}'])
VALUES = st.sampled_from(["1", "'a: b'", '"c # d"', "[x, {y: z}]", "{k: v}", "|\n        two\n        lines", "", "~"])
KEYS = st.lists(st.sampled_from(["description", "tags", "meta", "docs", "quote"]), unique=True)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def columns(draw: st.DrawFn) -> str:
    """The entry of a model as people write it, with a column that has no type among its columns."""
    lines = ["# ours" + draw(COMMENTS), "models:" + draw(COMMENTS), "  - name: orders" + draw(COMMENTS)]
    lines += [f"    {key}: {draw(VALUES)}" for key in draw(KEYS)]
    lines += ["    columns:" + draw(COMMENTS)]
    for name in draw(st.permutations(["order_id", "paid", "state"])):
        lines += ["      # above"] * draw(st.integers(0, 1))
        lines += [f"      - name: {name}" + draw(COMMENTS)]
        lines += [f"        {key}: {draw(VALUES)}".replace("\n        ", "\n            ") for key in draw(KEYS)]
        lines += [""] * draw(st.integers(0, 1))
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# the end\n"]))
    return text.replace("\n", draw(ENDS))


MODEL = YamlPlace(file="models.yml", steps=(("models", "orders"),))
TYPED = SetKey(place=MODEL.below(("columns", "paid")), steps=("data_type",), value="decimal(18,3)")
ENFORCED = SetKey(place=MODEL, steps=("config", "contract", "enforced"), value=True)
LISTED = InsertItem(place=MODEL, steps=("config", "grants"), value="sales")
GONE = CutKey(place=MODEL.below(("columns", "state")))


@pytest.mark.parametrize("fix", [TYPED, ENFORCED, LISTED], ids=["type", "contract", "item"])
@given(text=columns())
def test_what_is_added_is_there_and_every_line_stays(text: str, fix: SetKey | InsertItem) -> None:
    if refuses_for_its_end(text, fix):
        return
    after = mended_yaml(text.encode(), FILE, fix).decode()
    assert yaml.safe_load(after) == expected(yaml.safe_load(text), fix)
    left = iter(after.splitlines())
    assert all(line in left for line in text.splitlines()), "what was there is there, in its order"
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text
    with pytest.raises(Refused, match="so already"):
        mended_yaml(after.encode(), FILE, fix)


@given(text=columns())
def test_what_is_cut_is_gone_and_all_else_stays(text: str) -> None:
    if refuses_for_its_end(text, GONE):
        return
    after = mended_yaml(text.encode(), FILE, GONE).decode()
    value = yaml.safe_load(text)
    (model,) = value["models"]
    model["columns"] = [column for column in model["columns"] if column["name"] != "state"]
    assert yaml.safe_load(after) == value
    before = iter(text.splitlines())
    assert all(line in before for line in after.splitlines()), "nothing is written"
    with pytest.raises(Refused, match="not written there"):
        mended_yaml(after.encode(), FILE, GONE)


def refuses_for_its_end(text: str, fix: YamlFix) -> bool:
    """A text of several lines that ends the file would get a line end, were anything to follow."""
    if yaml.safe_load(text) == yaml.safe_load(text + "\n"):
        return False
    with pytest.raises(Refused, match="without a line end"):
        mended_yaml(text.encode(), FILE, fix)
    return True


def expected(value: Any, fix: SetKey | InsertItem) -> Any:
    (model,) = value["models"]
    if fix is TYPED:
        next(column for column in model["columns"] if column["name"] == "paid")["data_type"] = fix.value
    elif fix is ENFORCED:
        model["config"] = {"contract": {"enforced": True}}
    else:
        model["config"] = {"grants": ["sales"]}
    return value
