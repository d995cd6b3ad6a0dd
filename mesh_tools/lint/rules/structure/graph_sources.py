"""Models that join what should have been joined elsewhere, or not at all."""

from __future__ import annotations

from mesh_tools.artifacts.manifest import SourceNode
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.graph import call_of, own_model, title, titles
from mesh_tools.lint.subjects import Model


@rule("STR006", "several-sources-joined", severity="warn", tier="strict")
def several_sources_joined(model: Model, *, max: int = 1) -> Found:  # noqa: A002 - a policy's word
    """A model reads several sources.

    Why:
        Each source wants to be renamed, cast and tested once, in a staging model of its own; who joins them raw cannot
        be reused, and hides which source a fault is from.

    Options:
        max: How many sources a model may read.

    Bad:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}, {name: refunds}]
        models/receipts.sql:
            select receipts.receipt_id
            from {{ source('till', 'receipts') }} as receipts
            left join {{ source('till', 'refunds') }} as refunds using (receipt_id)  -- STR006

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}, {name: refunds}]
        models/staging/stg_till__receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}
        models/staging/stg_till__refunds.sql:
            select receipt_id from {{ source('till', 'refunds') }}
        models/receipts.sql:
            select receipts.receipt_id
            from {{ ref('stg_till__receipts') }} as receipts
            left join {{ ref('stg_till__refunds') }} as refunds using (receipt_id)

    To do:
        Write a staging model for each source, and join those.
    """
    if len(model.node.depends_on.nodes) <= max:
        return
    sources = _sources(model)
    if len(sources) > max:
        yield model.raised(
            f"reads {len(sources)} sources, more than {max}: {titles(sources)}", place=call_of(model, sources[max])
        )


@rule("STR007", "source-and-model-joined", severity="warn", tier="recommended")
def source_and_model_joined(model: Model) -> Found:
    """A model reads a source together with a model of its project.

    Products of other projects are no such models: to a project they are what sources are.

    Why:
        What the staging models do to a source, its names, types and tests, is passed by here.

    Bad:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}, {name: refunds}]
        models/staging/stg_till__receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}
        models/receipts.sql:
            select receipts.receipt_id
            from {{ ref('stg_till__receipts') }} as receipts
            left join {{ source('till', 'refunds') }} as refunds using (receipt_id)  -- STR007

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}, {name: refunds}]
        models/staging/stg_till__receipts.sql:
            select receipt_id from {{ source('till', 'receipts') }}
        models/staging/stg_till__refunds.sql:
            select receipt_id from {{ source('till', 'refunds') }}
        models/receipts.sql:
            select receipts.receipt_id
            from {{ ref('stg_till__receipts') }} as receipts
            left join {{ ref('stg_till__refunds') }} as refunds using (receipt_id)

    To do:
        Write a staging model for the source, and read that.
    """
    reads = model.node.depends_on.nodes
    if len(reads) == 1 or not any(one.startswith("source.") for one in reads):
        return
    models = [found for one in reads if (found := own_model(one, model.project)) is not None]
    if models:
        sources = _sources(model)
        place = call_of(model, sources[0])
        yield model.raised(f"reads the source {titles(sources)} together with {titles(models)}", place=place)


def _sources(model: Model) -> list[SourceNode]:
    """By name: the manifest has them in no order that lasts."""
    return sorted((parent for parent in model.parents if isinstance(parent, SourceNode)), key=title)


@rule("STR008", "upstream-rejoined", severity="warn", tier="strict")
def upstream_rejoined(model: Model, *, only_sole_child: bool = True) -> Found:
    """A model reads something directly, and again through another model that is there for nobody else.

    Why:
        The model between the two saves nothing: the data comes in on two ways, which drift apart as one of them is
        changed.

    Options:
        only_sole_child: Whether it is left alone where others read the model between, or it is public.

    Bad:
        models/receipts.sql:
            select 1 as order_id, 9 as total
        models/big_orders.sql:
            select order_id from {{ ref('receipts') }} where total > 5
        models/report.sql:
            select receipts.total
            from {{ ref('receipts') }} as receipts  -- STR008
            inner join {{ ref('big_orders') }} using (order_id)

    Good:
        models/receipts.sql:
            select 1 as order_id, 9 as total
        models/big_orders.sql:
            select order_id, total from {{ ref('receipts') }} where total > 5
        models/report.sql:
            select total from {{ ref('big_orders') }}

    To do:
        Let the model between hand on what is needed, and read it alone; or move its SQL here.
    """
    reads = model.node.depends_on.nodes
    if len(reads) == 1:
        return
    for unique_id in reads:
        between = own_model(unique_id, model.project)
        if between is None or (only_sole_child and (between.is_public or not _is_sole_reader(model, unique_id))):
            continue
        again = sorted((one for one in model.parents if one.unique_id in between.depends_on.nodes), key=title)
        if again:
            yield model.raised(
                f"reads {titles(again)}, which it gets through {title(between)}, too",
                place=call_of(model, again[0]),
                key=title(between),
            )


def _is_sole_reader(model: Model, unique_id: str) -> bool:
    return model.project.children.get(unique_id) == (model.node.unique_id,)
