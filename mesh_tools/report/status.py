"""What `mesh status` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.status import MeshStatus, ProductStatus, ProjectStatus
from mesh_tools.report.console import counted, print_table

_COLOURS = {
    "success": "green",
    "failed": "red",
    "refused": "red",
    "skipped": "yellow",
    "unchanged": "green",
    "kept": "green",
    "broken": "red",
}


_WHOLE = frozenset({"project", "products", "last build", "product", "version", "fresh", "deprecated"})


def print_status(to: Console, status: MeshStatus) -> None:
    """Projects with their last build, then products with their versions and promises."""
    to.print(Text.assemble((status.mesh, "bold"), f", environment {status.environment}, registry {status.registry}"))
    to.print()
    print_table(to, _projects(status.projects))
    if any(project.products for project in status.projects):
        to.print()
        print_table(to, _products(status.projects))
    for project in status.projects:
        if project.problem:
            to.print(Text(f"{project.name}: {project.problem}", style="red"))


def _table(*headings: str) -> Table:
    """A table whose names are whole, however narrow the terminal: what does not fit goes to the next line."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading in _WHOLE, overflow="fold")
    return table


def _projects(projects: tuple[ProjectStatus, ...]) -> Table:
    table = _table("project", "products", "last build", "published", "owner", "reads")
    for project in projects:
        domain = "" if project.domain == project.name else f" ({project.domain})"
        last = project.last_build or "never"
        table.add_row(
            f"{project.name}{domain}",
            str(len({product.name for product in project.products})) if project.published_at else "-",
            Text(last, _COLOURS.get(last, "")),
            _minute(project.published_at) if project.published_at else "never",
            project.owner or "-",
            ", ".join(project.upstreams) or "-",
        )
    return table


def _products(projects: tuple[ProjectStatus, ...]) -> Table:
    table = _table("product", "version", "contract", "columns", "fresh", "deprecated")
    for project in projects:
        for product in project.products:
            table.add_row(
                f"{project.name}.{product.name}",
                _version(product),
                "yes" if product.contract else "no",
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
    promise = counted(product.promise.count, product.promise.period)
    state = product.freshness or "unknown"
    return Text.assemble((state, _COLOURS.get(state, "")), f", {promise}")


def _minute(moment: str | None) -> str:
    return (moment or "")[:16].replace("T", " ")
