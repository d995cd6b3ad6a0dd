"""Personal data that nobody marked, or that somebody forgot to mark on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from mesh_tools.artifacts.manifest import ColumnNode, Resource
from mesh_tools.lint.matching import any_in
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.privacy.marks import PERSONAL, Marks, described, is_masked, personal_columns
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import Model, Project, Raised, Source
from mesh_tools.model.lineage import ColumnEdge

PATTERNS = (
    r"(^|_)e_?mail(_?addr(ess)?)?$", r"(^|_)(tele)?phone(_?n(umbe)?r)?$", r"(^|_)(mobile|fax)(_?n(umbe)?r)?$",
    r"(^|_)(ssn|social_security(_n(umbe)?r)?)$", r"(^|_)(national|tax)_?id$", r"(^|_)passport(_?n(umbe)?r)?$",
    r"(^|_)driv(er|ing)s?_licen[cs]e", r"(^|_)(date_of_birth|dob|birth_?da(y|te)|birth_?year|born_(on|at))$",
    r"(^|_)(first|last|middle|maiden|sur|full)_?name$", r"(^|_)(given|family)_name$",
    r"(^|_)ip(_?v[46])?(_addr(ess)?)?$", r"(^|_)mac_addr(ess)?$", r"(^|_)device_id$", r"(^|_)(iban|bic)$",
    r"(^|_)(credit_)?card_?n(umbe)?r$", r"(^|_)(bank_)?account_number$",
    r"(street|home|postal|billing|shipping)_addr(ess)?$", r"(^|_)(salary|wage)$",
    r"(^|_)(gender|ethnicity|religion|nationality|marital_status)$",
)  # fmt: skip


@rule("PII002", "personal-mark-lost", severity="error", tier="recommended", side="consumer", privacy=True)
def personal_mark_lost(
    model: Model, *, tags: tuple[str, ...] = (PERSONAL,), keys: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> Found:
    """A column has the name of a personal column that its model reads, but is not marked as personal itself.

    A column that says how it is masked is left alone, and so is one whose name another input has, too, unmarked.

    Why:
        The mark says who may see the data. Where it is lost, masking, retention and erasure pass the copy by.

    Options:
        tags: Tags that mark a column as personal, besides `classification: pii` in `meta.mesh`.
        keys: Keys of a column's `meta` that mark it, such as `contains_pii`.
        ignore: Names of columns that are never told.

    Bad:
        shop/models/customers.yml:
            models:
              - name: customers
                config: {access: public}
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
        shop/models/customers.sql:
            select 'a@example.com' as email
        sales/models/leads.yml:
            models:
              - name: leads
                columns:
                  - name: email  # PII002
        sales/models/leads.sql:
            select email from {{ ref('shop', 'customers') }}

    Good:
        shop/models/customers.yml:
            models:
              - name: customers
                config: {access: public}
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
        shop/models/customers.sql:
            select 'a@example.com' as email
        sales/models/leads.yml:
            models:
              - name: leads
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
              - name: addresses
                columns:
                  - {name: email, config: {meta: {mesh: {classification: internal, masking: SHA-256 with a salt.}}}}
        sales/models/leads.sql:
            select email from {{ ref('shop', 'customers') }}
        sales/models/addresses.sql:
            select sha256(email) as email from {{ ref('leads') }}

    To do:
        Write `classification: pii` into the column's `meta.mesh`; or, if its values are masked, say how in `masking`.
    """
    columns = model.node.columns
    personal = personal_columns(model.project, Marks(tags, keys)) if columns else {}
    if not columns or not personal:
        return
    inputs = [unique_id for unique_id in model.node.depends_on.nodes if unique_id in personal]
    for unique_id in inputs:
        marked = personal[unique_id]
        for column in columns.values():
            name = column.name.lower()
            if name not in marked or name in ignore or name in personal.get(model.node.unique_id, ()):
                continue
            if not is_masked(column, _meta(column, model)) and not _is_of_another(name, unique_id, model):
                yield _lost(model, column.name, f"{_label(unique_id, model.project)}.{marked[name]}")


def _meta(column: ColumnNode, model: Model) -> Mapping[str, object]:
    return described(column, model.node, model.project.manifest).meta


def _is_of_another(name: str, unique_id: str, model: Model) -> bool:
    """Whether another input has a column of that name, too."""
    others = (parent for parent in model.parents if parent.unique_id != unique_id)
    return any(name == column.lower() for parent in others for column in getattr(parent, "columns", None) or ())


def _lost(model: Model, column: str, origin: str) -> Raised:
    message = f"has the column {column} without saying that it is personal, as {origin} does"
    return model.raised(message, ("columns", column), key=column.lower())


def _label(unique_id: str, project: Project) -> str:
    node: Resource | None = project.resources.get(unique_id)
    kind, package, *names = unique_id.split(".")
    return f"{package}.{node.name if node is not None and kind != 'source' else '.'.join(names)}"


@rule("PII004", "personal-data-unmarked", severity="warn", tier="recommended", privacy=True)
def personal_data_unmarked(  # noqa: PLR0913 - one for each option
    relation: Model | Source,
    *,
    patterns: tuple[str, ...] = PATTERNS,
    types: tuple[Literal["public", "model", "source"], ...] = ("public",),
    tags: tuple[str, ...] = (PERSONAL,),
    keys: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> Found:
    """A column of a public model has a name such as personal data has, and no classification.

    Why:
        What nobody has classified, nobody protects. A classification says that somebody has looked at it.

    Options:
        patterns: Regular expressions that are looked for in names in lower case.
        types: `public` models, every `model`, every `source`.
        tags: Tags that mark a column as personal, besides `classification` in `meta.mesh`.
        keys: Keys of a column's `meta` that say whether it is personal, such as `contains_pii`.
        ignore: Names of columns that are never told.

    Bad:
        models/customers.yml:
            models:
              - name: customers
                config: {access: public}
                columns:
                  - {name: customer_id, config: {meta: {mesh: {classification: internal}}}}
                  - name: e_mail  # PII004
                  - name: birth_date  # PII004
                  - name: carrier_name
        models/customers.sql:
            select 1 as customer_id

    Good:
        models/customers.yml:
            models:
              - name: customers
                config: {access: public}
                columns:
                  - {name: e_mail, config: {meta: {mesh: {classification: pii}}}}
                  - {name: is_email_valid, config: {meta: {mesh: {classification: internal}}}}
                  - {name: first_name, config: {tags: [pii]}}
              - name: addresses
                columns:
                  - name: email
        models/customers.sql:
            select 1 as customer_id
        models/addresses.sql:
            select 1 as customer_id

    To do:
        Write a `classification` into the column's `meta.mesh`: `pii`, or what it is.
    """
    if isinstance(relation, Model):
        wanted = "model" in types or ("public" in types and relation.is_public)
    else:
        wanted = "source" in types
    if not wanted or not relation.node.columns:
        return
    marks = Marks(tags, keys)
    for column in relation.node.columns.values():
        name = column.name.lower()
        if any_in(patterns, name) and name not in ignore:
            said = described(column, relation.node, relation.project.manifest)
            known = said.classification or marks.on(said.meta, said.tags) or _answers(said.meta, keys)
            if not known:
                message = f"has the column {column.name}, which may be personal data, without classification"
                yield relation.raised(message, ("columns", column.name), key=name)


def _answers(meta: Mapping[str, object], keys: tuple[str, ...]) -> bool:
    return any(key in meta for key in keys)


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
            yield _lost(model, column.name if column else name, origin)


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
        meta = _meta(column, model)
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
                yield f"{_label(edge.node, self._project)}.{marked[name]}"
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
