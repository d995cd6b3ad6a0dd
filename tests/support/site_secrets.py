"""What the public site must not tell: private names and SQL, as manifests have them, and where they are found."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mesh_tools.model.interface import Interface
from support.site import Site

_WORD = re.compile(r"\w+")
_SHORTEST_LINE = 16
# Whoever reads a product may write it as its page shows it; a private relation is told by its name as well.
_ONLY_A_REF = re.compile(
    r"""(?:select \*|from|join|\s)*(?:\{\{ *ref\([^)]*\) *\}\}|[\w."]+)[\w ,]*|select \w+""", re.IGNORECASE
)

Secrets = Mapping[str, frozenset[str]]
"""By kind: names, or lines of SQL."""


def secrets_of(manifests: Iterable[Mapping[str, Any]], public: frozenset[str] = frozenset()) -> Secrets:
    """Private names and lines of all projects; without the words of ``public``, which everybody may know."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for manifest in manifests:
        project = manifest["metadata"]["project_name"]
        for key in ("nodes", "sources", "macros", "unit_tests", "docs"):
            for node in manifest.get(key, {}).values():
                if node["package_name"] == project:
                    for kind, text in _of_node(node):
                        found[kind].add(text)
    lines = frozenset(filter(_is_telling, found.pop("sql", set())))
    names = {kind: frozenset(texts - public) for kind, texts in found.items()}
    return {**names, "sql": lines}


def _of_node(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind = node.get("resource_type", "doc")
    is_public = kind == "model" and node.get("access") == "public"
    if not is_public:
        yield kind, node["name"]
        yield from ((f"column of {kind}", column) for column in node.get("columns", {}))
        yield from ((f"description of {kind}", line) for line in _lines(node.get("description") or ""))
    if kind == "source":
        yield kind, node["source_name"]
        yield kind, node.get("identifier") or node["name"]
    yield "path", node["original_file_path"]
    for code in ("raw_code", "compiled_code", "macro_sql"):
        yield from (("sql", line) for line in _lines(node.get(code) or ""))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _is_telling(line: str) -> bool:
    return len(line) >= _SHORTEST_LINE and " " in line and not _ONLY_A_REF.fullmatch(line)


def public_words(interfaces: Iterable[Interface]) -> frozenset[str]:
    """What producers say to everybody, word by word."""
    words: set[str] = set()
    for interface in interfaces:
        for product in interface.products:
            words |= {product.name, *_WORD.findall(json.dumps([product.owner.name, product.group]))}
            for version in product.versions:
                words |= {column.name for column in version.columns}
                texts = [version.description, version.scope, *(column.description for column in version.columns)]
                words |= set(_WORD.findall(" ".join(filter(None, texts))))
    return frozenset(words)


class Haystack:
    """All text of a site, names of files too, as a reader has it: without escapes, blanks made one."""

    def __init__(self, site: Site) -> None:
        self._texts = {path: _readable(path) for path in sorted(site.folder.rglob("*")) if path.is_file()}
        self._words = {path: set(_WORD.findall(text)) for path, text in self._texts.items()}

    def leaks(self, secrets: Secrets) -> list[str]:
        """Kind, secret, and the first file that has it."""
        found = []
        for kind, texts in sorted(secrets.items()):
            for text in sorted(texts):
                path = self._find(text.casefold())
                if path is not None:
                    found.append(f"{kind} {text!r} in {path.name}")
        return found

    def _find(self, text: str) -> Path | None:
        is_word = _WORD.fullmatch(text) is not None
        places = self._words if is_word else self._texts
        return next((path for path, content in places.items() if text in content), None)


def _readable(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".js", ".json"}:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = text.replace("\\n", " ").replace('\\"', '"')
    elif path.suffix != ".css":
        text = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", _attributes, text))
    return " ".join(f"{path} {text}".casefold().split())


def _attributes(tag: re.Match[str]) -> str:
    """Of a tag only what its attributes say, so that marked words of a line of code stand together."""
    return " ".join(re.findall(r'(?:title|alt|aria-label|content|href|src|id|data-[\w-]+|d)="([^"]*)"', tag[0]))
