"""What the search box loads."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.search.entries import entries_of
from mesh_tools.site.search.shards import search_shards


def search_pages(renderer: Renderer) -> Iterator[Page]:
    """``data/search/``."""
    yield from search_shards(entries_of(renderer.catalogue))
