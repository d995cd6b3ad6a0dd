"""``api/v1``: the site for programs. All that its pages show, in documents with a schema each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mesh_tools import __version__
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.documents.overview import DocumentLink, GapDocument, IndexDocument
from mesh_tools.site.twins.domains import domain_documents
from mesh_tools.site.twins.encoding import json_page
from mesh_tools.site.twins.filling import score_of
from mesh_tools.site.twins.lineage import column_documents, lineage_documents
from mesh_tools.site.twins.overviews import (
    changes_document,
    deprecations_document,
    products_document,
    status_document,
)
from mesh_tools.site.twins.places import Place
from mesh_tools.site.twins.products import product_documents
from mesh_tools.site.twins.schema import DOCUMENTS, schema_of

_PLACE = Place()
_OTHERS: tuple[Callable[[Renderer], Iterator[Page]], ...] = (
    products_document,
    product_documents,
    domain_documents,
    status_document,
    changes_document,
    deprecations_document,
    column_documents,
    lineage_documents,
)
_TEXTS = (
    ("products", "products.json", "Every product in one line."),
    ("product", "products/{twin}.json", "A product: its promise, versions, consumers, tests, history, lineage."),
    ("domains", "domains.json", "Every domain in one line, and who uses whom."),
    ("domain", "domains/{domain}.json", "A domain with its products and couplings; domains.json has the URL."),
    ("status", "status.json", "Builds, promises of freshness, tests that fail."),
    ("changes", "changes.json", "The newest publications of all products."),
    ("deprecations", "deprecations.json", "Versions and columns with an end."),
    ("columns", "columns/{domain}.json", "The columns of a domain's products."),
    ("lineage", "lineage/{domain}.json", "What the products of a domain are made of, column by column."),
)


def api_documents(renderer: Renderer) -> Iterator[Page]:
    """Every document, and the schema of each kind."""
    yield json_page(f"{_PLACE.folder}index.json", index_document(renderer.catalogue))
    for make in _OTHERS:
        yield from make(renderer)
    for name in DOCUMENTS:
        yield json_page(f"{_PLACE.folder}schema/{name}.json", schema_of(name))


def index_document(catalogue: Catalogue) -> IndexDocument:
    """Where to begin."""
    return IndexDocument(
        schema=_PLACE.schema("index"),
        mesh=catalogue.name,
        description=catalogue.description,
        environment=catalogue.environment,
        as_of=catalogue.as_of.isoformat(),
        profile=catalogue.profile,
        generator=f"mesh-tools {__version__}",
        counts=_counts(catalogue),
        score=score_of(catalogue.score),
        documents=tuple(_links()),
        gaps=tuple(
            GapDocument(about=gap.about, projects=gap.projects, text=gap.text, command=gap.command)
            for gap in catalogue.gaps
        ),
    )


def _counts(catalogue: Catalogue) -> dict[str, int]:
    versions = [version for product in catalogue.products for version in product.versions]
    return {
        "domains": len(catalogue.domains),
        "projects": sum(len(domain.projects) for domain in catalogue.domains),
        "products": len(catalogue.products),
        "versions": len(versions),
        "columns": sum(len(product.latest.columns) for product in catalogue.products),
        "readers": sum(version.readers for version in versions),
    }


def _links() -> Iterator[DocumentLink]:
    for name, url, text in _TEXTS:
        yield DocumentLink(name=name, url=url, schema=_PLACE.schema(name), text=text)
    feed = "What is published, as an Atom feed; domains/{domain}/feed.xml for one domain."
    yield DocumentLink(name="feed", url=_PLACE.page("feed.xml"), schema=None, text=feed)
    text = "The products in Markdown, for language models."
    yield DocumentLink(name="llms", url=_PLACE.page("llms.txt"), schema=None, text=text)
