"""The search index: names at once, all else in shards that are loaded when a query needs them.

``search/names`` has a line for each entry, ``search/about-<k>`` the first words of 500 of them, ``search/columns`` the
different names of columns, ``search/columns-<k>`` which entries have them, ``search/descriptions-<k>`` which entries
say a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.json import encode

from mesh_tools.site.facts.entries import Entry
from mesh_tools.site.names import slug
from mesh_tools.site.output import Page
from mesh_tools.site.search.fields import FIELDS, field
from mesh_tools.site.search.postings import Shard, shards
from mesh_tools.site.search.urls import urls
from mesh_tools.site.search.words import SHORTEST, STOP, words

IN_A_FILE = 500
"""Descriptions in one shard, and rows on one page of the list."""
_SHOWN = 160
_SENTENCE = re.compile(rf".{{20,{_SHOWN - 1}}}?[.!?](?= |$)")


def search_shards(entries: Sequence[Entry]) -> Iterator[Page]:
    """All files of the index; the same entries make the same bytes."""
    by_column = list(shards(_by_column(entries)))
    by_word = list(shards(_by_word(entries)))
    yield _page("names", _names(entries, by_word))
    for number in range(0, len(entries), IN_A_FILE):
        lines = [shortened(entry.description) for entry in entries[number : number + IN_A_FILE]]
        yield _page(f"about-{number // IN_A_FILE}", _lines(lines))
    yield _page("columns", _columns(by_column))
    for number, shard in enumerate(by_column):
        yield _page(f"columns-{number}", "\n".join(shard.postings))
    for number, shard in enumerate(by_word):
        yield _page(f"descriptions-{number}", {"words": _lines(shard.keys), "postings": "\n".join(shard.postings)})


def shortened(text: str) -> str:
    """The first sentence of a description, or its beginning: what fits under a name."""
    sentence = _SENTENCE.match(text)
    if sentence:
        return sentence[0]
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rsplit(" ", 1)[0] + "…"


def _names(entries: Sequence[Entry], by_word: list[Shard]) -> dict[str, Any]:
    return {
        "names": _lines([entry.text for entry in entries]),
        "fields": {name: field(of, entries) for name, of in FIELDS.items()},
        "flags": "".join(str(entry.public + 2 * (not entry.latest)) for entry in entries),
        "consumers": [entry.consumers for entry in entries],
        **urls(entries),
        "words": [shard.keys[0] for shard in by_word],
        "stop": STOP,
        "shortest": SHORTEST,
        "in_a_file": IN_A_FILE,
    }


def _columns(by_column: list[Shard]) -> dict[str, Any]:
    """All names; how many of them each shard has; and the anchors of those that are not their own."""
    names = [key for shard in by_column for key in shard.keys]
    anchors = {str(at): slug(name) for at, name in enumerate(names) if slug(name) != name}
    return {"names": _lines(names), "counts": [len(shard.keys) for shard in by_column], "anchors": anchors}


def _by_column(entries: Sequence[Entry]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(entries):
        for name in dict.fromkeys(column.name for column in entry.columns):
            found[name].append(at)
    return dict(found)


def _by_word(entries: Sequence[Entry]) -> dict[str, list[int]]:
    """Twice the number of an entry; one more where only the description of a column says the word."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(entries):
        own = words(entry.description)
        of_columns = frozenset[str]().union(*(words(column.description) for column in entry.columns))
        for word in own:
            found[word].append(2 * at)
        for word in of_columns - own:
            found[word].append(2 * at + 1)
    return dict(found)


def _lines(texts: Sequence[str]) -> str:
    """One string: a browser keeps it as it is, and splits what it shows."""
    return "\n".join(unicodedata.normalize("NFC", " ".join(text.split()) if "\n" in text else text) for text in texts)


def _page(name: str, value: Any) -> Page:
    key = f"search/{name}"
    return Page(f"data/{key}.js", f'M.put("{key}", {encode(value).decode()});\n')
