"""How everything stands: builds, promises, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mesh_tools.site.facts.product import ProductFacts, VersionFacts
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

_ORDER = {"broken": 0, "unknown": 1, "on data": 2, "kept": 3}
_ROWS = 500


def status_page(renderer: Renderer) -> Iterator[Page]:
    """``status.html``. Promises that are broken come first; of very many, only these and the next."""
    catalogue = renderer.catalogue
    promised = [(p, version) for p in catalogue.products for version in p.versions if version.promise is not None]
    promised.sort(key=_urgency)
    failing = [
        (p, version, sum(check.status in {"fail", "error"} for check in version.checks))
        for p in catalogue.products
        for version in p.versions
    ]
    yield renderer.page(
        "status.html",
        "status.html",
        nav="status",
        promised=promised[:_ROWS],
        promised_total=len(promised),
        promises=Counter(version.promise for _, version in promised),
        unpromised=sum(version.promise is None for p in catalogue.products for version in p.versions),
        failing=[found for found in failing if found[2]],
        projects=[project for domain in catalogue.domains for project in domain.projects],
        builds=Counter(p.last_build or "not known" for domain in catalogue.domains for p in domain.projects),
    )


def _urgency(pair: tuple[ProductFacts, VersionFacts]) -> tuple[int, str]:
    product, version = pair
    return _ORDER.get(version.promise or "", len(_ORDER)), product.label_of(version)
