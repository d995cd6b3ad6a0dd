"""Whether a project reads a relation of another past its products."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from mesh_tools.lint.code.scan import blanked
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.mesh.graph import CrossEdge
from mesh_tools.mesh.summary import NodeSummary, RelationKey

_NAME = r"""(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|[\w$-]+)"""
_QUALIFIED = re.compile(rf"\b(?:from|join)\s+({_NAME}(?:\.{_NAME}){{1,2}})", re.IGNORECASE)
_PART = re.compile(_NAME)
_HAS_SQL = frozenset({"model", "snapshot"})


@rule("REF002", "product-bypassed", severity="error", tier="starter", side="consumer")
def product_bypassed(project: MeshProject, code: Code) -> Found:
    """A project reads a relation that another one builds, by a source or by its bare name.

    Relations are those of the environment that the manifests are of. A name without a database is looked up in the
    databases that the project itself builds in.

    Why:
        Neither project knows of the other: nothing is built in order, no contract is checked, no version is pinned, and
        the producer breaks the consumer without being told.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
        shop/models/orders.sql:
            select 1 as order_id
        shop/models/receipts.sql:
            select 1 as receipt_id
        sales/models/sources.yml:
            sources:
              - name: shop
                schema: main
                tables:
                  - name: orders  # REF002
        sales/models/report.sql:
            select receipt_id
            from main.receipts  -- REF002

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id
            from {{ ref('shop', 'orders') }}  -- from main.orders

    To do:
        Declare the project in dependencies.yml, and `ref` its product. If it is not public, ask its owner.
    """
    for ref in project.reads:
        if ref.edge == "source":
            builder = ref.producer
            yield ref.raised(f"is declared as a source, and {builder.label} builds it", hint=_instead(builder))
    here = Here.of(project)
    for node in here.nodes:
        written = code.nodes.get(node.unique_id) if node.resource_type in _HAS_SQL else None
        if written is not None and written.raw_code and written.language != "python":
            for text, producer in here.foreign_in(written.raw_code).items():
                ref = CrossRef(CrossEdge(producer=producer, consumer=node, kind="ref"), project.mesh)
                place = CodePlace(file=node.path, text=text)
                yield ref.raised(f"reads {text} by name", place=place, key=text, hint=_instead(producer))


def _instead(producer: NodeSummary) -> str:
    if producer.access != "public":
        return f"{producer.label} is not public: ask its owner to publish a product"
    version = "" if producer.v is None else f", v={producer.v}"
    return f"read it with ref('{producer.project}', '{producer.name}'{version})"


class Here(Struct, frozen=True):
    """What bare names mean in one project.

    Attributes:
        project: Its name.
        nodes: Its own.
        own: Relations that it builds, or declares as sources.
        databases: In which it builds.
        built: What projects build, by schema and identifier.
    """

    project: str
    nodes: tuple[NodeSummary, ...]
    own: frozenset[RelationKey | None]
    databases: frozenset[str]
    built: Mapping[tuple[str, str], tuple[NodeSummary, ...]]

    @classmethod
    def of(cls, project: MeshProject) -> Here:
        """No nodes of packages."""
        nodes = tuple(node for node in project.member.summary.nodes.values() if node.key == node.unique_id)
        builds = (node.relation[0] for node in nodes if node.relation and node.resource_type != "source")
        own = frozenset(node.relation for node in nodes)
        return cls(project.name, nodes, own, frozenset(builds), project.mesh.relations)

    def foreign_in(self, sql: str) -> dict[str, NodeSummary]:
        """The names in ``sql`` that mean relations of others, with what builds each."""
        if not any(self._meant(match[1]) for match in _QUALIFIED.finditer(sql)):
            return {}
        written = (sql[slice(*match.span(1))] for match in _QUALIFIED.finditer(blanked(sql)))
        found = ((text, self._meant(text)) for text in written)
        return {text: producer for text, producer in found if producer is not None}

    def is_foreign(self, text: str) -> bool:
        """Whether a name means a relation of another project."""
        return self._meant(text) is not None

    def _meant(self, text: str) -> NodeSummary | None:
        parts = tuple(part.strip('"`[]').lower() for part in _PART.findall(text))
        if len(parts) < 2:  # noqa: PLR2004 - a schema, and a name
            return None
        *database, schema, identifier = parts
        allowed = database or self.databases
        candidates = self.built.get((schema, identifier), ())
        return next(
            (
                node
                for node in candidates
                if node.project != self.project
                and node.relation not in self.own
                and node.relation is not None
                and node.relation[0] in allowed
            ),
            None,
        )
