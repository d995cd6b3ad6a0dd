"""Pages at addresses that products had: they say what became of them, and lead there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh_tools.model.interface import Version
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import version_file
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.old_names import old_folders

_NOTHING: Mapping[str, Any] = {"old": "", "v": None, "gone": False}


def redirects(renderer: Renderer) -> Iterator[Page]:
    """For each former name its product page and pages of versions; for each product ``v<N>.html`` of what has none.

    That is the latest version, which has the product's own page: so a link to a version holds whichever is the latest.
    And those that are gone.
    """
    for product, name, folder in old_folders(renderer.catalogue):
        yield _page(renderer, f"{folder}index.html", f"{product.folder}index.html", product, old=name)
        yield _page(renderer, f"{folder}changes.html", f"{product.folder}changes.html", product, old=name)
        yield from _versions(renderer, product, folder, name)
    for product in renderer.catalogue.products:
        yield from _versions(renderer, product, product.folder)


def _versions(renderer: Renderer, product: ProductFacts, folder: str, old: str = "") -> Iterator[Page]:
    pages = {version_file(version.version.v): product.page_of(version) for version in product.versions}
    numbers: dict[str, Version] = {
        version_file(v): v
        for v in (
            *(version.version.v for version in product.versions),
            *(v for release in product.releases for v, _ in release.numbers),
        )
        if v is not None
    }
    for file, v in sorted(numbers.items()):
        target = pages.get(file)
        if target != folder + file:
            to = target or f"{product.folder}index.html"
            yield _page(renderer, folder + file, to, product, old=old, v=v, gone=target is None)


def _page(renderer: Renderer, path: str, target: str, product: ProductFacts, **told: Any) -> Page:
    """``told``: the ``old`` name, the version ``v``, whether that is ``gone``."""
    return renderer.page("redirect.html", path, product=product, target=target, **{**_NOTHING, **told})
