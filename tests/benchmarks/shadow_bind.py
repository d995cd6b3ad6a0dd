"""What the shadow bind costs: 400 consumers of one project, as things are and again as proposed.

Run ``python tests/benchmarks/shadow_bind.py``. The limit is what DuckDB needs to describe as many trivial queries;
the SQL alone is what it needs to describe the consumers' SQL over relations that are there already.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from msgspec import convert
from msgspec.structs import replace

from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.consumers.binding import Binding
from mesh_tools.contracts.consumers.graph import ReaderGraph
from mesh_tools.contracts.consumers.proposal import shadow_of, subjects_of
from mesh_tools.contracts.consumers.rebind import Proposal, under
from mesh_tools.contracts.consumers.shadow import ShadowWarehouse
from mesh_tools.contracts.diff import diff
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.interface import Column, Interface, Product, ProductVersion

PRODUCTS, COLUMNS, PROJECTS, MODELS = 20, 25, 10, 40
RUNS = 7
TYPES = ("integer", "varchar", "decimal(18,2)", "date", "timestamp")


def main() -> None:
    """Print the medians, in CPU seconds."""
    base = producer()
    head = proposed(base)
    manifests = consumers_of(base)
    lineage = trace(inputs_of(manifests.values()))
    consumers = Consumers.of(manifests, lineage)
    products = {s.key: shadow_of(s.old.columns, "duckdb") for s in subjects_of(base, head)}
    changed = {s.key: shadow_of(s.new.columns, "duckdb") for s in subjects_of(base, head) if s.new}
    binding = Binding(consumers, ReaderGraph(consumers), products)
    bound = sum(1 for found in binding.base.values() if found.output is not None)
    changes = diff(base, head, today=date(2026, 1, 1))
    trivial = ShadowWarehouse()
    queries = [reader.sql or "" for reader in binding.readers if reader.sql]
    rows: dict[str, Callable[[], object]] = {
        "limit: describe select 1, 400 times": lambda: [trivial.describe("select 1") for _ in range(400)],
        "the SQL alone, described": lambda: [binding.describe(r, {}) for r in binding.readers if r.sql],
        "bind all, as things are": lambda: Binding(consumers, ReaderGraph(consumers), products),
        "bind all again, every product changed": lambda: under(binding, Proposal(columns=changed)),
        f"judge {len(changes)} changes of {PRODUCTS} products": lambda: judge(
            changes, base=base, head=head, consumers=consumers
        ),
    }
    length = sum(map(len, queries)) // len(queries)
    say(f"### {bound} of {PROJECTS * MODELS} consumer models bound, {length} characters each")
    say(f"\n| {PRODUCTS} products of {COLUMNS} columns | CPU s, median of {RUNS} |\n| --- | ---: |")
    for title, work in rows.items():
        say(f"| {title} | {cpu(work):.2f} |")


def say(line: str) -> None:
    """Print ``line``."""
    sys.stdout.write(f"{line}\n")


def cpu(work: Callable[[], object]) -> float:
    """The median CPU seconds of ``work``."""
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return median(spent)


def producer() -> Interface:
    """A project of many products."""
    columns = tuple(Column(name=f"c{n}", data_type=TYPES[n % len(TYPES)]) for n in range(COLUMNS))
    version = ProductVersion(semantic_version="1.0.0", path="p.sql", contract=True, columns=columns)
    products = tuple(Product(name=f"p{n}", versions=(version,)) for n in range(PRODUCTS))
    return Interface(project="core", adapter="duckdb", products=products)


def proposed(base: Interface) -> Interface:
    """Every product has a wider column, and a new one."""
    products = []
    for product in base.products:
        version = product.versions[0]
        wider = replace(version.columns[0], data_type="bigint")
        columns = (wider, *version.columns[1:], Column(name="new", data_type="date"))
        products.append(replace(product, versions=(replace(version, columns=columns),)))
    return replace(base, products=tuple(products))


def consumers_of(base: Interface) -> dict[str, CompiledManifest]:
    """Projects whose models read the products, and each other."""
    return {f"team{n}": _manifest(f"team{n}", n, base) for n in range(PROJECTS)}


def _manifest(project: str, seed: int, base: Interface) -> CompiledManifest:
    nodes = {f"model.core.{product.name}": _stub(product) for product in base.products}
    for n in range(MODELS):
        first, second = (f"p{(seed * 7 + n * step) % PRODUCTS}" for step in (3, 5))
        reads = [f"model.core.{first}", f"model.core.{second}"]
        source = f'"core"."marts"."{first}"'
        if n % 4 == 3:  # every fourth reads a model of its own project
            reads[0], source = f"model.{project}.m{n - 1}", f'"{project}"."main"."m{n - 1}"'
        sql = f"""
with facts as (select * from {source}),
others as (select * from "core"."marts"."{second}"),
joined as (
    select facts.c0, facts.c1, facts.c2, others.c3, others.c4,
        case when others.c0 > 10 then 'many' else 'few' end as size
    from facts left join others on facts.c0 = others.c0
    where others.c3 >= date '2026-01-01'
)
select c0, c1, c3, c4, size, sum(c2) as c2, count(*) as rows from joined group by all
"""
        nodes[f"model.{project}.m{n}"] = {
            **_node(project, f"m{n}", "main"), "compiled_code": sql, "depends_on": {"nodes": reads},
        }  # fmt: skip
    metadata = {"project_name": project, "adapter_type": "duckdb"}
    return convert({"metadata": metadata, "nodes": nodes}, CompiledManifest)


def _stub(product: Product) -> dict[str, object]:
    columns = {c.name: {"name": c.name, "data_type": c.data_type} for c in product.versions[0].columns}
    contract = {"materialized": "table", "contract": {"enforced": True}}
    return {**_node("core", product.name, "marts"), "tags": ["mesh_external"], "columns": columns, "config": contract}


def _node(project: str, name: str, schema: str) -> dict[str, object]:
    return {
        "unique_id": f"model.{project}.{name}",
        "name": name,
        "package_name": project,
        "resource_type": "model",
        "database": project,
        "schema": schema,
        "alias": name,
        "relation_name": f'"{project}"."{schema}"."{name}"',
    }


if __name__ == "__main__":
    main()
