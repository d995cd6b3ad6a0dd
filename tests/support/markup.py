"""What a reader sees of a page, and where it leads."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<[^>]+>")


def text_of(page: str) -> str:
    """The words of the page's main part, with single spaces."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(_TAG.sub(" ", main)).split())


def section(page: str, heading: str) -> str:
    """The words of the section that the heading with this id names."""
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    return "" if found is None else " ".join(unescape(_TAG.sub(" ", found[0])).split())


def rows(page: str, heading: str) -> list[str]:
    """The words of each row of a section's table."""
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    inner = re.findall(r"<tr>(.*?)</tr>", found[0] if found else "", re.DOTALL)[1:]
    return [" ".join(unescape(_TAG.sub(" ", row)).split()) for row in inner]


def links(page: str) -> list[str]:
    """The targets of all links of the main part."""
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', page.partition("<main")[2])]
