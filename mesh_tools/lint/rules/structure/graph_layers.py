"""From which layers, and from where, a model reads."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from mesh_tools.artifacts.manifest import ModelNode, Resource, SeedNode, SnapshotNode, SourceNode
from mesh_tools.lint.layers import Layers
from mesh_tools.lint.matching import by_path, is_wholly
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.graph import call_of, layer, title
from mesh_tools.lint.subjects import Model

Allowed = Mapping[str, tuple[str, ...]]
"""By layer, or by glob of a file: what may be read."""

_ALLOWED: Allowed = {
    "staging": ("source", "seed", "snapshot", "base_"),
    "intermediate": ("staging", "intermediate", "seed", "snapshot"),
    "marts": ("staging", "intermediate", "marts", "seed", "snapshot"),
}


@rule("STR009", "layer-dependency", severity="warn", tier="recommended")
def layer_dependency(model: Model, *, allow: Allowed | None = None, layers: Layers | None = None) -> Found:
    """A model reads from a layer that models of its own layer do not read from.

    Unless it is set: staging models read sources, seeds, snapshots and `base_` models; the others read no sources;
    intermediate models read no marts. What belongs to no layer, to a package or to another project may be read by all.

    Why:
        Layers say where to look: raw data is cleaned in staging and nowhere else, and what is built upon never turns
        back.

    Options:
        allow: By layer, or by glob of the model's file: what such models may read. That is `source`, `seed` or
            `snapshot`, a layer, the beginning of names (which ends with `_`), or a glob of files. Of several globs the
            longest counts, and one of them more than the layer.
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.

    Bad:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/marts/receipts.sql:
            select receipt_id
            from {{ source('till', 'receipts') }}  -- STR009
        models/staging/till/stg_till__receipts.sql:
            select receipt_id
            from {{ ref('receipts') }}  -- STR009

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/staging/till/stg_till__receipts.sql:
            select receipt_id
            from {{ source('till', 'receipts') }}
        models/marts/receipts.sql:
            select receipt_id
            from {{ ref('stg_till__receipts') }}

    To do:
        Read the staging model of the source; move what is asked for too early to a later layer.
    """
    reads = model.node.depends_on.nodes
    if not reads:
        return
    own = layer(model.node, model.project, layers)
    globbed = by_path(model.path, allow) if allow else None
    words = globbed if globbed is not None else (_ALLOWED if allow is None else allow).get(own or "")
    if words is None:
        return
    for parent in model.parents:
        if not _may_read(model, parent, words, layers, others=globbed is None):
            what = _kind(model, parent, layers)
            shown = f"{what} {title(parent)}".strip()
            yield model.raised(
                f"{f'is a model of {own}, and ' if own else ''}reads {shown}; allowed: {', '.join(words) or 'nothing'}",
                place=call_of(model, parent),
                key=parent.unique_id,
            )


def _may_read(model: Model, parent: Resource, words: tuple[str, ...], layers: Layers | None, *, others: bool) -> bool:
    if not isinstance(parent, (SourceNode, SeedNode, SnapshotNode, ModelNode)) or not model.project.is_own(parent):
        return True
    if isinstance(parent, ModelNode):
        known = layer(parent, model.project, layers)
        if known in words or (known is None and others):
            return True
    elif parent.unique_id.partition(".")[0] in words:
        return True
    return any(_matches(parent, word) for word in words)


def _matches(parent: Resource, word: str) -> bool:
    """Whether a parent is called, or lies, as a word of ``allow`` says."""
    if word.endswith("_"):
        return parent.name.startswith(word)
    return ("/" in word or "*" in word) and fnmatchcase(parent.original_file_path, word)


def _kind(model: Model, parent: Resource, layers: Layers | None) -> str:
    if isinstance(parent, ModelNode):
        known = layer(parent, model.project, layers)
        return f"the {known} model" if known else "the model"
    return f"the {parent.unique_id.partition('.')[0]}"


@rule("STR010", "parent-location", severity="warn", tier="opt-in")
def parent_location(model: Model, *, allowed: Allowed, forbidden: Allowed | None = None) -> Found:
    r"""A model reads from a schema or a database that models of its folder do not read from.

    Of ephemeral models, and of products of other projects, nobody here chooses the place.

    Why:
        Schemas are where access is granted: what is built from the wrong one shows data to those who may not see it,
        or stands on what is only tried out.

    Options:
        allowed: By glob of the model's file: regular expressions, one of which `DATABASE.SCHEMA` of everything that it
            reads matches as a whole. Of several globs the longest counts. `{}` for no limits.
        forbidden: The same of what may not be read.

    Bad:
        mesh.yml:
            lint: {rules: {STR010: {allowed: {}, forbidden: {"models/marts/*": ['.*\.scratch']}}}}
        models/sources.yml:
            sources:
              - name: tries
                schema: scratch
                tables: [{name: receipts}]
        models/marts/receipts.sql:
            select receipt_id
            from {{ source('tries', 'receipts') }}  -- STR010

    Good:
        mesh.yml:
            lint: {rules: {STR010: {allowed: {}, forbidden: {"models/marts/*": ['.*\.scratch']}}}}
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/marts/receipts.sql:
            select receipt_id
            from {{ source('till', 'receipts') }}

    To do:
        Read the relation that is meant for it, or move the parent.
    """
    wanted, unwanted = by_path(model.path, allowed), by_path(model.path, forbidden or {})
    if wanted is None and unwanted is None:
        return
    for parent in model.parents:
        where = _location(model, parent)
        if where and (
            (wanted is not None and not any(is_wholly(pattern, where) for pattern in wanted))
            or any(is_wholly(pattern, where) for pattern in unwanted or ())
        ):
            place = call_of(model, parent)
            yield model.raised(f"reads {title(parent)}, which lies in {where}", place=place, key=parent.unique_id)


def _location(model: Model, parent: Resource) -> str:
    """``DATABASE.SCHEMA``; empty for what lies nowhere, or where this project has no say."""
    if not isinstance(parent, (ModelNode, SeedNode, SnapshotNode, SourceNode)):
        return ""
    if parent.all_config.get("materialized") == "ephemeral" or not model.project.is_own(parent):
        return ""
    return f"{parent.database}.{parent.schema}" if parent.database else parent.schema or ""
