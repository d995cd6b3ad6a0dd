"""Where documents are, and how one names what is elsewhere in the site."""

from __future__ import annotations

from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import slug, twin_name

API = "api/v1/"


class Place:
    """A folder that documents are in; URLs lead from there, so that the site can lie anywhere.

    Args:
        folder: Below ``api/v1/``, ending in ``/``; empty for that itself.
    """

    def __init__(self, folder: str = "") -> None:
        self.folder = API + folder
        self.to_api = "../" * folder.count("/")
        self.root = "../" * self.folder.count("/")

    def page(self, href: str) -> str:
        """A page, from its path relative to the site's root."""
        return self.root + href

    def maybe(self, href: str | None) -> str | None:
        """The same of what may have no page."""
        return None if href is None else self.root + href

    def schema(self, name: str) -> str:
        """The JSON Schema of a kind of document."""
        return f"{self.to_api}schema/{name}.json"

    def product(self, product: ProductFacts) -> str:
        """The document of a product."""
        return f"{self.to_api}products/{twin_name(product)}.json"

    def domain(self, name: str) -> str:
        """The document of a domain."""
        return f"{self.to_api}domains/{slug(name)}.json"
