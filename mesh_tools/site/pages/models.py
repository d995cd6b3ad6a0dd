"""A page for every model, with its SQL: of the profile ``all`` alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mesh_tools.site.facts.models import ModelFacts
from mesh_tools.site.names import slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer


def model_pages(renderer: Renderer) -> Iterator[Page]:
    """``models/<project>/<name>.html`` of each, ``models/<project>/index.html``, and ``models.html``; else nothing."""
    catalogue = renderer.catalogue
    if catalogue.profile != "all":
        return
    projects: defaultdict[str, list[ModelFacts]] = defaultdict(list)
    for model in catalogue.models:
        projects[model.project].append(model)
    products = {
        product.label_of(version): product.page_of(version)
        for product in catalogue.products
        for version in product.versions
    }
    yield renderer.page(
        "models.html",
        "models.html",
        nav="models",
        projects={project: (project_page(project), models) for project, models in projects.items()},
    )
    for project, models in projects.items():
        yield renderer.page("models_of.html", project_page(project), nav="models", project=project, models=models)
        for model in models:
            yield renderer.page(
                "model.html", model.page, nav="models", model=model, product=products.get(model.label), up=project
            )


def project_page(project: str) -> str:
    """``models/operations/index.html``."""
    return f"models/{slug(project)}/index.html"
