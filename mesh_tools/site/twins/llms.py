"""``llms.txt`` (llmstxt.org): the mesh in Markdown, for language models and whoever reads with them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mesh_tools.site.facts.catalogue import Catalogue, DomainFacts
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.markdown import plain
from mesh_tools.site.names import slug, twin_name
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer, counted

MOST = 500
"""Products of one file: what a model reads at once. A mesh of more has a file for each domain."""
_LINE = 160
_MARKS = re.compile(r"([\\\[\]`<>])")
_HOW = """\
Products are public dbt models that other projects may read. A product has an owner, versions with a contract each
(semantic versions), promises (columns, guarantees, freshness), and known consumers. Each product has a JSON document
with all of that; its field `versions[].sample` says how to read the product from dbt, SQL and Python.
In a dbt project of the mesh a product is read by `ref('project', 'product', v=...)`, never by its table's name."""


def llms_texts(renderer: Renderer) -> Iterator[Page]:
    """``llms.txt``, and of a large mesh ``llms/<domain>.txt``."""
    catalogue = renderer.catalogue
    of_domain: defaultdict[str, list[ProductFacts]] = defaultdict(list)
    for product in catalogue.products:
        of_domain[product.domain].append(product)
    is_large = len(catalogue.products) > MOST
    root = f"{renderer.base_url.rstrip('/')}/" if renderer.base_url else ""
    parts = [_head(catalogue)]
    if is_large:
        lines = [_domain_line(domain, len(of_domain[domain.name]), root) for domain in catalogue.domains]
        parts.append("\n".join(["## Domains", "", *lines]))
    else:
        parts += [_domain(domain, of_domain[domain.name], root) for domain in catalogue.domains]
    parts.append(_documents(root))
    yield Page("llms.txt", "\n\n".join(parts) + "\n")
    if is_large:
        for domain in catalogue.domains:
            yield _domain_text(domain, of_domain[domain.name], root or "../")


def _head(catalogue: Catalogue) -> str:
    about = plain(catalogue.description, 2 * _LINE) or "A data mesh of dbt projects."
    environment = f", environment {_text(catalogue.environment)}" if catalogue.environment else ""
    counts = f"{counted(len(catalogue.products), 'product')} of {counted(len(catalogue.domains), 'domain')}"
    return f"# {_text(catalogue.name)}\n\n> {_text(about)}\n\nAs of {catalogue.as_of}{environment}: {counts}.\n\n{_HOW}"


def _domain(domain: DomainFacts, products: Sequence[ProductFacts], root: str) -> str:
    purpose = [_text(plain(domain.purpose, _LINE)), ""] if domain.purpose else []
    lines = [f"## {_text(domain.name)}", "", *purpose, *(_line(product, root) for product in products)]
    return "\n".join(lines).rstrip()


def _domain_line(domain: DomainFacts, products: int, root: str) -> str:
    told = f": {_text(plain(domain.purpose, _LINE))}" if domain.purpose else ""
    return f"- [{_text(domain.name)}]({root}llms/{slug(domain.name)}.txt){told} ({counted(products, 'product')})"


def _domain_text(domain: DomainFacts, products: Sequence[ProductFacts], root: str) -> Page:
    shown = products[:MOST]
    lines = [f"# {_text(domain.name)}", ""]
    if domain.purpose:
        lines += [f"> {_text(plain(domain.purpose, _LINE))}", ""]
    lines += ["## Products", "", *(_line(product, root) for product in shown)]
    if len(products) > len(shown):
        rest = f"all {len(products):,} products of the domain"
        lines.append(f"- [{rest}]({root}api/v1/domains/{slug(domain.name)}.json): these are the first {len(shown)}")
    return Page(f"llms/{slug(domain.name)}.txt", "\n".join(lines) + "\n")


def _line(product: ProductFacts, root: str) -> str:
    latest = product.latest
    described = plain(latest.version.description, _LINE) or "not described"
    state = "" if latest.status == "stable" else f" ({latest.status})"
    label = _text(product.label_of(latest))
    return f"- [{label}]({root}api/v1/products/{twin_name(product)}.json): {_text(described)}{state}"


def _documents(root: str) -> str:
    return "\n".join(
        (
            "## Optional",
            "",
            f"- [Index of all documents]({root}api/v1/index.json): with a JSON Schema of each",
            f"- [Products]({root}api/v1/products.json): all in one document",
            f"- [Domains]({root}api/v1/domains.json): owners, and who uses whom",
            f"- [Status]({root}api/v1/status.json): builds, freshness, tests that fail",
            f"- [Deprecations]({root}api/v1/deprecations.json): what ends, and when",
            f"- [Changes]({root}api/v1/changes.json): the newest publications",
        )
    )


def _text(text: str) -> str:
    """One line that is no Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
