"""Personal data that leaves its domain."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.privacy.marks import PERSONAL, Marks, is_masked
from mesh_tools.lint.subjects import Column, Model, Product

_Stated = Literal["masking", "retention", "legal_basis"]


@rule("PII001", "personal-data-leaves-domain", severity="error", tier="recommended", privacy=True)
def personal_data_leaves_domain(
    product: Product,
    *,
    agreements: tuple[str, ...] = (),
    tags: tuple[str, ...] = (PERSONAL,),
    keys: tuple[str, ...] = (),
) -> Found:
    """A product with personal data is open to other domains without agreement.

    It is open to everybody unless its `allowed_consumers` name those who may read it. Projects of its own domain need
    no agreement.

    Why:
        Whoever collects personal data answers for where it goes. A public model with personal data can be read by every
        project of the mesh, for any purpose.

    Options:
        agreements: Who may read what besides `allowed_consumers`, as `producer.product -> consumer`; may hold `*`.
        tags: Tags that mark a column as personal, besides `classification: pii` in `meta.mesh`.
        keys: Keys of a column's `meta` that mark it, such as `contains_pii`.

    Bad:
        shop/models/customers.yml:
            models:
              - name: customers
                config: {access: public}  # PII001
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
        shop/models/customers.sql:
            select 'a@example.com' as email
        sales/models/report.sql:
            select email from {{ ref('shop', 'customers') }}

    Good:
        shop/models/customers.yml:
            models:
              - name: customers
                config:
                  access: public
                  meta: {mesh: {allowed_consumers: [sales]}}
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
        shop/models/customers.sql:
            select 'a@example.com' as email
        sales/models/report.sql:
            select email from {{ ref('shop', 'customers') }}

    To do:
        Name the projects that may read it in `allowed_consumers` of its `meta.mesh`; take the column out, or mask
        it and classify it anew; or make the model protected.
    """
    marks = Marks(tags, keys)
    personal = [column.name for column in product.version.columns if marks.on_promised(column)]
    if not personal:
        return
    allowed = product.product.allowed_consumers
    foreign = [name for name in product.consumers if product.mesh.domain_of(name) != product.domain]
    name = f"{product.owner}.{product.name}"
    told = [one for one in foreign if one not in (allowed or ()) and not _agreed(name, one, agreements)]
    held = _listed(personal)
    steps = ("config", "meta", "mesh", "allowed_consumers")
    for one in told:
        message = f"holds personal data ({held}), and {one} reads it without agreement"
        yield product.raised(message, *steps, key=one)
    if allowed is None and not told and not (agreements and foreign):
        yield product.raised(f"holds personal data ({held}), and every domain may read it", *steps)


def _agreed(product: str, consumer: str, agreements: Iterable[str]) -> bool:
    return any(fnmatchcase(f"{product} -> {consumer}", agreement) for agreement in agreements)


def _listed(names: list[str]) -> str:
    shown = 3
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")


@rule("PII003", "personal-data-without-terms", severity="error", tier="recommended", privacy=True)
def personal_data_without_terms(
    model: Model,
    *,
    require: tuple[_Stated, ...] = ("masking", "retention", "legal_basis"),
    tags: tuple[str, ...] = (PERSONAL,),
    keys: tuple[str, ...] = (),
) -> Found:
    """A public model holds personal data, and does not say on what terms.

    These are: how it is masked, how long it is kept, and on what legal ground it is processed.

    Why:
        Who reads the product answers for the data, too, and cannot without knowing these.

    Options:
        require: What must be said in `meta.mesh`. Masking may be said by the columns as well: in their `meta.mesh`, or
            by `policy_tags`.
        tags: Tags that mark a column as personal, besides `classification: pii` in `meta.mesh`.
        keys: Keys of a column's `meta` that mark it, such as `contains_pii`.

    Bad:
        models/customers.yml:
            models:
              - name: customers
                config:
                  access: public
                  meta:
                    mesh:  # PII003
                      retention: Three years after the last order.
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii}}}}
        models/customers.sql:
            select 'a@example.com' as email

    Good:
        models/customers.yml:
            models:
              - name: customers
                config:
                  access: public
                  meta:
                    mesh:
                      retention: Three years after the last order.
                      legal_basis: Contract with the customer.
                columns:
                  - {name: email, config: {meta: {mesh: {classification: pii, masking: The domain alone is shown.}}}}
        models/customers.sql:
            select '***@example.com' as email

    To do:
        Write what is missing into `meta.mesh` of the model.
    """
    if not model.is_public or not model.node.columns:
        return
    marks = Marks(tags, keys)
    personal = [column for column in model.columns if column.node.meta or column.node.config or column.node.tags]
    personal = [column for column in personal if marks.on(column.meta, column.tags)]
    if not personal:
        return
    said = model.mesh_meta
    missing = [key for key in require if not (said.get(key) or (key == "masking" and _all_masked(personal)))]
    if missing:
        held = _listed([column.name for column in personal])
        words = ", ".join(missing).replace("_", " ")
        yield model.raised(f"holds personal data ({held}), but says nothing of {words}", "config", "meta", "mesh")


def _all_masked(columns: Iterable[Column]) -> bool:
    return all(is_masked(column.node, column.meta) for column in columns)
