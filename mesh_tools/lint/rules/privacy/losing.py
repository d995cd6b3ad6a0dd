"""Personal data that nobody marked, or that somebody forgot to mark on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mesh_tools.artifacts.manifest import ColumnNode, Resource
from mesh_tools.lint.matching import any_in
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.privacy.marks import PERSONAL, Marks, described, is_masked, personal_columns
from mesh_tools.lint.subjects import Model, Project, Raised, Source

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
            if not is_masked(column, meta_of(column, model)) and not _is_of_another(name, unique_id, model):
                yield lost(model, column.name, f"{label_of(unique_id, model.project)}.{marked[name]}")


def meta_of(column: ColumnNode, model: Model) -> Mapping[str, object]:
    """Its own ``meta``."""
    return described(column, model.node, model.project.manifest).meta


def _is_of_another(name: str, unique_id: str, model: Model) -> bool:
    """Whether another input has a column of that name, too."""
    others = (parent for parent in model.parents if parent.unique_id != unique_id)
    return any(name == column.lower() for parent in others for column in getattr(parent, "columns", None) or ())


def lost(model: Model, column: str, origin: str) -> Raised:
    """That a column of ``model`` has lost the mark of ``origin``."""
    message = f"has the column {column} without saying that it is personal, as {origin} does"
    return model.raised(message, ("columns", column), key=column.lower())


def label_of(unique_id: str, project: Project) -> str:
    """What messages call a node: ``shop.customers``."""
    node: Resource | None = project.resources.get(unique_id)
    kind, package, *names = unique_id.split(".")
    return f"{package}.{node.name if node is not None and kind != 'source' else '.'.join(names)}"


@rule("PII004", "personal-data-unmarked", severity="warn", tier="recommended", privacy=True)
def personal_data_unmarked(  # noqa: PLR0913 - one for each option
    relation: Model | Source,
    *,
    patterns: tuple[Regex, ...] = PATTERNS,
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
