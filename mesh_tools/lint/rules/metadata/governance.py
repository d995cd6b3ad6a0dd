"""Groups, owners, access and grants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mesh_tools.lint.matching import by_path, is_wholly, meta_at
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model, Seed, Snapshot, Source


@rule("MET005", "group-missing", severity="warn", tier="strict")
def group_missing(
    resource: Model | Seed | Snapshot | Source,
    *,
    groups: tuple[Regex, ...] = (),
    types: tuple[Literal["model", "seed", "snapshot", "source"], ...] = ("model",),
) -> Found:
    """A model belongs to no group.

    Why:
        A group has an owner, and keeps private models private. What is in none belongs to nobody.

    Options:
        groups: The groups that are allowed, as regular expressions of the whole name. Default: any.
        types: Kinds of resources: `model`, `seed`, `snapshot`, `source`.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # MET005
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            groups:
              - name: sales
                owner: {email: sales@example.com}
            models:
              - name: orders
                config: {group: sales}
        models/orders.sql:
            select 1 as order_id

    To do:
        Set `group` under `config`, best for the whole folder in dbt_project.yml.
    """
    if resource.kind not in types:
        return
    group = resource.node.all_config.get("group") or getattr(resource.node, "group", None)
    if not group:
        yield resource.raised("belongs to no group", "config", "group")
    elif groups and not any(is_wholly(pattern, str(group)) for pattern in groups):
        yield resource.raised(f"belongs to the group {group}, which is not allowed", "config", "group")


@rule("MET006", "owner-missing", severity="warn", tier="strict")
def owner_missing(
    resource: Model | Seed | Snapshot,
    *,
    keys: tuple[str, ...] = ("owner",),
    group_counts: bool = True,
    types: tuple[Literal["model", "seed", "snapshot"], ...] = ("model",),
) -> Found:
    """A model that is not public has no owner: neither in its `meta` nor by its group.

    Public models are PUB003.

    Why:
        When it breaks, nobody is called.

    Options:
        keys: Keys of `meta` that name the owner, besides `mesh.owner`.
        group_counts: Whether the owner of the group counts.
        types: Kinds of resources: `model`, `seed`, `snapshot`. dbt gives groups to models alone.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # MET006
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            groups:
              - name: sales
                owner: {email: sales@example.com}
            models:
              - name: orders
                config: {group: sales}
              - name: returns
                config: {meta: {owner: "@returns"}}
        models/orders.sql:
            select 1 as order_id
        models/returns.sql:
            select 1 as order_id

    To do:
        Set a `group` that has an owner, or `owner` in `meta`.
    """
    if resource.kind not in types or (isinstance(resource, Model) and resource.is_public):
        return
    if any(meta_at(resource.meta, key) for key in (*keys, "mesh.owner")):
        return
    group = resource.node.all_config.get("group") or getattr(resource.node, "group", None)
    owner = resource.project.owner_of(str(group)) if group and group_counts else None
    if owner is None or not (owner.name or owner.reachable):
        yield resource.raised("has no owner", "config", "meta", *keys[:1])


@rule("MET008", "model-access", severity="warn", tier="opt-in")
def model_access(model: Model, *, access: Mapping[str, tuple[str, ...]]) -> Found:
    """A model has an access that those of its folder are not to have.

    Why:
        Staging and intermediate models are nobody else's business: once another project reads them, they cannot be
        changed any more.

    Options:
        access: By glob of the model's file, relative to the project: `private`, `protected`, `public`. Of several globs
            the longest counts.

    Bad:
        mesh.yml:
            lint: {rules: {MET008: {access: {"models/staging/*": [private, protected]}}}}
        models/staging/stg_till__receipts.yml:
            models:
              - name: stg_till__receipts
                config:
                  access: public  # MET008
        models/staging/stg_till__receipts.sql:
            select 1 as receipt_id

    Good:
        mesh.yml:
            lint: {rules: {MET008: {access: {"models/staging/*": [private, protected]}}}}
        models/staging/stg_till__receipts.sql:
            select 1 as receipt_id

    To do:
        Set another `access` under `config`; who needs the data reads a product made of it.
    """
    allowed = by_path(model.path, access)
    given = model.node.access or "protected"
    if allowed is not None and given not in allowed:
        yield model.raised(f"is {given}, which models of its folder are not to be", "config", "access")


@rule("MET009", "model-grants", severity="warn", tier="opt-in")
def model_grants(
    model: Model,
    *,
    required: tuple[str, ...] = (),
    allowed: tuple[Regex, ...] = (".*",),
    least: int = 0,
    most: int | None = None,
) -> Found:
    """A model lacks a grant that all are to have, or gives one that is not allowed.

    Why:
        Grants say who may read or change a relation. One too many is a leak, and one too few a broken report.

    Options:
        required: Privileges that every model grants, such as `select`.
        allowed: Privileges that may be granted, as regular expressions of the whole.
        least: How many privileges a model grants at least.
        most: How many privileges a model grants at most.

    Bad:
        mesh.yml:
            lint: {rules: {MET009: {required: [select], allowed: [select]}}}
        models/orders.yml:
            models:
              - name: orders
                config:
                  grants:
                    insert: [loader]  # MET009
                    select: [analyst]
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET009: {required: [select], allowed: [select]}}}
        models/orders.yml:
            models:
              - name: orders
                config: {grants: {select: [analyst]}}
        models/orders.sql:
            select 1 as order_id

    To do:
        Set `grants` under `config`, best for the whole folder in dbt_project.yml.
    """
    grants = model.config.grants
    for privilege in required:
        if privilege not in grants:
            yield model.raised(f"does not grant {privilege}", "config", "grants", key=f"lacks {privilege}")
    for privilege in grants:
        if not any(is_wholly(pattern, privilege) for pattern in allowed):
            message = f"grants {privilege}, which is not allowed"
            yield model.raised(message, "config", "grants", privilege, key=privilege)
    if len(grants) < least:
        yield model.raised(f"grants {len(grants)} privileges, fewer than {least}", "config", "grants", key="least")
    if most is not None and len(grants) > most:
        yield model.raised(f"grants {len(grants)} privileges, more than {most}", "config", "grants", key="most")
