"""Meshes in a few lines of YAML, for tests of verdicts: products before and after, and the SQL of consumers.

.. code-block:: yaml

    before: {shop.orders: {id: integer}}       # product: columns; a version as shop.orders.v2
    after: {shop.orders: {id: bigint}}
    models: {sales.revenue: {sql: select id from shop.main.orders, reads: [shop.orders]}}
    exposures: {sales.report: [sales.revenue]}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.diff import diff
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.change import Verdict
from mesh_tools.model.interface import Interface

TODAY = date(2026, 3, 1)
PRODUCER = "shop"


def verdicts_of(case: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """The verdicts on every change of a case."""
    base, head = interfaces_of(case)
    manifests = manifests_of(case)
    consumers = Consumers.of(
        manifests,
        trace(inputs_of(manifests.values())),
        [msgspec.convert(interface, Interface) for interface in case.get("interfaces", ())],
        missing=case.get("missing"),
    )
    return judge(diff(base, head, today=TODAY), base=base, head=head, consumers=consumers)


def interfaces_of(case: Mapping[str, Any]) -> tuple[Interface, Interface]:
    """The interface of the producer, before and after."""
    return _interface(case, "before"), _interface(case, "after")


def manifests_of(case: Mapping[str, Any]) -> dict[str, CompiledManifest]:
    """The manifests of all projects of a case that have models or exposures."""
    stubs = {key: _node(key, _product(columns), stub=True) for key, columns in case["before"].items()}
    models = {key: _node(key, model) for key, model in case.get("models", {}).items()}
    nodes: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    exposures: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for key, node in models.items():
        project = _project(key)
        nodes[project][node["unique_id"]] = node
        for read in case["models"][key].get("reads", ()):
            foreign = _project(read) != project
            nodes[project][_unique_id(read)] = (stubs.get(read) or _as_stub(models[read])) if foreign else models[read]
    for key, reads in case.get("exposures", {}).items():
        project, _, name = key.partition(".")
        exposures[project][f"exposure.{project}.{name}"] = {
            "unique_id": f"exposure.{project}.{name}",
            "name": name,
            "package_name": project,
            "resource_type": "exposure",
            "depends_on": {"nodes": [_unique_id(read) for read in reads]},
        }
        nodes[project] |= {_unique_id(read): stubs[read] for read in reads if read in stubs}
    return {
        project: msgspec.convert(
            {
                "metadata": {"project_name": project, "adapter_type": case.get("adapter", "duckdb")},
                "nodes": {key: node for key, node in nodes[project].items() if not key.startswith("source.")},
                "sources": {key: node for key, node in nodes[project].items() if key.startswith("source.")},
                "exposures": exposures[project],
            },
            CompiledManifest,
        )
        for project in {**nodes, **exposures}
    }


def _interface(case: Mapping[str, Any], side: str) -> Interface:
    products: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, written in case[side].items():
        _, name, *v = key.split(".")
        product = _product(written)
        version = {name: value for name, value in product.items() if name not in {"columns", "latest"}}
        version["columns"] = [
            {"name": name, "data_type": column} if isinstance(column, str) else {"name": name, **column}
            for name, column in product["columns"].items()
        ]
        if v:
            version["v"] = int(v[0].removeprefix("v"))
        products[name].append({"semantic_version": "1.0.0", "path": f"marts/{name}.sql", "contract": True} | version)
    latest = case.get(f"latest_{side}", case.get("latest", {}))
    return msgspec.convert(
        {
            "project": PRODUCER,
            "adapter": case.get("adapter", "duckdb"),
            "products": [
                {"name": name, "versions": versions, "latest": latest.get(name), **case.get(f"products_{side}", {})}
                for name, versions in products.items()
            ],
            "relations": case.get(f"relations_{side}", {}),
            **case.get(f"interface_{side}", {}),
        },
        Interface,
    )


def _product(written: Mapping[str, Any]) -> dict[str, Any]:
    """A product in full; most cases write its columns alone."""
    is_whole = isinstance(written.get("columns"), Mapping)
    return dict(written) if is_whole else {"columns": written}


def _node(key: str, model: Mapping[str, Any], *, stub: bool = False) -> dict[str, Any]:
    kind, project, name, *v = _unique_id(key).split(".")
    if kind == "source":
        name, v = v[0], []
    columns = {
        column: {"name": column, "data_type": written if isinstance(written, str) else written.get("data_type")}
        for column, written in model.get("columns", {}).items()
    }
    alias = "_".join((name, *v))
    return {
        "unique_id": _unique_id(key),
        "name": name,
        "version": int(v[0].removeprefix("v")) if v else None,
        "package_name": project,
        "resource_type": kind,
        "database": model.get("database", project),
        "schema": "main",
        "alias": alias,
        "relation_name": model.get("relation_name", f'"{project}"."main"."{alias}"'),
        "compiled_code": model.get("sql"),
        "language": model.get("language", "sql"),
        "columns": columns,
        "config": {
            "materialized": model.get("materialized", "view"),
            "on_schema_change": model.get("on_schema_change"),
            "contract": {"enforced": bool(stub or model.get("contract"))},
        },
        "depends_on": {"nodes": [_unique_id(read) for read in model.get("reads", ())]},
        "tags": ["mesh_external"] if stub else [],
        "access": "public" if stub or model.get("public") else "private",
    }


def _as_stub(node: Mapping[str, Any]) -> dict[str, Any]:
    return {**node, "compiled_code": None, "tags": ["mesh_external"], "depends_on": {"nodes": []}}


def _project(key: str) -> str:
    return _unique_id(key).split(".")[1]


def _unique_id(key: str) -> str:
    return key if key.startswith(("model.", "source.", "seed.", "snapshot.")) else f"model.{key}"
