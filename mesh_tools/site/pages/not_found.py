"""The page for what is not there: a host shows it at any depth, so its links cannot be relative to the page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer


def not_found_page(renderer: Renderer) -> Iterator[Page]:
    """``404.html``. With a base URL its links lead from there; without one the site is taken to be the whole host."""
    path = urlsplit(renderer.base_url).path.strip("/")
    yield renderer.page("not_found.html", "404.html", root=f"/{path}/" if path else "/")
