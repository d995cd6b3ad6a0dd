"""Documents over many products."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.interface import Classification, Tier, Version
from mesh_tools.site.facts.catalogue import GapKind
from mesh_tools.site.facts.graph import Method, NodeKind
from mesh_tools.site.twins.documents.common import (
    Document,
    OwnerDocument,
    ProductStatus,
    PromiseState,
    ReleaseDocument,
    ScoreDocument,
)
from mesh_tools.site.twins.documents.product import LinkDocument


class DocumentLink(Struct, frozen=True, kw_only=True):
    """Another document.

    Attributes:
        name: What it is about.
        url: Where it is; `{name}` stands for what the documents of a list call `twin`.
        schema: URL of its JSON Schema; null of what is no JSON.
        text: What it holds.
    """

    name: str
    url: str
    schema: str | None
    text: str


class GapDocument(Struct, frozen=True, kw_only=True):
    """Something that is not known.

    Attributes:
        about: What it concerns.
        projects: Whose; empty for the mesh.
        text: In one sentence.
        command: What brings it; empty where nothing helps.
    """

    about: GapKind
    projects: tuple[str, ...]
    text: str
    command: str


class IndexDocument(Document, frozen=True, kw_only=True, tag="index"):
    """Where to begin.

    Attributes:
        mesh: Its name.
        description: What it is about.
        environment: Whose publications and builds are shown.
        as_of: The day that dates are measured against.
        profile: For whom the site is.
        generator: What wrote it.
        counts: How many domains, projects, products, versions, columns and readers there are.
        score: Of the whole mesh, by the linter.
        documents: All others.
        gaps: What is not known.
    """

    mesh: str
    description: str
    environment: str
    as_of: str
    profile: Literal["public", "all"]
    generator: str
    counts: dict[str, int]
    score: ScoreDocument | None
    documents: tuple[DocumentLink, ...]
    gaps: tuple[GapDocument, ...]


class ProductSummary(Struct, frozen=True, kw_only=True):
    """A product in one line; versions apart from the latest are only counted.

    Attributes:
        label: `operations.flights`.
        twin: Its name in the paths of documents, badges and tiles.
        url: Its whole document.
        page: Its page.
        domain: That owns it.
        project: Of the product.
        name: Of its dbt model.
        description: Its beginning, without Markdown.
        owner: Whom to ask.
        status: Of the latest version.
        v: The latest version; null for a product without versions.
        semantic_version: Of its contract.
        tier: Of service.
        freshness: Whether its promise is kept; null: it promises none.
        built_at: When a build last found it up to date; ISO 8601, UTC.
        deprecation_date: ISO date of its end.
        versions: How many it has.
        columns: How many the latest version has.
        readers: How many models and exposures of others use any version.
        score: Of the latest version; null: not asked.
        tags: dbt's.
    """

    label: str
    twin: str
    url: str
    page: str
    domain: str
    project: str
    name: str
    description: str
    owner: OwnerDocument
    status: ProductStatus
    v: Version | None
    semantic_version: str
    tier: Tier | None
    freshness: PromiseState | None
    built_at: str | None
    deprecation_date: str | None
    versions: int
    columns: int
    readers: int
    score: int | None
    tags: tuple[str, ...]


class ProductsDocument(Document, frozen=True, kw_only=True, tag="products"):
    """All products, each in one line.

    Attributes:
        products: By domain, project and name.
    """

    products: tuple[ProductSummary, ...]


class ProjectDocument(Struct, frozen=True, kw_only=True):
    """A project.

    Attributes:
        name: Of the project.
        domain: That owns it.
        owner: Who answers for it.
        adapter: dbt's name of its warehouse.
        products: How many it has.
        published_at: When its interface was last published; ISO 8601, UTC.
        last_build: How its last build ended; null: not known.
        last_build_at: When.
        built_at: When a build last found its data up to date.
        tests: Of the last build, by status.
        problem: What kept its interface from being read.
        score: By the linter.
    """

    name: str
    domain: str
    owner: OwnerDocument
    adapter: str | None
    products: int
    published_at: str | None
    last_build: str | None
    last_build_at: str | None
    built_at: str | None
    tests: dict[str, int]
    problem: str | None
    score: int | None


class DomainSummary(Struct, frozen=True, kw_only=True):
    """A domain in one line.

    Attributes:
        name: Of the domain.
        url: Its whole document.
        page: Its page.
        badge: An SVG of its state.
        purpose: What it is for.
        owners: Of its projects.
        projects: Their names.
        products: How many it has.
        uses: Domains whose products it uses.
        used_by: Domains that use its products.
        score: By the linter; null: not asked.
    """

    name: str
    url: str
    page: str
    badge: str
    purpose: str
    owners: tuple[OwnerDocument, ...]
    projects: tuple[str, ...]
    products: int
    uses: tuple[str, ...]
    used_by: tuple[str, ...]
    score: int | None


class DomainsDocument(Document, frozen=True, kw_only=True, tag="domains"):
    """All domains.

    Attributes:
        domains: By name.
        cycles: Circles of domains that use each other; the first stands again at the end.
    """

    domains: tuple[DomainSummary, ...]
    cycles: tuple[tuple[str, ...], ...]


class CouplingDocument(Struct, frozen=True, kw_only=True):
    """A product version that a project uses.

    Attributes:
        product: `operations.flights.v2`.
        producer: Domain of the product.
        consumer: Project that uses it.
        consumer_domain: Of that project.
        page: Of the product.
        models: How many models and exposures use it.
        pinned: Whether all of them name the version.
    """

    product: str
    producer: str
    consumer: str
    consumer_domain: str
    page: str | None
    models: int
    pinned: bool


class DomainDocument(Document, frozen=True, kw_only=True, tag="domain"):
    """A domain with its products.

    Attributes:
        domain: In one line.
        projects: That it owns.
        products: By project and name.
        uses: Products of other domains.
        used_by: Its products, by other domains.
    """

    domain: DomainSummary
    projects: tuple[ProjectDocument, ...]
    products: tuple[ProductSummary, ...]
    uses: tuple[CouplingDocument, ...]
    used_by: tuple[CouplingDocument, ...]


class VersionState(Struct, frozen=True, kw_only=True):
    """How a version stands.

    Attributes:
        label: `operations.flights.v2`.
        url: Document of the product.
        page: Of the version.
        domain: That owns it.
        status: Of its life.
        freshness: Whether its promise is kept; null: it promises none.
        built_at: When a build last found it up to date.
        failing: How many of its tests fail.
        tests: How many it has.
    """

    label: str
    url: str
    page: str
    domain: str
    status: ProductStatus
    freshness: PromiseState | None
    built_at: str | None
    failing: int
    tests: int


class StatusDocument(Document, frozen=True, kw_only=True, tag="status"):
    """How everything stands.

    Attributes:
        as_of: The day that dates are measured against.
        promises: How many versions promise freshness, by state.
        failing: How many versions have a test that fails.
        projects: With their last builds, by domain and name.
        versions: Those that promise freshness, or have a test that fails.
    """

    as_of: str
    promises: dict[str, int]
    failing: int
    projects: tuple[ProjectDocument, ...]
    versions: tuple[VersionState, ...]


class ChangesDocument(Document, frozen=True, kw_only=True, tag="changes"):
    """What changed last, over all products; the document of a product has all of its own.

    Attributes:
        total: How many publications are known.
        releases: The newest of them, newest first.
    """

    total: int
    releases: tuple[ReleaseDocument, ...]


class DeprecatedVersion(Struct, frozen=True, kw_only=True):
    """A version with an end.

    Attributes:
        label: `operations.flights.v1`.
        url: Document of the product.
        page: Of the version.
        domain: That owns it.
        owner: Whom to ask.
        ends: ISO date.
        days_left: When the site was made; negative when it is past.
        successor: Version to migrate to; null: none is named.
        migrate_to: Its ref; null as well.
        consumers: Projects that still use it.
        readers: How many of their models and exposures do.
    """

    label: str
    url: str
    page: str
    domain: str
    owner: OwnerDocument
    ends: str
    days_left: int
    successor: Version | None
    migrate_to: str | None
    consumers: tuple[str, ...]
    readers: int


class DeprecatedColumn(Struct, frozen=True, kw_only=True):
    """A column with an end.

    Attributes:
        label: Of the version.
        column: Its name.
        page: Its permalink.
        ends: ISO date.
        readers: How many use it; null: not all could be traced.
    """

    label: str
    column: str
    page: str
    ends: str
    readers: int | None


class DeprecationsDocument(Document, frozen=True, kw_only=True, tag="deprecations"):
    """What will not be there for ever.

    Attributes:
        as_of: The day that dates are measured against.
        versions: What ends first comes first.
        columns: The same.
    """

    as_of: str
    versions: tuple[DeprecatedVersion, ...]
    columns: tuple[DeprecatedColumn, ...]


class ColumnEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column in one line. What it has by default is left out.

    Attributes:
        name: Of the column.
        product: The latest version of a product: `operations.flights.v2`.
        page: Its permalink.
        type: As its owner wrote it, else as the warehouse calls it.
        unit: Of its values.
        semantic_type: What its values mean.
        classification: How careful one has to be.
    """

    name: str
    product: str
    page: str
    type: str | None = None
    unit: str | None = None
    semantic_type: str | None = None
    classification: Classification | None = None


class ColumnsDocument(Document, frozen=True, kw_only=True, tag="columns"):
    """The columns of all products of a domain, of their latest versions.

    Attributes:
        domain: That owns them.
        columns: By name and product.
    """

    domain: str
    columns: tuple[ColumnEntry, ...]


class LineageNodeDocument(Struct, frozen=True, kw_only=True):
    """One box.

    Attributes:
        id: Within the lineage.
        label: `operations.flights.v2`, or how many internal models of a project.
        kind: What it is.
        project: Whose.
        domain: Of the project.
        page: Its page.
        reason: Why its columns are not traced; null: they are.
    """

    id: str
    label: str
    kind: NodeKind
    project: str
    domain: str
    page: str | None
    reason: str | None


class LineageEdgeDocument(Struct, frozen=True, kw_only=True):
    """`target` reads `source`.

    Attributes:
        source: Id of a node.
        target: Id of a node.
        method: How its columns are known; `table`: they are not.
        through: How many internal models lie between.
        columns: Which columns go where.
    """

    source: str
    target: str
    method: Method
    through: int
    columns: tuple[LinkDocument, ...]


class LineageDocument(Document, frozen=True, kw_only=True, tag="lineage"):
    """What the nodes of a domain are made of. The documents of all domains together are the whole lineage.

    Attributes:
        domain: Of the targets.
        nodes: Both ends of all edges, by id.
        edges: By target and source.
    """

    domain: str
    nodes: tuple[LineageNodeDocument, ...]
    edges: tuple[LineageEdgeDocument, ...]
