"""Whatever a description holds, what comes of it is harmless HTML."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.site.markdown import LONGEST, markdown, plain

CASES = Path(__file__).parents[2] / "cases" / "site" / "hostile"
ATTACKS = json.loads((CASES / "texts.json").read_text(encoding="utf-8"))
TAGS = {"p", "br", "hr", "em", "strong", "del", "s", "code", "pre", "ul", "ol", "li", "blockquote", "a"}
TAGS |= {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}, "p": {"class"}}
# Pieces of which Markdown and HTML are made, so that they meet in all ways.
PIECES = st.sampled_from(json.loads((CASES / "pieces.json").read_text(encoding="utf-8")))
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)


class Tags(HTMLParser):
    """Every tag of a piece of HTML, and whether each is closed in its order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.others = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.others += len(data) + 1

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def assert_harmless(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    assert tags.others == 0, "a comment or a declaration"
    for tag, attributes in tags.found:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        if tag == "p":
            assert attributes.get("class") in {None, "muted"}, "a class of ours"
        if href := attributes.get("href"):
            assert href.lower().startswith(("http://", "https://", "mailto:"))
            assert "noopener" in str(attributes["rel"])


@given(TEXTS)
def test_any_text_becomes_allowed_tags_alone(text: str) -> None:
    assert_harmless(markdown(text))


@given(TEXTS)
def test_a_preview_is_one_short_line(text: str) -> None:
    line = plain(text)
    assert len(line) <= 300
    assert "\n" not in line


@pytest.mark.parametrize("case", ATTACKS, ids=[case["name"] for case in ATTACKS])
def test_an_attack_becomes_allowed_tags_alone(case: dict[str, str | int]) -> None:
    assert_harmless(markdown(str(case["text"]) * int(case.get("times", 1))))


def test_what_is_too_long_is_cut() -> None:
    html = markdown("word " * LONGEST)
    assert len(html) < 2 * LONGEST
    assert "the whole text is in the JSON" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Flights that left.", "<p>Flights that left.</p>"),
        ("a *b* `c`", "<p>a <em>b</em> <code>c</code></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("[a](../secret.md) [b](#c)", "<p><a>a</a> <a>b</a></p>"),
        ("*a\ud800b*", "<p><em>a?b</em></p>"),
        ("", ""),
    ],
)
def test_what_is_meant_is_shown(text: str, html: str) -> None:
    assert markdown(text).strip().replace(' rel="noopener noreferrer nofollow ugc"', "") == html
