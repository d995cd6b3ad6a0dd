"""SNP: snapshots that keep history in a way that can be relied on."""

from __future__ import annotations

import re

from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Snapshot


@rule("SNP002", "snapshot-strategy", severity="warn", tier="recommended")
def snapshot_strategy(
    snapshot: Snapshot, *, allowed: tuple[str, ...] = ("timestamp", "check"), every_column: bool = True
) -> Found:
    """A snapshot has a strategy that the policy does not have.

    Why:
        `timestamp` trusts one column that the source keeps; `check` reads and compares every row each time.

    Options:
        allowed: Strategies: `timestamp`, `check`, and those of macros.
        every_column: Whether `check_cols: all` is all right: it makes a new row for a change of any column, also for
            one that was only added.

    Bad:
        mesh.yml:
            lint: {rules: {SNP002: {allowed: [timestamp]}}}
        models/orders.sql:
            select 1 as order_id, 'paid' as status
        snapshots/orders_history.yml:
            snapshots:
              - name: orders_history
                relation: ref('orders')
                config:
                  strategy: check  # SNP002
                  check_cols: [status]
                  unique_key: order_id

    Good:
        mesh.yml:
            lint: {rules: {SNP002: {allowed: [timestamp]}}}
        models/orders.sql:
            select 1 as order_id, now() as updated_at
        snapshots/orders_history.yml:
            snapshots:
              - name: orders_history
                relation: ref('orders')
                config:
                  strategy: timestamp
                  updated_at: updated_at
                  unique_key: order_id

    To do:
        Configure one of the strategies that are allowed, with the column that it needs.
    """
    config = snapshot.node.all_config
    strategy = str(config.get("strategy") or "")
    if strategy not in allowed:
        shown = f"the strategy '{strategy}'" if strategy else "no strategy"
        yield snapshot.raised(f"has {shown}; the policy has {', '.join(allowed)}", "config", "strategy", key="strategy")
    elif strategy == "check" and not every_column and config.get("check_cols") == "all":
        yield snapshot.raised("compares every column", "config", "check_cols", key="all")


@rule("SNP003", "snapshot-location", severity="warn", tier="opt-in")
def snapshot_location(snapshot: Snapshot, *, schemas: Regex) -> Found:
    """A snapshot is written into another schema than those of snapshots.

    Why:
        History cannot be made again: it lies apart from what a full refresh, or somebody who tidies up, drops.

    Options:
        schemas: A regular expression of the schemas that snapshots may be in.

    Bad:
        mesh.yml:
            lint: {rules: {SNP003: {schemas: "snapshots$"}}}
        models/orders.sql:
            select 1 as order_id, now() as updated_at
        snapshots/orders_history.yml:
            snapshots:
              - name: orders_history  # SNP003
                relation: ref('orders')
                config: {strategy: timestamp, updated_at: updated_at, unique_key: order_id}

    Good:
        mesh.yml:
            lint: {rules: {SNP003: {schemas: "snapshots$"}}}
        models/orders.sql:
            select 1 as order_id, now() as updated_at
        snapshots/orders_history.yml:
            snapshots:
              - name: orders_history
                relation: ref('orders')
                config: {schema: snapshots, strategy: timestamp, updated_at: updated_at, unique_key: order_id}

    To do:
        Set `schema` in its config, or `+schema` for all snapshots in dbt_project.yml.
    """
    schema = snapshot.node.schema or ""
    if not re.search(schemas, schema):
        yield snapshot.raised(f"is in the schema '{schema}', which does not match '{schemas}'")
