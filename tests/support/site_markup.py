"""What the files of a site say, read without a browser: links, anchors, and what a strict policy forbids."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from support.site import NOT_FOUND, Site

_OUTSIDE = {"http", "https", "mailto"}
_LOADS = {"src", "srcset", "poster", "background", "data", "action", "formaction", "xlink:href"}
_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
_REFRESH = re.compile(r"\d+\s*;\s*url=(.+)", re.IGNORECASE)
_SHARD = re.compile(r'M\.put\(("(?:[^"\\]|\\.)*"), ?(.*)\);?\s*', re.DOTALL)
_PAGE = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.html(?:#\S*)?")


@dataclass
class Link:
    """An address in a file, and whether the browser fetches it by itself."""

    address: str
    where: str
    is_loaded: bool


@dataclass
class Markup(HTMLParser):
    """One page, or one drawing."""

    path: str
    source: str
    links: list[Link] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Attributes of the parser itself."""
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser for each tag."""
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        self.anchors |= {attributes[name] for name in ("id", "name") if name in attributes and tag != "meta"}
        for name, value in attributes.items():
            is_loaded = name in _LOADS or (name == "href" and tag in {"link", "use", "image", "base"})
            if (is_loaded or name == "href") and not (tag == "link" and attributes.get("rel") == "canonical"):
                self.links.append(Link(value, f"{self.path}: <{tag} {name}>", is_loaded))
        if attributes.get("http-equiv", "").lower() == "refresh" and (found := _REFRESH.match(attributes["content"])):
            self.links.append(Link(found[1].strip("'\""), f"{self.path}: refresh", is_loaded=False))

    def handle_data(self, data: str) -> None:
        """Called by the parser for text."""
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each tag of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def policy(self) -> str:
        """The content security policy; empty without one."""
        found = [tag["content"] for tag in self.of("meta") if tag.get("http-equiv") == "Content-Security-Policy"]
        return found[0] if len(found) == 1 else ""

    @property
    def title(self) -> str:
        """What stands between the first ``<title>`` and its end."""
        found = re.search(r"<title>(.*?)</title>", self.source, re.DOTALL)
        return found[1].strip() if found else ""


@cache
def parsed(file: Path, path: str) -> Markup:
    """A file of a site, parsed once."""
    text = file.read_text(encoding="utf-8")
    markup = Markup(path, text)
    markup.feed(text)
    markup.close()
    return markup


def markup_of(site: Site, path: str) -> Markup:
    """A page or a drawing of the site."""
    return parsed(site.folder / path, path)


def links_of(site: Site) -> Iterator[tuple[str, Link]]:
    """Every address in every file, with the path that it is relative to."""
    for file in sorted(site.folder.rglob("*")):
        path = file.relative_to(site.folder).as_posix()
        if file.suffix in {".html", ".svg"}:
            yield from ((path, link) for link in markup_of(site, path).links)
        elif file.suffix == ".css":
            for found in _IN_CSS.finditer(file.read_text(encoding="utf-8")):
                yield path, Link(found[1] or found[2], path, is_loaded=True)
        elif path.startswith("data/") and file.suffix == ".js":
            yield from (("index.html", Link(address, path, is_loaded=False)) for address in shard_links(file))


def shard_links(file: Path) -> Iterator[str]:
    """Pages that a shard names, relative to the root of the site."""
    yield from _pages_in(shard(file)[1])


def shard(file: Path) -> tuple[str, object]:
    """The key and the value of a shard, which is nothing but one call with JSON."""
    found = _SHARD.fullmatch(file.read_text(encoding="utf-8"))
    assert found, f"{file.name} is not M.put(key, JSON);"
    return json.loads(found[1]), json.loads(found[2])


def _pages_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _PAGE.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _pages_in(key)
            yield from _pages_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _pages_in(item)


def broken_links(site: Site) -> list[str]:
    """What leads nowhere, is fetched from elsewhere, or needs a server to guess the file."""
    return [
        f"{link.where}: {link.address!r} {problem}"
        for base, link in links_of(site)
        if (problem := _problem(site, base, link))
    ]


def _problem(site: Site, base: str, link: Link) -> str | None:
    parts = urlsplit(link.address)
    if parts.scheme or parts.netloc:
        is_image = link.is_loaded and link.address.startswith("data:image/")
        return None if is_image or (parts.scheme in _OUTSIDE and not link.is_loaded) else "is fetched from elsewhere"
    address = parts.path.lstrip("/") if base == NOT_FOUND else parts.path
    if address.startswith("/") or address.endswith("/"):
        return "is absolute, or no file"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(address))) if address else base
    if path.startswith("..") or not (site.folder / path).is_file():
        return "is no file of the site"
    fragment = unquote(parts.fragment)
    return None if not fragment or fragment in _anchors(site, path) else "has no such anchor"


def _anchors(site: Site, path: str) -> set[str]:
    """What may stand after the ``#`` of an address: also what the explorer of lineage knows by its data."""
    found = markup_of(site, path).anchors
    names = site.folder / "data" / "lineage" / "names.js"
    return found | _labels(names) if path == "lineage.html" else found


@cache
def _labels(names: Path) -> set[str]:
    _, rows = shard(names)
    assert isinstance(rows, list)
    return {row[0] for row in rows}
