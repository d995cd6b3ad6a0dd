"""What `mesh status` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.status import MeshStatus, ProductStatus, ProjectStatus

_COLOURS = {
    "success": "green",
    "failed": "red",
    "refused": "red",
    "skipped": "yellow",
    "kept": "green",
    "broken": "red",
}


def print_status(to: Console, status: MeshStatus) -> None:
    """Projects with their last build, then products with their versions and promises."""
    to.print(Text.assemble((status.mesh, "bold"), f", environment {status.environment}, registry {status.registry}"))
    to.print()
    to.print(_projects(status.projects))
    if any(project.products for project in status.projects):
        to.print()
        to.print(_products(status.projects))
    for project in status.projects:
        if project.problem:
            to.print(Text(f"{project.name}: {project.problem}", style="red"))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table


def _projects(projects: tuple[ProjectStatus, ...]) -> Table:
    table = _table("project", "domain", "owner", "reads", "products", "last build", "published")
    for project in projects:
        last = project.last_build or "never"
        when = f" {_minute(project.last_build_at)}" if project.last_build_at else ""
        table.add_row(
            project.name,
            project.domain,
            project.owner or "-",
            ", ".join(project.upstreams) or "-",
            str(len({product.name for product in project.products})) if project.published_at else "-",
            Text.assemble((last, _COLOURS.get(last, "")), when),
            _minute(project.published_at) if project.published_at else "never",
        )
    return table


def _products(projects: tuple[ProjectStatus, ...]) -> Table:
    table = _table("product", "version", "contract", "columns", "freshness", "deprecated")
    for project in projects:
        for product in project.products:
            table.add_row(
                f"{project.name}.{product.name}",
                _version(product),
                "enforced" if product.contract else "none",
                str(product.columns),
                _freshness(product),
                product.deprecation_date or "",
            )
    return table


def _version(product: ProductStatus) -> str:
    latest = ", latest" if product.v is not None and product.latest else ""
    return f"{product.semantic_version}{latest}"


def _freshness(product: ProductStatus) -> Text:
    if product.promise is None:
        return Text("-")
    promise = f"{product.promise.count} {product.promise.period}{'' if product.promise.count == 1 else 's'}"
    state = product.freshness or "unknown"
    return Text.assemble(f"{promise}: ", (state, _COLOURS.get(state, "")))


def _minute(moment: str | None) -> str:
    return (moment or "")[:16].replace("T", " ")
