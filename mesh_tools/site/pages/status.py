"""How everything stands: builds, promises, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mesh_tools.site.facts.catalogue import ProjectFacts
from mesh_tools.site.facts.product import ProductFacts, VersionFacts
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ROWS = 500
_ORDER = {"broken": 0, "unknown": 1, "on data": 2, "kept": 3}
_BUILDS = {"failed": 0, "refused": 1, "skipped": 2, None: 3}
_Version = tuple[ProductFacts, VersionFacts]


def status_page(renderer: Renderer) -> Iterator[Page]:
    """``status.html``. What went wrong comes first in each table; of very many, only the worst are shown."""
    catalogue = renderer.catalogue
    versions: list[_Version] = [(product, version) for product in catalogue.products for version in product.versions]
    promised = sorted((pair for pair in versions if pair[1].promise is not None), key=_urgency)
    failing = [(*pair, number) for pair in versions if (number := _failures(pair[1]))]
    projects = sorted((project for domain in catalogue.domains for project in domain.projects), key=_trouble)
    yield renderer.page(
        "status.html",
        "status.html",
        nav="status",
        most=ROWS,
        promised=promised,
        promises=Counter(version.promise for _, version in promised),
        unpromised=len(versions) - len(promised),
        failing=sorted(failing, key=lambda found: (-found[2], found[0].label_of(found[1]))),
        projects=projects,
        builds=Counter(project.last_build or "not known" for project in projects),
    )


def _failures(version: VersionFacts) -> int:
    return sum(check.status in {"fail", "error"} for check in version.checks)


def _urgency(pair: _Version) -> tuple[int, str]:
    product, version = pair
    return _ORDER.get(version.promise or "", len(_ORDER)), product.label_of(version)


def _trouble(project: ProjectFacts) -> tuple[int, str]:
    failing = any(project.tests.get(status) for status in ("fail", "error"))
    return _BUILDS.get(project.last_build, 1 if failing else len(_BUILDS)), project.name
