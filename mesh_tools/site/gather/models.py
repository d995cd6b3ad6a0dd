"""Every model, with its SQL: for the profile ``all``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mesh_tools.artifacts.manifest import ColumnNode, Manifest, ModelNode, SeedNode, SnapshotNode, SourceNode
from mesh_tools.model.interface import Version, product_key
from mesh_tools.site.facts.models import ModelColumn, ModelFacts
from mesh_tools.site.facts.product import CheckFacts
from mesh_tools.site.gather.checks import checks_by_node
from mesh_tools.site.gather.world import World
from mesh_tools.site.names import slug

_Relation = ModelNode | SeedNode | SnapshotNode | SourceNode
_Link = tuple[str, str | None]
"""A label, and its page."""


def model_page(project: str, name: str, v: Version | None = None) -> str:
    """``models/operations/int_flights.html``."""
    return f"models/{slug(project)}/{slug(product_key(name, v))}.html"


def model_pages(world: World) -> frozenset[str]:
    """The pages that there are: none of a project that is not at hand, nor of a model that is no longer there."""
    if not world.shows_all:
        return frozenset()
    links = _links(world.known.manifests)
    own = (links[node.unique_id][1] for manifest in world.known.manifests for node in _relations(manifest))
    return frozenset(page for page in own if page)


def models_of(world: World) -> tuple[ModelFacts, ...]:
    """All models, seeds, snapshots and sources of the projects at hand, by label."""
    models = _Models(world)
    found = [fact for manifest in world.known.manifests for fact in models.of(manifest)]
    return tuple(sorted(found, key=lambda fact: (fact.project, fact.label)))


def _relations(manifest: Manifest, *, foreign: bool = False) -> Iterator[_Relation]:
    """The project's own; ``foreign``: also those of packages and stubs."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if isinstance(node, _Relation) and (foreign or node.package_name == manifest.project):
            yield node


def _name(node: _Relation) -> tuple[str, Version | None]:
    if isinstance(node, SourceNode):
        return f"{node.source_name}.{node.name}", None
    return node.name, node.version if isinstance(node, ModelNode) else None


def _link(node: _Relation) -> _Link:
    name, v = _name(node)
    return f"{node.package_name}.{product_key(name, v)}", model_page(node.package_name, name, v)


def _links(manifests: Sequence[Manifest]) -> dict[str, _Link]:
    """Of all models, also of stubs. The source table ``raw.orders`` and the model of that name have each its own."""
    found: dict[str, _Link] = {}
    owners: dict[str | None, str] = {}
    for node in (node for manifest in manifests for node in _relations(manifest, foreign=True)):
        label, page = _link(node)
        if owners.setdefault(page, node.unique_id) != node.unique_id:
            page = model_page(node.package_name, node.unique_id)
        found[node.unique_id] = (label, page)
    return found


class _Models:
    """What the page of each model needs of all the others."""

    def __init__(self, world: World) -> None:
        self._world = world
        manifests = world.known.manifests
        self._links = _links(manifests)
        self._own = {node.unique_id for one in manifests for node in _relations(one)}
        self._readers: defaultdict[str, list[_Link]] = defaultdict(list)
        for manifest in manifests:
            for node in _relations(manifest):
                for parent in dict.fromkeys(node.depends_on.nodes):
                    self._readers[parent].append(self._links[node.unique_id])
        self._code = {key: node for one in world.compiled for key, node in one.nodes.items() if not node.is_stub}

    def of(self, manifest: Manifest) -> Iterator[ModelFacts]:
        """The models of one project."""
        checks = checks_by_node(manifest, self._world)
        for node in _relations(manifest):
            yield self._facts(node, manifest.project, checks.get(node.unique_id, ()))

    def _facts(self, node: _Relation, project: str, checks: tuple[CheckFacts, ...]) -> ModelFacts:
        label, page = self._links[node.unique_id]
        code = self._code.get(node.unique_id)
        model = node if isinstance(node, ModelNode) else None
        return ModelFacts(
            label=label,
            kind=node.unique_id.partition(".")[0],
            project=project,
            domain=self._world.domain_of(project),
            page=page or "",
            description=node.description or "",
            path=node.original_file_path,
            materialized=str(node.all_config.get("materialized") or ""),
            access=(model.access or "") if model else "",
            group=(model.group or "") if model else "",
            columns=tuple(self._columns(node)),
            reads=tuple(sorted(self._shown(key) for key in dict.fromkeys(node.depends_on.nodes) if key in self._links)),
            read_by=tuple(sorted(self._readers.get(node.unique_id, ()))),
            checks=checks,
            sql=code.raw_code if code else None,
            compiled=code.sql if code else None,
        )

    def _shown(self, key: str) -> _Link:
        label, page = self._links[key]
        return label, page if key in self._own else None

    def _columns(self, node: _Relation) -> Iterator[ModelColumn]:
        """Those of the YAML; types and further columns from the catalog."""
        written: dict[str, ColumnNode] = {name.lower(): column for name, column in (node.columns or {}).items()}
        table = self._world.catalogs.get(node.unique_id)
        actual = {column.name.lower(): column for column in table.columns.values()} if table else {}
        for key in dict.fromkeys([*written, *actual]):
            column, found = written.get(key), actual.get(key)
            yield ModelColumn(
                name=column.name if column else found.name if found else key,
                data_type=(column.data_type if column else None) or (found.type if found else None),
                description=(column.description or "") if column else "",
            )
