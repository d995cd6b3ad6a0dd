"""The tile of a product: a small page that a BI tool shows in a frame, beside the report that uses the product."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.names import twin_of
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.old_names import old_folders


def tiles(renderer: Renderer) -> Iterator[Page]:
    """``embed/<domain>.<name>.html``, also under names that a product had: who set the frame up is far away."""
    for product in renderer.catalogue.products:
        yield renderer.page("embed.html", f"embed/{twin_of(product.folder)}.html", product=product)
    for product, name, folder in old_folders(renderer.catalogue):
        yield renderer.page("embed.html", f"embed/{twin_of(folder)}.html", product=product, old=name)
