"""What a public model has to say about itself: contract, description, owner, grain, service."""

from __future__ import annotations

import re
from typing import Literal

from mesh_tools.interface.extract.guarantees import grain_of, guarantees_of, not_null_columns
from mesh_tools.lint.fixes.column_types import contract_fix
from mesh_tools.lint.fixes.fix import SetKey
from mesh_tools.lint.matching import meta_at
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model
from mesh_tools.model.interface import Guarantee

_Promise = Literal["freshness", "tier", "retention"]
_KEYS = frozenset({"primary_key", "unique"})
_MIN_ADDRESS = 2
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


@rule("PUB001", "public-model-without-contract", severity="error", tier="starter")
def public_model_without_contract(model: Model, catalog: Catalog | None) -> Found:
    """A public model enforces no contract.

    Why:
        A public model is an interface: consumers in other domains build on its columns and types, and without an
        enforced contract nothing keeps these as they are.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}  # PUB001
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
        models/orders.sql:
            select 1 as order_id

    To do:
        Give every column a `data_type`, and set `contract: {enforced: true}` under `config`. `mesh lint --fix` adds the
        block where all types are known, and those that the catalog (`dbt docs generate`) knows.
    """
    if model.is_public and not model.node.contract_enforced:
        python = model.node.language == "python"
        yield model.raised(
            "is public, but enforces no contract",
            "config",
            "contract",
            hint="dbt enforces no contract of a Python model: publish a SQL model that reads it" if python else "",
            fix=contract_fix(model, catalog),
        )


@rule("PUB002", "public-model-without-description", severity="error", tier="recommended")
def public_model_without_description(model: Model, *, min_length: int = 1) -> Found:
    """A public model, or one of its columns, has no description.

    Why:
        Consumers in other domains see the description, and not the SQL: what a row is, what a value means and when it
        is null has to be said, or is guessed.

    Options:
        min_length: The least number of characters.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # PUB002
                config: {access: public}
                columns:
                  - {name: order_id, description: Number that the customer sees.}
                  - name: state  # PUB002
        models/orders.sql:
            select 1 as order_id, 'paid' as state

    Good:
        models/orders.yml:
            models:
              - name: orders
                description: Orders that were paid, one row for each.
                config: {access: public}
                columns:
                  - {name: order_id, description: Number that the customer sees.}
                  - {name: state, description: "`paid` or `sent`."}
        models/orders.sql:
            select 1 as order_id, 'paid' as state

    To do:
        Say what a row is and which rows there are; of a column, what the value means, and when it is null.
    """
    if not model.is_public:
        return
    if len(model.description) < min_length:
        yield model.raised(_undescribed(model.description, min_length), "description")
    for column in model.columns:
        if len(column.description) < min_length:
            yield column.raised(_undescribed(column.description, min_length), "description")


def _undescribed(text: str, least: int) -> str:
    return f"has a description of {len(text)} characters, fewer than {least}" if text else "has no description"


@rule("PUB003", "public-model-without-owner", severity="error", tier="starter")
def public_model_without_owner(model: Model, *, meta_keys: tuple[str, ...] = ()) -> Found:
    """A public model has no owner that can be reached, by e-mail or channel.

    Why:
        Whoever builds on it needs somebody to ask, and to warn before it changes; a name alone reaches nobody.

    Options:
        meta_keys: Keys of `meta` that name an address too, such as `owner` or `owner.slack`. Such an owner is not in
            the project's interface, where consumers look.

    Bad:
        models/groups.yml:
            groups:
              - name: till
                owner: {name: Till}
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}  # PUB003
              - name: receipts
                config:
                  access: public
                  group: till  # PUB003
        models/orders.sql:
            select 1 as order_id
        models/receipts.sql:
            select 1 as receipt_id

    Good:
        models/groups.yml:
            groups:
              - name: till
                owner: {name: Till, email: till@shop.example}
        models/orders.yml:
            models:
              - name: orders
                config:
                  access: public
                  meta: {mesh: {owner: {name: Orders, channel: "#orders"}}}
              - name: receipts
                config: {access: public, group: till}
        models/orders.sql:
            select 1 as order_id
        models/receipts.sql:
            select 1 as receipt_id

    To do:
        Put the model into a `group`, and give the group's `owner` an `email`, or a `channel` in its `meta`; or name an
        `owner` under `meta.mesh` of the model. `mesh lint --fix` writes the group where the project has but one, and
        the `email` where the `name` of the owner is one.
    """
    if not model.is_public:
        return
    contact = model.contact
    if contact.reachable or any(_is_address(meta_at(model.meta, key)) for key in meta_keys):
        return
    group = model.node.group
    if contact.name:
        message = f"belongs to {contact.name}, who has neither e-mail nor channel"
    elif group:
        message = f"belongs to the group {group}, whose owner has neither e-mail nor channel"
    else:
        message = "belongs to no group, and names no owner"
    yield model.raised(message, "config", "group", fix=_owner_fix(model))


def _owner_fix(model: Model) -> SetKey | None:
    """Where the group's name of an owner is an address, that; where the project has but one owner, that one's group."""
    groups, place = model.project.groups, model.place
    if model.contact.name and model.mesh_meta.get("owner"):
        return None
    if model.node.group:
        group, name = groups.get(model.node.group), model.contact.name or ""
        if group is None or not _EMAIL.match(name):
            return None
        entry = YamlPlace(file=group.original_file_path, steps=(("groups", group.name),))
        return SetKey(place=entry, steps=("owner", "email"), value=name)
    if len(groups) != 1 or not isinstance(place, YamlPlace):
        return None
    (only,) = groups
    if not model.project.owner_of(only).reachable:
        return None
    # Of all versions: none of them has another owner to choose from.
    entry = YamlPlace(file=place.file, steps=place.or_steps or place.steps)
    return SetKey(place=entry, steps=("config", "group"), value=only)


def _is_address(value: object) -> bool:
    """Whether somebody may be reached there: ``a@b`` or ``#team``, of which a mapping may hold one."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    return any(
        isinstance(one, str) and len(one) > _MIN_ADDRESS and ("@" in one or one.startswith(("#", "https://")))
        for one in values
    )


@rule("PUB004", "public-model-without-grain", severity="warn", tier="recommended")
def public_model_without_grain(model: Model) -> Found:
    """Nothing keeps the rows of a public model apart: no columns of it are tested, or enforced, to be a key.

    What counts is a primary key that the warehouse enforces, or columns that are unique together and never null, by
    constraint or by a test that stops the build. If `meta.mesh.grain` names the columns, they have to be among them.

    Why:
        Every join in another domain relies on what a row is. Duplicates multiply its rows, and nobody there can tell.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # PUB004
                config: {access: public}
                columns:
                  - name: order_id
                    data_tests: [unique]
              - name: receipts
                config:
                  access: public
                  meta:
                    mesh:
                      grain: [receipt_id]  # PUB004
        models/orders.sql:
            select 1 as order_id
        models/receipts.sql:
            select 1 as receipt_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - name: order_id
                    data_tests: [unique, not_null]
              - name: receipts
                config: {access: public, materialized: table, contract: {enforced: true}}
                columns:
                  - name: receipt_id
                    data_type: integer
                    constraints: [{type: primary_key}]
        models/orders.sql:
            select 1 as order_id
        models/receipts.sql:
            select 1 as receipt_id

    To do:
        Test the columns that identify a row with `unique` and `not_null` (of several columns: a test of their
        combination), or declare a primary key where the warehouse enforces one.
    """
    if not model.is_public:
        return
    guarantees = guarantees_of(model.node, model.tests, model.project.manifest)
    grain = _promised_grain(model)
    if grain and not _is_kept(grain, guarantees):
        yield model.raised(f"promises one row for each {', '.join(grain)}, and nothing keeps it", *_GRAIN)
    elif not grain and not grain_of(guarantees):
        declared = next((one for one in guarantees if one.kind == "primary_key"), None)
        adapter = model.project.adapter or "the warehouse"
        yield model.raised(
            f"declares a primary key, {', '.join(declared.columns)}, that {adapter} does not enforce for it"
            if declared
            else "has no columns that are kept unique and filled"
        )


_GRAIN = ("config", "meta", "mesh", "grain")


def _promised_grain(model: Model) -> tuple[str, ...]:
    written = model.mesh_meta.get("grain")
    return tuple(map(str, written)) if isinstance(written, list) else ()


def _is_kept(grain: tuple[str, ...], guarantees: tuple[Guarantee, ...]) -> bool:
    """Whether some of the columns are a key: then all of them are."""
    columns = {name.lower() for name in grain}
    filled = {name.lower() for name in not_null_columns(guarantees)}
    return any(
        guarantee.enforced
        and guarantee.kind in _KEYS
        and bool(guarantee.columns)
        and {name.lower() for name in guarantee.columns} <= columns
        and (guarantee.kind == "primary_key" or {name.lower() for name in guarantee.columns} <= filled)
        for guarantee in guarantees
    )


@rule("PUB005", "public-model-without-service-promise", severity="warn", tier="recommended")
def public_model_without_service_promise(model: Model, *, promises: tuple[_Promise, ...] = ("freshness",)) -> Found:
    """A public model does not say how old its data may be, or another promise that the policy asks for.

    Why:
        A consumer has to know what it may rely on: what is not promised cannot be measured, and not be missed.

    Options:
        promises: Of `freshness`, `tier`, `retention`.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config:
                  access: public
                  meta:
                    mesh: {tier: gold}  # PUB005
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config:
                  access: public
                  meta:
                    mesh: {freshness: {count: 1, period: day}}
        models/orders.sql:
            select 1 as order_id

    To do:
        Write `freshness: {count: 1, period: day}` under `meta.mesh`; docs/meta.md has the other promises.
    """
    if model.is_public:
        written = model.mesh_meta
        missing = [name for name in promises if not written.get(name)]
        if missing:
            yield model.raised(f"promises no {' and no '.join(missing)}", "config", "meta", "mesh")
