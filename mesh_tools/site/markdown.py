"""Descriptions as HTML: Markdown of projects that nobody here can vouch for.

Rendered by markdown-it-py with HTML switched off, then sanitised by nh3 (ammonia): either alone would do, so that a
mistake in one of them harms nobody.
"""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MORE = Markup('<p class="muted">Shortened: the whole text is in the JSON of this product.</p>')
LONGEST = 20_000
"""Characters of a description that are shown; all of it is in the product's JSON."""
_TAGS = {"p", "br", "hr", "em", "strong", "del", "s", "code", "pre", "ul", "ol", "li", "blockquote", "a"}
_TAGS |= {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_WHOLE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_TOP_LEVEL = 3  # of headings: the page has those above
_PLAIN = re.compile(r"[^\\`*_{}\[\]()<>#+\-.!|&~\n:/@=]*[.!?]?")

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
_PARSER.disable("image")  # what an image shows, and whom it tells that it was shown, is for others to decide


def markdown(text: str) -> Markup:
    """``text`` as HTML of whole paragraphs; what is not allowed is shown as text, or left out."""
    if not text:
        return Markup()
    if _PLAIN.fullmatch(text) and len(text) <= LONGEST:
        return Markup("<p>{}</p>").format(text)
    return _rendered(text[:LONGEST]) + (_MORE if len(text) > LONGEST else Markup())


def plain(text: str, longest: int = 300) -> str:
    """The beginning of ``text`` as one line without Markdown, for lists, previews and search."""
    line = " ".join(_MARKS.sub(r"\1", text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1].rsplit(" ", 1)[0] + "…"


_MARKS = re.compile(r"!?\[([^\]]{0,500})\]\([^)]{0,500}\)|[*`#>]+|(?<!\w)_+|_+(?!\w)")


@lru_cache(maxsize=4096)  # the same descriptions are met again on the pages of versions and of consumers
def _rendered(text: str) -> Markup:
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + _TOP_LEVEL - 1, 6)}"
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    html = html.encode("utf-8", "replace").decode()  # half of a character is no text
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow ugc",
        clean_content_tags={"script", "style"},
    )
    return Markup(clean)  # noqa: S704 - nh3 has cleaned it


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """Without links that are relative: what lies beside the project's own files is not beside the page."""
    return value if attribute != "href" or _WHOLE.match(value) else None
