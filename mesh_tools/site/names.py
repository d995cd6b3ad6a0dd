"""Names in paths and anchors: any text becomes something that every file system and URL takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from mesh_tools.model.interface import Version

if TYPE_CHECKING:  # its facts are named by what is here
    from mesh_tools.site.facts.product import ProductFacts

_SAFE = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,79}")
_UNSAFE = re.compile(r"[^a-z0-9_]+")
_KEPT = 40
_DIGITS = 8
# Of Windows, with any suffix.
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(10))})


def slug(text: str) -> str:
    """``text`` as a part of a path or an anchor: itself where it is safe, else what is safe of it and a digest.

    Different texts never become one slug, also where a file system folds case.
    """
    is_safe = _SAFE.fullmatch(text) and "--" not in text and not text.endswith(".")
    if is_safe and text.partition(".")[0] not in _RESERVED:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    safe = _UNSAFE.sub("-", text.lower()).strip("-")[:_KEPT]
    return f"{safe}--{digest}" if safe else f"x--{digest}"


def column_anchor(column: str) -> str:
    """The permalink of a column on its product's page: ``c-amount``."""
    return f"c-{slug(column)}"


def version_file(v: Version | None) -> str:
    """The page of a version beside the product's own: ``v2.html``; of a product without versions ``index.html``."""
    return "index.html" if v is None else f"v{slug(str(v))}.html"


def domain_page(domain: str) -> str:
    """``domains/operations/index.html``."""
    return f"domains/{slug(domain)}/index.html"


class ProductPaths:
    """The folder of each product below the root: ``products/operations/flights/``.

    Args:
        products: Domain, project and name of all. Two projects of one domain may have products of the same name: then
            the project's name tells them apart.
    """

    def __init__(self, products: Iterable[tuple[str, str, str]]) -> None:
        self._folders: dict[tuple[str, str], str] = {}
        taken: set[str] = set()
        for domain, project, name in sorted(products):
            folder = f"products/{slug(domain)}/{slug(name)}/"
            if folder in taken:
                folder = f"products/{slug(domain)}/{slug(f'{project}.{name}')}/"
            taken.add(folder)
            self._folders[project, name] = folder

    def folder(self, project: str, name: str) -> str | None:
        """Of a product, or ``None`` when the site has none of that name."""
        return self._folders.get((project, name))

    def page(self, project: str, name: str, v: Version | None = None, *, latest: bool = True) -> str | None:
        """The page of a product; of one version of it when it is not the latest."""
        folder = self._folders.get((project, name))
        return None if folder is None else folder + ("index.html" if latest else version_file(v))


def twin_name(product: ProductFacts) -> str:
    """``operations.flights``: the product's own part of the paths of what machines read of it."""
    return twin_of(product.folder)


def twin_of(folder: str) -> str:
    """The same of a folder; different folders never have one name."""
    _, domain, name, _ = folder.split("/")
    if "." not in domain and "." not in name:
        return f"{domain}.{name}"
    # a.b of c, and a of b.c, would be the same.
    return f"{domain}.{name}--{sha256(folder.encode()).hexdigest()[:_DIGITS]}"
