"""A page for every model, with its SQL: of the profile ``all`` alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mesh_tools.site.facts.models import ModelFacts
from mesh_tools.site.names import slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ON_A_PAGE = 1000


def model_pages(renderer: Renderer) -> Iterator[Page]:
    """``models/<project>/<name>.html`` of each, a list ``models/<project>.html``, and ``models.html``; else nothing."""
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
    lists = [(project, list_page(project), len(models)) for project, models in sorted(projects.items())]
    yield renderer.page("models.html", "models.html", nav="models", projects=lists)
    for project, models in projects.items():
        yield from _lists(renderer, project, models)
        for model in models:
            yield renderer.page(
                "model.html", model.page, nav="models", model=model, product=products.get(model.label), up=project
            )


def _lists(renderer: Renderer, project: str, models: list[ModelFacts]) -> Iterator[Page]:
    starts = range(0, len(models), ON_A_PAGE)
    paths = [list_page(project, number) for number in range(1, len(starts) + 1)]
    for path, start in zip(paths, starts, strict=True):
        yield renderer.page(
            "models_of.html",
            path,
            nav="models",
            project=project,
            models=models[start : start + ON_A_PAGE],
            total=len(models),
            paths=paths,
        )


def list_page(project: str, number: int = 1) -> str:
    """``models/operations.html``: beside the folder of the pages themselves, where a model may be called ``index``."""
    # No slug ends in two hyphens and a short number.
    return f"models/{slug(project)}.html" if number == 1 else f"models/{slug(project)}--{number}.html"
