"""Everything of a catalogue that can be found, in one order that all shards share."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.model.interface import Owner
from mesh_tools.site.facts.catalogue import Catalogue, DomainFacts
from mesh_tools.site.facts.entries import ColumnEntry, Entry
from mesh_tools.site.facts.models import ModelFacts
from mesh_tools.site.facts.product import ColumnFacts, ProductFacts, VersionFacts
from mesh_tools.site.markdown import plain
from mesh_tools.site.names import domain_page

_LONGEST = 5_000
"""Characters of a description that are looked at; a column's are fewer."""
_LONGEST_OF_COLUMN = 1_000
_PAGES = (
    ("Map of the mesh", "map.html", "Who depends on whom, and how much."),
    ("Column lineage", "lineage.html", "Where a column comes from, and who reads it."),
    ("Columns of the same name", "columns.html", "Types of a name across products."),
    ("Status", "status.html", "Builds, tests and freshness promises."),
    ("Changes", "changes.html", "What changed of the promises."),
    ("Deprecations", "deprecations.html", "What ends, when, and what to use instead."),
)


def entries_of(catalogue: Catalogue) -> tuple[Entry, ...]:
    """Products first, as the list of products has them; then domains, exposures, pages and models."""
    return (
        *product_entries(catalogue),
        *map(_domain, catalogue.domains),
        *_exposures(catalogue),
        *(Entry(kind="page", name=name, url=url, description=text) for name, url, text in _PAGES),
        *map(_model, catalogue.models),
    )


def product_entries(catalogue: Catalogue) -> tuple[Entry, ...]:
    """One for each version of each product, the latest first."""
    return tuple(_product(product, version) for product in catalogue.products for version in product.versions)


def _product(product: ProductFacts, of: VersionFacts) -> Entry:
    version = of.version
    return Entry(
        kind="product",
        name=product.name,
        v="" if version.v is None else str(version.v),
        project=product.project,
        domain=product.domain,
        url=product.page_of(of),
        description=plain(version.description, _LONGEST),
        owner=_owner(product.owner),
        tier=version.tier,
        status=of.status,
        freshness=of.promise,
        contract=version.semantic_version,
        until=version.deprecation_date or "",
        consumers=of.readers,
        latest=of.latest,
        classes=tuple(sorted({c.column.classification for c in of.columns if c.column.classification})),
        tags=tuple(sorted({*version.tags, *(tag for c in of.columns for tag in c.column.tags)})),
        columns=tuple(_column(column) for column in of.columns),
    )


def _column(fact: ColumnFacts) -> ColumnEntry:
    return ColumnEntry(fact.column.name, plain(fact.description, _LONGEST_OF_COLUMN))


def _domain(domain: DomainFacts) -> Entry:
    owner = domain.owners[0] if domain.owners else Owner()
    return Entry(
        kind="domain",
        name=domain.name,
        domain=domain.name,
        url=domain_page(domain.name),
        description=plain(domain.purpose, _LONGEST),
        owner=_owner(owner),
        consumers=sum(project.products for project in domain.projects),
    )


def _exposures(catalogue: Catalogue) -> Iterator[Entry]:
    """Each once: at the first product that it uses."""
    found: dict[tuple[str, str], Entry] = {}
    for product in catalogue.products:
        for version in product.versions:
            for consumer in version.consumers:
                if consumer.kind == "exposure":
                    entry = Entry(
                        kind="exposure",
                        name=consumer.name,
                        project=consumer.project,
                        domain=consumer.domain,
                        url=f"{product.page_of(version)}#consumers",
                        description=f"Uses {product.label_of(version)}.",
                        owner=_owner(consumer.owner),
                    )
                    found.setdefault((consumer.project, consumer.name), entry)
    return (found[key] for key in sorted(found))


def _model(model: ModelFacts) -> Entry:
    return Entry(
        kind="model",
        name=model.label.removeprefix(f"{model.project}."),
        project=model.project,
        domain=model.domain,
        url=model.page,
        description=plain(model.description, _LONGEST),
        consumers=len(model.read_by),
        public=model.access == "public",
        columns=tuple(ColumnEntry(c.name, plain(c.description, _LONGEST_OF_COLUMN)) for c in model.columns),
    )


def _owner(owner: Owner) -> tuple[str, ...]:
    return tuple(part for part in (owner.name, owner.email, owner.channel) if part)
