"""All files of a site."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.output import Page
from mesh_tools.site.pages.changes import change_pages
from mesh_tools.site.pages.columns import column_pages
from mesh_tools.site.pages.deprecations import deprecation_page
from mesh_tools.site.pages.domains import domain_pages
from mesh_tools.site.pages.index import index_page
from mesh_tools.site.pages.lineage import lineage_pages
from mesh_tools.site.pages.map import map_page
from mesh_tools.site.pages.models import model_pages
from mesh_tools.site.pages.not_found import not_found_page
from mesh_tools.site.pages.product import product_pages
from mesh_tools.site.pages.products import products_pages
from mesh_tools.site.pages.search import search_pages
from mesh_tools.site.pages.status import status_page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.api import api_documents
from mesh_tools.site.twins.badges import badges
from mesh_tools.site.twins.feed import feeds
from mesh_tools.site.twins.llms import llms_texts
from mesh_tools.site.twins.redirects import redirects
from mesh_tools.site.twins.tile import tiles

_PAGES: tuple[Callable[[Renderer], Iterator[Page]], ...] = (
    index_page,
    products_pages,
    search_pages,
    product_pages,
    lineage_pages,
    map_page,
    domain_pages,
    status_page,
    change_pages,
    deprecation_page,
    column_pages,
    model_pages,
    not_found_page,
    api_documents,
    feeds,
    llms_texts,
    badges,
    tiles,
    redirects,
)
"""What makes the files; a new kind of page is a module beside these, and a line here."""


def site_pages(catalogue: Catalogue, base_url: str = "") -> Iterator[Page]:
    """Every file of the site, each once.

    Args:
        catalogue: What it shows.
        base_url: Where the site is going to be, for what needs whole addresses; may be empty.
    """
    yield from assets()
    renderer = Renderer(catalogue, base_url)
    for make in _PAGES:
        yield from make(renderer)
