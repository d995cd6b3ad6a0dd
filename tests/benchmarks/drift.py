"""Drift of a mesh beside the catalogue query alone and beside a `DESCRIBE` of each relation.

``drift.py`` measures and prints the tables; ``drift.py WAY FOLDER`` does one of the ways in the mesh of a folder, and
prints how much CPU that took besides the imports.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Case, measure, program
from tables import Table, markdown

PROJECTS, TABLES, COLUMNS = 10, 500, 30
_TYPES = ("integer", "bigint", "varchar", "decimal(18,2)", "date", "timestamp")
_TITLES = {
    "mesh": "mesh: files, catalogue query, comparison",
    "limit": "limit: files, catalogue query, rows as they come",
    "open": "of that, opening the files",
    "describe": "files, `DESCRIBE` of each relation, rows as they come",
    "registry": "besides: the registry's documents",
}


def make_mesh(folder: Path, projects: int = PROJECTS, tables: int = TABLES, columns: int = COLUMNS) -> Path:
    """A mesh of built and published products: their files, and what the registry holds of them."""
    import duckdb

    from mesh_tools.interface.registry import open_registry

    registry = open_registry(".mesh/registry", base=folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mesh.yml").write_text("name: bench\nprojects: ['domain_*']\n")
    for number in range(projects):
        name = f"domain_{number}"
        names = [f"product_{number}_{table}" for table in range(tables // projects)]
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "dbt_project.yml").write_text(f"name: {name}\nversion: 1.0.0\nprofile: {name}\n")
        file = folder / ".mesh" / "data" / "dev" / name / "current" / f"{name}.duckdb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as connection:
            for table in names:
                connection.execute(f"create table {table} ({_ddl(columns)}, primary key (c_0), check (c_1 >= 0))")
        registry.publish(_interface(name, names, columns))
    return folder


def _type(column: int) -> str:
    return _TYPES[column % len(_TYPES)]


def _ddl(columns: int) -> str:
    return ", ".join(f"c_{column} {_type(column)} not null" for column in range(columns))


def _interface(project: str, products: list[str], columns: int) -> Any:
    from mesh_tools.model.interface import Column, Guarantee, Interface, Product, ProductVersion, Relation
    from mesh_tools.sqltypes import canonical_type

    names = [f"c_{column}" for column in range(columns)]
    version = ProductVersion(
        semantic_version="1.0.0",
        path="product.sql",
        contract=True,
        materialized="table",
        columns=tuple(
            Column(
                name=name,
                data_type=_type(column),
                canonical_type=canonical_type(_type(column), "duckdb"),
                nullable=False,
                description=f"What {name} means to those who read it.",
            )
            for column, name in enumerate(names)
        ),
        guarantees=(
            *(Guarantee(kind="not_null", columns=(name,), carrier="constraint") for name in names),
            Guarantee(kind="primary_key", columns=("c_0",), carrier="constraint"),
            Guarantee(kind="check", columns=("c_1",), arguments={"expression": "c_1 >= 0"}, carrier="constraint"),
        ),
    )
    return Interface(
        project=project,
        adapter="duckdb",
        environment="dev",
        products=tuple(Product(name=name, versions=(version,)) for name in products),
        relations={name: Relation(database=project, schema="main", identifier=name) for name in products},
    )


def _scene(folder: Path) -> tuple[dict[str, Path], Callable[[], list[Any]]]:
    """The files by database, and what reads the published interfaces."""
    from mesh_tools.interface.registry import open_registry

    registry = open_registry(".mesh/registry", base=folder)
    files = {path.stem: path for path in sorted(folder.glob(".mesh/data/dev/*/current/*.duckdb"))}
    return files, lambda: [registry.get(project, "dev") for project in files]


def _mesh(folder: Path) -> Callable[[], object]:
    from mesh_tools.contracts.drift import find_drift
    from mesh_tools.contracts.drift.duckdb_catalogue import DuckDBCatalogue

    files, published = _scene(folder)
    interfaces = published()

    def run() -> object:
        report = find_drift(interfaces, DuckDBCatalogue(files))
        assert not report.drifts, report.drifts[:3]
        return report

    return run


def _registry(folder: Path) -> Callable[[], object]:
    return _scene(folder)[1]


def _attached(folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})  # as mesh does
    for name, path in _scene(folder)[0].items():
        connection.execute(f"attach '{path}' as {name} (read_only)")
    return connection


def _limit(folder: Path) -> Callable[[], object]:
    def run() -> object:
        connection = _attached(folder)
        rows = connection.execute(
            "select database_name, schema_name, table_name, column_name, column_index, data_type, is_nullable "
            "from duckdb_columns() where not internal"
        ).fetchall()
        keys = connection.execute("select * from duckdb_constraints() where constraint_type <> 'NOT NULL'").fetchall()
        return rows, keys

    return run


def _describe(folder: Path) -> Callable[[], object]:
    def run() -> object:
        connection = _attached(folder)
        tables = connection.execute("select database_name, table_name from duckdb_tables()").fetchall()
        return [connection.execute(f"describe {database}.{table}").fetchall() for database, table in tables]

    return run


_WAYS: dict[str, Callable[[Path], Callable[[], object]]] = {
    "mesh": _mesh,
    "limit": _limit,
    "open": lambda folder: lambda: _attached(folder),
    "describe": _describe,
    "registry": _registry,
}


def drift_cases(folder: Path) -> tuple[list[Case], list[Case]]:
    """The whole command; and every way to look at the catalogue, ours first."""
    ways = [Case(title, [sys.executable, __file__, way, folder], folder) for way, title in _TITLES.items()]
    return [Case("`mesh drift`", [program("mesh"), "drift"], folder)], ways


def main() -> None:
    """Measure, and print the tables."""
    work = Path(__file__).resolve().parents[2] / ".mesh" / "bench" / "drift"
    folder = make_mesh(work / "mesh")
    size = f"{TABLES} tables of {COLUMNS} columns in {PROJECTS} files"
    command, ways = drift_cases(folder)
    tables = [
        Table(f"`mesh drift`, {size}", measure(command, 5, work, _quiet)),
        Table(f"Without start-up, {size}", measure(ways, 5, work, _quiet), "besides imports"),
    ]
    sys.stdout.write("\n\n".join(map(markdown, tables)) + "\n")


def _quiet(_line: str) -> None:
    """No progress is shown."""


def run_one(way: str, folder: Path) -> None:
    """Run one way, and print what it cost."""
    import duckdb  # noqa: F401 - not part of what is measured

    run = _WAYS[way](folder)
    start = time.process_time()
    run()
    sys.stdout.write(f"part: {time.process_time() - start:.4f} CPU s\n")


if __name__ == "__main__":
    run_one(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 1 else main()
