"""RUN: what runs take, and what they add to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mesh_tools.lint.matching import by_path as matched
from mesh_tools.lint.places import CodePlace, Place
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Code, RunTimes, Unavailable
from mesh_tools.lint.subjects import Model, Seed, Snapshot, Test

_GIGABYTE = 1_000_000_000
_BILLS_NOTHING = frozenset({"duckdb", "postgres", "sqlite"})
_CALL = re.compile(r"\bis_incremental\s*\(")
_INCREMENTAL = re.compile(r"['\"]incremental['\"]")


@rule("RUN001", "node-too-slow", severity="warn", tier="opt-in")
def node_too_slow(
    resource: Model | Test | Seed | Snapshot,
    runs: RunTimes,
    *,
    max_seconds: float,
    by_path: Mapping[str, float] | None = None,
) -> Found:
    """A model or a test took longer than the policy allows when it was last run.

    Why:
        The slowest model decides when all that reads it is fresh.

    Options:
        max_seconds: The longest time.
        by_path: The longest time by glob of the file; the longest glob that matches counts.

    Bad:
        mesh.yml:
            lint: {rules: {RUN001: {max_seconds: 60}}}
        models/orders.sql:
            select 1 as order_id  -- RUN001
        run_results.json:
            results:
              - {unique_id: model.shop.orders, status: success, execution_time: 61.5}

    Good:
        mesh.yml:
            lint: {rules: {RUN001: {max_seconds: 60, by_path: {"models/large/*": 600}}}}
        models/orders.sql:
            select 1 as order_id
        models/large/receipts.sql:
            select 1 as receipt_id
        run_results.json:
            results:
              - {unique_id: model.shop.orders, status: success, execution_time: 0.4}
              - {unique_id: model.shop.receipts, status: success, execution_time: 61.5}

    To do:
        Make it incremental, read less, or allow it more.
    """
    result = runs.results.get(resource.node.unique_id)
    if result is None or not result.execution_time:
        return
    own = matched(resource.path, by_path) if by_path else None
    limit = max_seconds if own is None else own
    if result.execution_time > limit:
        message = f"took {result.execution_time:,.1f} seconds, more than {limit:,g}"
        yield resource.raised(message, place=_code_of(resource))


@rule("RUN002", "node-too-expensive", severity="warn", tier="opt-in")
def node_too_expensive(
    resource: Model | Test | Snapshot, runs: RunTimes, *, max_gigabytes: float, key: str = "bytes_billed"
) -> Found:
    """A model or a test was billed for more data than the policy allows when it was last run.

    Why:
        A partition that is not pruned costs as much each time as the whole table.

    Options:
        max_gigabytes: The most that one run may be billed for, in units of 1,000,000,000 bytes.
        key: Where the adapter says it, in bytes: `bytes_billed` or `bytes_processed` of dbt-bigquery.

    Bad:
        mesh.yml:
            lint: {rules: {RUN002: {max_gigabytes: 10}}}
        models/orders.sql:
            select 1 as order_id  -- RUN002
        run_results.json:
            results:
              - unique_id: model.shop.orders
                status: success
                adapter_response: {bytes_billed: 12000000000}

    Good:
        mesh.yml:
            lint: {rules: {RUN002: {max_gigabytes: 10}}}
        models/orders.sql:
            select 1 as order_id
        run_results.json:
            results:
              - unique_id: model.shop.orders
                status: success
                adapter_response: {bytes_billed: 900000000}

    To do:
        Partition what it reads, filter by the partition, or make it incremental.
    """
    result = runs.results.get(resource.node.unique_id)
    billed = (result.adapter_response or {}).get(key) if result else None
    if billed is None:
        project = resource.project
        told = project.adapter in _BILLS_NOTHING or project.once(("RUN002", key), lambda: _is_told(runs, key))
        if not told:
            raise Unavailable(f"run results with {key}")
    elif isinstance(billed, (int, float)) and billed > max_gigabytes * _GIGABYTE:
        message = f"was billed for {billed / _GIGABYTE:,.1f} GB, more than {max_gigabytes:,g}"
        yield resource.raised(message, place=_code_of(resource))


def _is_told(runs: RunTimes, key: str) -> bool:
    return any(key in (result.adapter_response or {}) for result in runs.results.values())


def _code_of(resource: Model | Test | Seed | Snapshot) -> Place | None:
    return resource.code if isinstance(resource, Model) else None


@rule("RUN003", "incremental-without-unique-key", severity="warn", tier="recommended")
def incremental_without_unique_key(
    model: Model, code: Code, *, strategies_exempt: tuple[str, ...] = ("append", "insert_overwrite", "microbatch")
) -> Found:
    """An incremental model has no unique key.

    Why:
        Rows that come again, late or corrected, are added to what is there: every sum of them is too large.

    Options:
        strategies_exempt: Strategies that need none: they add on purpose, or replace whole partitions.

    Bad:
        models/receipts.sql:
            {{ config(materialized='incremental') }}  -- RUN003
            select 1 as receipt_id

    Good:
        models/receipts.sql:
            {{ config(materialized='incremental', unique_key='receipt_id') }}
            select 1 as receipt_id
        models/log_lines.sql:
            {{ config(materialized='incremental', incremental_strategy='append') }}
            select 1 as line

    To do:
        Set `unique_key`, or say with `incremental_strategy` that rows are only added.
    """
    if model.materialized != "incremental":
        return
    config = model.node.all_config
    strategy = config.get("incremental_strategy")
    if config.get("unique_key") or strategy in strategies_exempt:
        return
    in_code = _INCREMENTAL.search(code.of(model.node.unique_id))
    place = CodePlace(file=model.path, text=in_code[0]) if in_code else model.at("config", "materialized")
    yield model.raised(f"is incremental{f' ({strategy})' if strategy else ''}, and has no unique_key", place=place)


@rule("RUN004", "unused-is-incremental", severity="warn", tier="recommended")
def unused_is_incremental(model: Model, code: Code) -> Found:
    """A model asks whether it is incremental, and is not.

    Why:
        The branch never runs: whoever reads it believes that only new rows are read, while all of them are each time.

    Bad:
        models/receipts.sql:
            {{ config(materialized='table') }}
            select 1 as receipt_id
            {% if is_incremental() %} where true {% endif %}  -- RUN004

    Good:
        models/receipts.sql:
            {{ config(materialized='incremental', unique_key='receipt_id') }}
            select 1 as receipt_id
            {% if is_incremental() %} where true {% endif %}

    To do:
        Materialize it as incremental, or remove the branch.
    """
    if model.materialized == "incremental":
        return
    written = code.of(model.node.unique_id)
    if "is_incremental" not in written:
        return
    call = _CALL.search(written)
    # One that is incremental in some environments names the word in its own config.
    if call and not _INCREMENTAL.search(written):
        place = CodePlace(file=model.path, text=call[0])
        yield model.raised(f"asks is_incremental(), and is materialized as {model.materialized}", place=place)
