"""EXP: what reads the data outside dbt is declared, owned, and stands on what is meant for it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.artifacts.manifest import ModelNode
from mesh_tools.interface.extract.owners import owner_from
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Exposure, Model
from mesh_tools.lint.subjects.project import text_of
from mesh_tools.mesh.summary import is_stub

_OwnerField = Literal["name", "email", "channel"]
_Field = Literal["label", "url", "maturity", "description"]
_THROUGH = ("model.", "snapshot.", "semantic_model.", "metric.", "saved_query.")


@rule("EXP001", "exposure-parents", severity="warn", tier="recommended")
def exposure_parents(
    exposure: Exposure, *, min_models: int = 1, max_models: int | None = None, allow_sources: bool = False
) -> Found:
    """An exposure depends on a source, on too few models, or on too many.

    Models are what counts, and seeds, snapshots, metrics and saved queries as well.

    Why:
        A dashboard on raw data has no tests, no description and no contract below it. One that depends on nothing
        shows nobody whom a change hits.

    Options:
        min_models: How many at least.
        max_models: How many at most. Default: any number.
        allow_sources: Whether it may depend on sources, too.

    Bad:
        models/exposures.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:  # EXP001
                  - source('till', 'receipts')
                  - ref('orders')
              - name: notes  # EXP001
                type: analysis
                owner: {name: Till, email: till@shop.example}
        models/orders.sql:
            select 1 as order_id

    Good:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    To do:
        Name the models that it reads under `depends_on`; of a source, make a model.
    """
    read = exposure.node.depends_on.nodes
    sources = [unique_id for unique_id in read if unique_id.startswith("source.")]
    count = len(read) - len(sources)
    if sources and not allow_sources:
        names = ", ".join(".".join(unique_id.split(".")[2:]) for unique_id in sources)
        yield exposure.raised(f"depends on sources: {names}", "depends_on", key="sources")
    elif count < min_models:
        yield exposure.raised(f"depends on {count} models, fewer than {min_models}", "depends_on")
    if max_models is not None and count > max_models:
        yield exposure.raised(f"depends on {count} models, more than {max_models}", "depends_on", key="max")


@rule("EXP002", "exposure-on-non-public-model", severity="warn", tier="strict")
def exposure_on_non_public_model(exposure: Exposure, *, allow_own_project: bool = False) -> Found:
    """An exposure depends on a model that is not public.

    Why:
        An exposure is a consumer as a project is: what it reads has to hold. Models that are not public may change or
        go on any day.

    Options:
        allow_own_project: Whether it may read the models of its own project that are not public.

    Bad:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')  # EXP002
        models/orders.sql:
            select 1 as order_id

    Good:
        models/exposures.yml:
            models:
              - name: orders
                config: {access: public}
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    To do:
        Read a public model, or make this one public, with a contract.
    """
    for parent in exposure.parents:
        if isinstance(parent, ModelNode) and not parent.is_public and not is_stub(parent):
            foreign = parent.package_name != exposure.project.name
            if foreign or not allow_own_project:
                of = f" of {parent.package_name}" if foreign else ""
                message = f"depends on {parent.name}{of}, which is {parent.access or 'protected'}"
                yield exposure.raised(message, place=exposure.call_of(parent), key=parent.unique_id)


@rule("EXP003", "exposure-on-view", severity="info", tier="strict")
def exposure_on_view(exposure: Exposure, *, materializations: tuple[str, ...] = ("view", "ephemeral")) -> Found:
    """An exposure depends on a model that is not stored.

    How other projects store their products is not looked at.

    Why:
        Each look at the dashboard computes the view again, and that of an ephemeral model cannot be read at all.

    Options:
        materializations: That are not to be read.

    Bad:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')  # EXP003
        models/orders.sql:
            select 1 as order_id

    Good:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            {{ config(materialized='table') }}
            select 1 as order_id

    To do:
        Make the model a table: `materialized: table`.
    """
    for parent in exposure.parents:
        if isinstance(parent, ModelNode) and not is_stub(parent) and parent.package_name == exposure.project.name:
            materialized = parent.config.materialized or "view"
            if materialized in materializations:
                message = f"depends on {parent.name}, which is not stored: {materialized}"
                yield exposure.raised(message, place=exposure.call_of(parent), key=parent.unique_id)


@rule("EXP004", "exposure-without-owner", severity="warn", tier="recommended")
def exposure_without_owner(exposure: Exposure, *, fields: tuple[_OwnerField, ...] = ()) -> Found:
    """An exposure has no owner that can be reached, by e-mail or channel.

    Why:
        Before a change that would break the dashboard, somebody has to be asked.

    Options:
        fields: Of `name`, `email`, `channel`: all of these have to be there. Default: one of the last two.

    Bad:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till}  # EXP004
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    Good:
        models/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    To do:
        Give its `owner` an `email`, or a `channel` in the exposure's `meta`.
    """
    owner = owner_from(exposure.node.owner or {}, exposure.meta)
    if not fields and not owner.reachable:
        yield exposure.raised("has an owner without e-mail or channel", "owner")
    missing = [field for field in fields if not getattr(owner, field)]
    if missing:
        yield exposure.raised(f"has an owner without {' and '.join(missing)}", "owner")


@rule("EXP005", "model-without-exposure", severity="info", tier="opt-in")
def model_without_exposure(model: Model, *, paths: tuple[str, ...], transitive: bool = False) -> Found:
    """A model that is made for people is read by no exposure.

    Why:
        What nobody declares to read, nobody is warned of; and it may be that nobody does.

    Options:
        paths: Globs of the files of models that are made for exposures, such as `models/reports/*`.
        transitive: Whether it is enough that an exposure reads what is built from the model.

    Bad:
        mesh.yml:
            lint: {rules: {EXP005: {paths: ["models/reports/*"]}}}
        models/reports/turnover.sql:
            select 1 as amount  -- EXP005

    Good:
        mesh.yml:
            lint: {rules: {EXP005: {paths: ["models/reports/*"]}}}
        models/reports/turnover.sql:
            select 1 as amount
        models/reports/exposures.yml:
            exposures:
              - name: till_report
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('turnover')

    To do:
        Declare the exposure that reads it, or remove the model.
    """
    if any(fnmatchcase(model.path, glob) for glob in paths) and not _is_exposed(model, transitive=transitive):
        yield model.raised("is read by no exposure")


def _is_exposed(model: Model, *, transitive: bool) -> bool:
    children = model.project.children
    seen, left = set[str](), [*model.children]
    while left:
        unique_id = left.pop()
        if unique_id.startswith("exposure."):
            return True
        # Metrics stand between a model and an exposure; other models only if these count.
        through = _THROUGH if transitive else _THROUGH[2:]
        if unique_id not in seen and unique_id.startswith(through):
            seen.add(unique_id)
            left += children.get(unique_id, ())
    return False


@rule("EXP006", "exposure-field-missing", severity="info", tier="opt-in")
def exposure_field_missing(exposure: Exposure, *, fields: tuple[_Field, ...]) -> Found:
    """An exposure lacks what the policy asks for: a label, a URL, a maturity, a description.

    Why:
        Who is told that a change hits it has to find it, and to know how much depends on it.

    Options:
        fields: Of `label`, `url`, `maturity`, `description`.

    Bad:
        mesh.yml:
            lint: {rules: {EXP006: {fields: [label, url]}}}
        models/exposures.yml:
            exposures:
              - name: till_report  # EXP006
                label: Report of the till
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {EXP006: {fields: [label, url]}}}
        models/exposures.yml:
            exposures:
              - name: till_report
                label: Report of the till
                url: https://bi.shop.example/till
                type: dashboard
                owner: {name: Till, email: till@shop.example}
                depends_on:
                  - ref('orders')
        models/orders.sql:
            select 1 as order_id

    To do:
        Write it into the exposure.
    """
    for field in fields:
        if not text_of(getattr(exposure.node, field)):
            yield exposure.raised(f"has no {field}", field, key=field)
