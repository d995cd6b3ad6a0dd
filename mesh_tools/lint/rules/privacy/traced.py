"""Personal data that the SQL hands on under another name."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.artifacts.manifest import ColumnNode
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.privacy.losing import label_of, lost, meta_of
from mesh_tools.lint.rules.privacy.marks import PERSONAL, Marks, is_masked, personal_columns
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import Model, Project
from mesh_tools.model.lineage import ColumnEdge


@rule("PII005", "personal-data-passed-on", severity="error", tier="strict", side="consumer", privacy=True)
def personal_data_passed_on(
    model: Model,
    lineage: Lineage,
    *,
    transformed: bool = False,
    tags: tuple[str, ...] = (PERSONAL,),
    keys: tuple[str, ...] = (),
) -> Found:
    """A column hands on a personal column, under whatever name, and is not marked as personal.

    The SQL says so. Columns that no YAML describes hand the mark on within a project, until a described column or a
    public model is reached.

    Why:
        Renamed, personal data looks like any other. Where the mark is lost, masking, retention and erasure pass the
        copy by.

    Options:
        transformed: Whether columns that are computed from personal ones are told, too, rather than those alone that
            hold the same values.
        tags: Tags that mark a column as personal, besides `classification: pii` in `meta.mesh`.
        keys: Keys of a column's `meta` that mark it, such as `contains_pii`.

    Bad:
        compile:
        models/customers.yml:
            models:
              - name: customers
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
              - name: contacts
                columns:
                  - name: login  # PII005
        models/customers.sql:
            select 'a@example.com' as email
        models/renamed.sql:
            select email as login_name from {{ ref('customers') }}
        models/contacts.sql:
            select login_name as login from {{ ref('renamed') }}

    Good:
        compile:
        models/customers.yml:
            models:
              - name: customers
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
              - name: contacts
                columns:
                  - {name: login, config: {meta: {mesh: {classification: pii}}}}
                  - {name: customers}
        models/customers.sql:
            select 'a@example.com' as email
        models/contacts.sql:
            select email as login, count(*) as customers from {{ ref('customers') }} group by email

    To do:
        Write `classification: pii` into the column's `meta.mesh`; or, if its values are masked, say how in `masking`.
    """
    traced = lineage.models.get(model.node.unique_id)
    marks = Marks(tags, keys)
    if traced is None or not (model.node.columns or model.is_public):
        return
    path = _Path(lineage, model.project, marks, ("pass", "rename", "transform") if transformed else ("pass", "rename"))
    written = {column.name.lower(): column for column in (model.node.columns or {}).values()}
    for name, edges in traced.columns.items():
        column = written.get(name.lower())
        if column is None and not model.is_public:
            continue
        if column is not None and path.is_settled(column, model):
            continue
        origin = next(path.origins(edges), None)
        if origin is not None:
            yield lost(model, column.name if column else name, origin)


class _Path:
    """Follows columns upstream, as far as nobody has said anything about them."""

    def __init__(self, lineage: Lineage, project: Project, marks: Marks, kinds: tuple[str, ...]) -> None:
        self._lineage = lineage
        self._project = project
        self._marks = marks
        self._personal = personal_columns(project, marks)
        self._kinds = kinds

    def is_settled(self, column: ColumnNode, model: Model) -> bool:
        """Whether the column is marked, or masked."""
        meta = meta_of(column, model)
        return column.name.lower() in self._personal.get(model.node.unique_id, ()) or is_masked(column, meta)

    def origins(self, edges: tuple[ColumnEdge, ...]) -> Iterator[str]:
        """The personal columns that go into a column, in words."""
        left = [edge for edge in edges if edge.kind in self._kinds]
        met = set[tuple[str, str]]()
        while left:
            edge = left.pop()
            name = edge.column.lower()
            if (edge.node, name) in met:
                continue
            met.add((edge.node, name))
            marked = self._personal.get(edge.node, {})
            if name in marked:
                yield f"{label_of(edge.node, self._project)}.{marked[name]}"
            elif not self._is_described(edge.node, name):
                left += [above for above in self._above(edge.node, name) if above.kind in self._kinds]

    def _is_described(self, unique_id: str, name: str) -> bool:
        """Whether somebody has said what the column is: then a mark that is lost there is told there."""
        node = self._project.resources.get(unique_id)
        written = getattr(node, "columns", None) or {}
        return getattr(node, "access", None) == "public" or any(name == column.lower() for column in written)

    def _above(self, unique_id: str, name: str) -> tuple[ColumnEdge, ...]:
        traced = self._lineage.models.get(unique_id)
        columns = traced.columns if traced else {}
        return next((edges for column, edges in columns.items() if column.lower() == name), ())
