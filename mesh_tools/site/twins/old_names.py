"""Names that products had before: what links to them shall still be found."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import slug, twin_of


def old_folders(catalogue: Catalogue) -> Iterator[tuple[ProductFacts, str, str]]:
    """Each former name of a product, with the folder of it; not where another product lives by now.

    Of two products that had the same name the first one has it.
    """
    taken = {product.folder for product in catalogue.products}
    for product in catalogue.products:
        for name in product.product.renamed_from:
            folder = f"products/{slug(product.domain)}/{slug(name)}/"
            if folder not in taken:
                taken.add(folder)
                yield product, name, folder


def twins_of(catalogue: Catalogue) -> Iterator[tuple[ProductFacts, list[str]]]:
    """Each product, with its part of the paths of what machines read: that of today, then those of former names."""
    former: dict[str, list[str]] = {}
    for product, _, folder in old_folders(catalogue):
        former.setdefault(product.folder, []).append(twin_of(folder))
    for product in catalogue.products:
        yield product, [twin_of(product.folder), *former.get(product.folder, ())]
