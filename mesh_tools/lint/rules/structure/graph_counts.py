"""How many read a model, and how many it reads."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mesh_tools.artifacts.manifest import ExposureNode, ModelNode
from mesh_tools.lint.layers import Layers
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.graph import layer, models_reading, titles
from mesh_tools.lint.subjects import Model


@rule("STR001", "model-fanout", severity="warn", tier="strict")
def model_fanout(model: Model, *, max: int = 3, leaves_only: bool = True, count_exposures: bool = False) -> Found:  # noqa: A002 - a policy's word
    """A model is read by many that nothing reads any more.

    Versions of a model count as one. A public model is no end, though nothing reads it here: other projects may.

    Why:
        So many ends of one beginning are often one model with filters and groupings that belong into the reports; and
        whoever changes the beginning has to look at all of them.

    Options:
        max: How many may read it.
        leaves_only: Whether only models count that nothing reads, and that are not public.
        count_exposures: Whether exposures count, too.

    Bad:
        mesh.yml:
            lint: {rules: {STR001: {max: 2}}}
        models/orders.sql:
            select 1 as order_id, 'Rome' as city  -- STR001
        models/orders_of_rome.sql:
            select * from {{ ref('orders') }} where city = 'Rome'
        models/orders_of_paris.sql:
            select * from {{ ref('orders') }} where city = 'Paris'
        models/orders_of_oslo.sql:
            select * from {{ ref('orders') }} where city = 'Oslo'

    Good:
        mesh.yml:
            lint: {rules: {STR001: {max: 2}}}
        models/orders.sql:
            select 1 as order_id, 'Rome' as city
        models/orders_by_city.sql:
            select city, count(*) as orders from {{ ref('orders') }} group by city

    To do:
        Make one model of those that differ in a filter or a grouping alone, and let the report choose.
    """
    if len(model.children) <= max:
        return
    readers = models_reading(model)
    if leaves_only:
        readers = [
            one for one in readers
            if isinstance(one, ModelNode) and not one.is_public and not model.project.children.get(one.unique_id)
        ]  # fmt: skip
    count = len(readers) + (_exposures(model) if count_exposures else 0)
    if count > max:
        what = f"{count} that nothing else reads" if leaves_only else str(count)
        yield model.raised(f"is read by {what}, more than {max}: {titles(readers)}", place=model.code)


def _exposures(model: Model) -> int:
    known = model.project.resources
    return sum(isinstance(known.get(unique_id), ExposureNode) for unique_id in model.children)


@rule("STR002", "model-unused", severity="warn", tier="recommended")
def model_unused(
    model: Model,
    *,
    min: int = 1,  # noqa: A002 - a policy's word
    of: tuple[str, ...] = ("staging", "intermediate"),
    exposures_count: bool = True,
    layers: Layers | None = None,
) -> Found:
    """Nothing reads a model that is there to be read by others of its project.

    Public models are not meant: other projects may read them, and PUB005 tells of those that nobody reads.

    Why:
        It is built, tested and paid for with every run, and nobody would miss it.

    Options:
        min: How many have to read it: models, snapshots, metrics.
        of: The layers whose models are there for others.
        exposures_count: Whether an exposure is a reader.
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.

    Bad:
        models/staging/stg_till__receipts.sql:
            select 1 as receipt_id  -- STR002

    Good:
        models/staging/stg_till__receipts.sql:
            select 1 as receipt_id
        models/receipts.sql:
            select receipt_id from {{ ref('stg_till__receipts') }}

    To do:
        Read it, or delete it.
    """
    readers = model.children
    if len(readers) >= min and exposures_count:
        return
    if not exposures_count:
        known = model.project.resources
        readers = tuple(one for one in readers if not isinstance(known.get(one), ExposureNode))
    if len(readers) >= min or model.is_public:
        return
    found = layer(model.node, model.project, layers)
    if found in of:
        how = "nothing" if not readers else f"only {len(readers)}, fewer than {min},"
        yield model.raised(f"is a model of {found}, and {how} reads it", place=model.code)


@rule("STR003", "too-many-parents", severity="warn", tier="strict")
def too_many_parents(model: Model, *, max: int = 7, max_sources: int | None = None) -> Found:  # noqa: A002 - a policy's word
    """A model reads very many others.

    Why:
        Who is to understand it has to understand all of them at once, and each can stop it.

    Options:
        max: How many models, seeds, snapshots and sources it may read.
        max_sources: How many sources it may read. Default: as many as `max`.

    Bad:
        mesh.yml:
            lint: {rules: {STR003: {max: 2}}}
        models/report.sql:
            select 1 as total  -- STR003
            from {{ ref('orders') }}, {{ ref('returns') }}, {{ ref('refunds') }}
        models/orders.sql:
            select 1 as order_id
        models/returns.sql:
            select 1 as return_id
        models/refunds.sql:
            select 1 as refund_id

    Good:
        mesh.yml:
            lint: {rules: {STR003: {max: 2}}}
        models/report.sql:
            select 1 as total
            from {{ ref('orders') }}, {{ ref('returns_refunded') }}
        models/returns_refunded.sql:
            select 1 as total
            from {{ ref('returns') }}, {{ ref('refunds') }}
        models/orders.sql:
            select 1 as order_id
        models/returns.sql:
            select 1 as return_id
        models/refunds.sql:
            select 1 as refund_id

    To do:
        Join those that belong together in an intermediate model.
    """
    reads = model.node.depends_on.nodes
    if len(reads) > max:
        count = sum(one.startswith(("model.", "seed.", "snapshot.", "source.")) for one in reads)
        if count > max:
            yield model.raised(f"reads {count} others, more than {max}", place=model.code)
    if max_sources is not None and len(reads) > max_sources:
        count = sum(one.startswith("source.") for one in reads)
        if count > max_sources:
            yield model.raised(f"reads {count} sources, more than {max_sources}", place=model.code, key="sources")


@rule("STR004", "root-model", severity="warn", tier="strict")
def root_model(model: Model, *, min: int = 1, allow: tuple[str, ...] = ()) -> Found:  # noqa: A002 - a policy's word
    """A model reads nothing that dbt knows of.

    Why:
        It holds its data itself, which a seed does better, or reads a table by its name: then dbt neither builds the
        two in their order nor shows where the data is from.

    Options:
        min: How many others a model has to read.
        allow: Globs of files, relative to the project, of models that may stand at the beginning, as a calendar may.

    Bad:
        models/orders.sql:
            select * from till.orders  -- STR004

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: orders}]
        models/orders.sql:
            select * from {{ source('till', 'orders') }}

    To do:
        Declare the table as a source, or write the data into a seed, and read that. What makes its rows itself, such as
        a calendar, belongs to `allow`.
    """
    count = len(model.node.depends_on.nodes)
    if count >= min or any(fnmatchcase(model.path, glob) for glob in allow):
        return
    shown = "nothing that dbt knows of" if count == 0 else f"only {count}, fewer than {min}"
    yield model.raised(f"reads {shown}", place=model.code)
