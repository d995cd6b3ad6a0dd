"""Whether what is read often, and through many, is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from mesh_tools.artifacts.manifest import ModelNode
from mesh_tools.lint.matching import by_path
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.graph import models_reading, title
from mesh_tools.lint.subjects import Model, Project
from mesh_tools.mesh.summary import is_stub

_COMPUTED = ("view", "ephemeral")


@rule("STR005", "chained-views", severity="warn", tier="strict")
def chained_views(model: Model, *, max: int = 4, materializations: tuple[str, ...] = _COMPUTED) -> Found:  # noqa: A002 - a policy's word
    """A model is read through a long chain of views.

    It is reported where the chain becomes too long, and not of the models after it.

    Why:
        The warehouse computes all of them anew with every query; some give up on deep nesting.

    Options:
        max: How many views in a row a model may stand on.
        materializations: What is computed anew with every query.

    Bad:
        mesh.yml:
            lint: {rules: {STR005: {max: 2}}}
        models/receipts.sql:
            select 1 as receipt_id
        models/receipts_named.sql:
            select receipt_id from {{ ref('receipts') }}
        models/receipts_priced.sql:
            select receipt_id from {{ ref('receipts_named') }}
        models/report.sql:
            select receipt_id from {{ ref('receipts_priced') }}  -- STR005

    Good:
        mesh.yml:
            lint: {rules: {STR005: {max: 2}}}
        models/receipts.sql:
            select 1 as receipt_id
        models/receipts_named.sql:
            {{ config(materialized='table') }}
            select receipt_id from {{ ref('receipts') }}
        models/receipts_priced.sql:
            select receipt_id from {{ ref('receipts_named') }}
        models/report.sql:
            select receipt_id from {{ ref('receipts_priced') }}

    To do:
        Make a table of a model in the chain, best of one that is read by several.
    """
    chain = _chains(model.project, max, materializations).get(model.node.unique_id)
    if chain is not None:
        names = " > ".join(title(one) for one in chain)
        yield model.raised(f"stands on {len(chain)} views in a row, more than {max}: {names}", place=model.code)


def _chains(project: Project, longest: int, computed: tuple[str, ...]) -> Mapping[str, list[ModelNode]]:
    """The chain below each model that stands on one more than ``longest``, by unique_id."""
    return project.once(("STR005", longest, computed), lambda: _found_chains(project, longest, frozenset(computed)))


def _found_chains(project: Project, longest: int, computed: frozenset[str]) -> dict[str, list[ModelNode]]:
    nodes = {key: node for key, node in project.resources.items() if isinstance(node, ModelNode) and not is_stub(node)}
    views = {key for key, node in nodes.items() if node.all_config.get("materialized", "view") in computed}
    below = {key: [one for one in node.depends_on.nodes if one in views] for key, node in nodes.items()}
    depth: dict[str, int] = {}
    try:
        for key in TopologicalSorter(below).static_order():
            depth[key] = 1 + max((depth[one] for one in below[key]), default=-1)
    except CycleError:  # dbt refuses such a project
        return {}
    return {key: _chain(key, below, depth, nodes) for key, length in depth.items() if length == longest + 1}


def _chain(
    key: str, below: Mapping[str, Sequence[str]], depth: Mapping[str, int], nodes: Mapping[str, ModelNode]
) -> list[ModelNode]:
    """The longest chain that ``key`` stands on, its beginning first."""
    found: list[ModelNode] = []
    while below[key]:
        key = max(below[key], key=lambda one: (depth[one], one))
        found.append(nodes[key])
    return found[::-1]


@rule("STR017", "materialization-not-allowed", severity="warn", tier="opt-in")
def materialization_not_allowed(model: Model, *, allowed: Mapping[str, tuple[str, ...]]) -> Found:
    """A model is materialized in another way than models of its folder are.

    Why:
        How long a build takes, and how long a query, is decided folder by folder: one model that is otherwise surprises
        whoever pays for it.

    Options:
        allowed: By glob of the model's file, relative to the project: materializations. Of several globs the longest
            counts.

    Bad:
        mesh.yml:
            lint: {rules: {STR017: {allowed: {"models/marts/*": [table, incremental]}}}}
        models/marts/receipts.yml:
            models:
              - name: receipts
                config:
                  materialized: view  # STR017
        models/marts/receipts.sql:
            select 1 as receipt_id

    Good:
        mesh.yml:
            lint: {rules: {STR017: {allowed: {"models/marts/*": [table, incremental]}}}}
        models/marts/receipts.yml:
            models:
              - name: receipts
                config:
                  materialized: table
        models/marts/receipts.sql:
            select 1 as receipt_id

    To do:
        Set `materialized` for the folder in dbt_project.yml, and nowhere else.
    """
    known = by_path(model.path, allowed)
    if known is not None and model.materialized not in known:
        yield model.raised(f"is materialized as {model.materialized}, not as {_or(known)}", "config", "materialized")


@rule("STR018", "materialization-by-fanout", severity="info", tier="strict")
def materialization_by_fanout(
    model: Model,
    *,
    min_children: int = 3,
    materializations: tuple[str, ...] | None = None,
    below: tuple[str, ...] | None = None,
) -> Found:
    """A model that many others read is computed anew for each of them.

    Why:
        Every reader pays for the whole of it again: computed once and kept it costs once.

    Options:
        min_children: From how many models and snapshots on it has to be kept; versions of a model count as one.
        materializations: What keeps it. Default: everything but views and ephemeral models.
        below: How models with fewer readers are to be materialized. Default: as they like.

    Bad:
        models/receipts.yml:
            models:
              - name: receipts
                config:
                  materialized: view  # STR018
        models/receipts.sql:
            select 1 as receipt_id
        models/a.sql:
            select receipt_id from {{ ref('receipts') }}
        models/b.sql:
            select receipt_id from {{ ref('receipts') }}
        models/c.sql:
            select receipt_id from {{ ref('receipts') }}

    Good:
        models/receipts.yml:
            models:
              - name: receipts
                config:
                  materialized: table
        models/receipts.sql:
            select 1 as receipt_id
        models/a.sql:
            select receipt_id from {{ ref('receipts') }}
        models/b.sql:
            select receipt_id from {{ ref('receipts') }}
        models/c.sql:
            select receipt_id from {{ ref('receipts') }}

    To do:
        Set `materialized: table`, or `incremental`.
    """
    if below is None and len(model.children) < min_children:
        return
    count = len(models_reading(model))
    wanted = materializations if count >= min_children else below
    if wanted is not None:
        fits = model.materialized in wanted
    else:
        fits = count < min_children or model.materialized not in _COMPUTED
    if not fits:
        asked = f", not as {_or(wanted)}" if wanted else ""
        yield model.raised(
            f"is materialized as {model.materialized} at a fan-out of {count}{asked}", "config", "materialized"
        )


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "anything"
