"""Templates to pages: what every page has in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from mesh_tools import __version__
from mesh_tools.model.interface import Column, product_key
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.product import Release
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.markdown import markdown, plain
from mesh_tools.site.names import column_anchor, domain_page, slug, twin_name
from mesh_tools.site.output import Page

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
TEMPLATES = Path(__file__).with_name("templates")


class Renderer:
    """Renders pages of one site.

    Args:
        catalogue: Its name, day and profile are on every page.
        base_url: Where the site is going to be, for what needs whole addresses; may be empty.
    """

    def __init__(self, catalogue: Catalogue, base_url: str = "") -> None:
        self.catalogue = catalogue
        self.base_url = base_url
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.filters |= FILTERS
        self._environment.globals |= {
            "mesh": catalogue,
            "base_url": base_url,
            "version": __version__,
            "domain_page": domain_page,
            "product_key": product_key,
            "release_page": self.release_page,
        }
        self._templates: dict[str, Template] = {}
        self._folders = {(product.project, product.name): product.folder for product in catalogue.products}
        for product in catalogue.products:
            for name in product.product.renamed_from:
                self._folders.setdefault((product.project, name), product.folder)

    @cached_property
    def lineage(self) -> LineageIndex:
        """The lineage, ready to be asked: made once for all pages."""
        return LineageIndex(self.catalogue.lineage)

    def release_page(self, release: Release) -> str | None:
        """Where the changes of a release's product are; ``None`` when the product is gone."""
        folder = self._folders.get((release.project, release.product))
        return f"{folder}changes.html" if folder else None

    def page(self, template: str, path: str, /, *, nav: str = "", **context: Any) -> Page:
        """The file ``path`` from a template.

        Args:
            template: Below ``templates/``.
            path: Relative to the site's root; ``root`` in the template leads from it to there.
            nav: Which entry of the navigation is the current one.
            context: What the template needs.
        """
        found = self._templates.get(template)
        if found is None:
            found = self._templates[template] = self._environment.get_template(template)
        context.setdefault("root", "../" * path.count("/"))
        return Page(path, found.render(path=path, nav=nav, **context))


def day_of(moment: str | None) -> str:
    """The UTC day of an ISO 8601 moment; empty for none."""
    return (moment or "")[:10]


def month_of(month: str) -> str:
    """``June 2026`` of ``2026-06``; itself for what is no month."""
    year, _, number = month.partition("-")
    # strftime would ask the locale, and the same site would have other bytes elsewhere.
    return f"{_MONTHS[int(number) - 1]} {year}" if number.isdecimal() and 1 <= int(number) <= len(_MONTHS) else month


def minute_of(moment: str | None) -> str:
    """``2026-11-22 17:38 UTC`` of an ISO 8601 moment; empty for none, itself for what is no moment."""
    if not moment:
        return ""
    try:
        # Python 3.10 does not read the Z.
        found = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    except ValueError:
        return moment
    return f"{found.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"


def counted(number: int, word: str, several: str | None = None) -> str:
    """``1 model``, ``2 models``, ``1,024 products``."""
    return f"{number:,} {word if number == 1 else several or f'{word}s'}"


def typed(column: Column) -> str:
    """The type of a column as its owner wrote it, else as the warehouse calls it."""
    return column.data_type or column.canonical_type or "?"


FILTERS: dict[str, Callable[..., Any]] = {
    "markdown": markdown,
    "plain": plain,
    "slug": slug,
    "twin": twin_name,
    "column_anchor": column_anchor,
    "day": day_of,
    "month": month_of,
    "minute": minute_of,
    "counted": counted,
    "typed": typed,
}
