"""Names of relations where a call of `ref` or `source` belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_tools.lint.code.query import Relation, queries
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.ref.bypass import Here
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import MeshProject
from mesh_tools.lint.subjects.node import subject_of

_NAME = r"""(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|[\w$-]+)"""
# Of code in lower case, each with a beginning that is found fast.
_SUSPECT = (
    re.compile(rf"from\s+(?:only\s+)?(?:`[^`\n]+`|{_NAME}\s*\.)"),
    re.compile(rf"join\s+(?:`[^`\n]+`|{_NAME}\s*\.)"),
    re.compile(rf"from\s+[^\s,()]+(?:\s+(?:as\s+)?\w+)?\s*,\s*{_NAME}\s*\."),
    re.compile(rf"\}}\}}(?:\s+(?:as\s+)?\w+)?\s*,\s*{_NAME}\s*\."),
)
# Written by the warehouse: no project can declare them for all environments.
_CATALOGS = frozenset({"information_schema", "pg_catalog", "account_usage", "dual"})
_UNSURE = re.compile(r"\{\{|\{%|@|\$")


@rule("STR011", "hard-coded-reference", severity="error", tier="starter")
def hard_coded_reference(project: MeshProject, code: Code, *, ignore_dotless: bool = True) -> Found:
    """A model reads a relation by its name, not by `ref` or `source`.

    Relations that another project builds are the business of REF002. Catalogs of the warehouse, such as
    `information_schema`, and functions that give tables are no such names.

    Why:
        dbt does not know of it: it builds nothing in order, the name is that of one environment, and no lineage and no
        impact shows who is hit when it changes.

    Options:
        ignore_dotless: Whether names without a schema are left alone.

    Bad:
        models/orders.sql:
            with returns as (select 1 as order_id)

            select receipts.order_id
            from till.receipts  -- STR011
            left join returns on receipts.order_id = returns.order_id

    Good:
        models/sources.yml:
            sources:
              - name: till
                tables: [{name: receipts}]
        models/orders.sql:
            with returns as (select 1 as order_id)

            select receipts.order_id, extract(year from receipts.paid_on) as year
            from {{ source('till', 'receipts') }} as receipts  -- from till.receipts
            left join returns on receipts.order_id = returns.order_id

    To do:
        Declare the relation as a source and read it with `source`, or `ref` the model or seed that builds it.
    """
    here = Here.of(project)
    for node in here.nodes:
        written = code.nodes.get(node.unique_id) if node.resource_type == "model" else None
        if written is None or not written.raw_code or written.language == "python":
            continue
        sql = written.raw_code.strip()
        if ignore_dotless and not _may_have_names(sql.lower()):
            continue
        for relation in named(sql, ignore_dotless=ignore_dotless):
            if not here.is_foreign(relation.text):
                place = CodePlace(file=node.path, offset=relation.start)
                yield subject_of(node).raised(f"reads {relation.text} by name", place=place, key=relation.text)


def _may_have_names(lowered: str) -> bool:
    return any(pattern.search(lowered) for pattern in _SUSPECT)


def named(sql: str, *, ignore_dotless: bool) -> Iterator[Relation]:
    """Relations that are read by name, each once."""
    found = queries(sql)
    aliases, seen = found.aliases, set[str]()
    for query in found.found:
        for one in query.relations:
            if one.kind != "name" or one.text in seen or _UNSURE.search(one.text):
                continue
            parts = [part.strip('"`[] ').lower() for part in one.text.split(".")]
            if not _CATALOGS.isdisjoint(parts):
                continue
            # `orders.lines` is a list in a column when something is called orders.
            known = found.ctes | aliases if one.is_dotted else found.ctes
            if parts[0] not in known and (one.is_dotted or not ignore_dotless):
                seen.add(one.text)
                yield one
