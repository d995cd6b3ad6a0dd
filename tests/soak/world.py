"""A small mesh whose whole content follows from one version number of each project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from support.meshes import BuiltMesh

ROWS = 40

Content = dict[str, list[tuple[object, ...]]]
"""Rows by table, sorted."""

# Who reads whom.
PROJECTS: dict[str, tuple[str, ...]] = {"base": (), "west": ("base",), "east": ("base",), "top": ("west", "east")}

_SAME_VERSION = """
    select 'two versions' as problem
    from (select version from {first} union select version from {second})
    having count(*) > 1
"""


class World:
    """The mesh, and what its data must be."""

    def __init__(self, root: Path, versions: dict[str, int] | None = None) -> None:
        self.root = root
        self.mesh = BuiltMesh(root)
        self.versions = dict(versions or dict.fromkeys(PROJECTS, 1))
        self.mesh.write(
            "mesh.yml", "name: soak\nprojects: [base, west, east, top]\nenvironments: {dev: {threads: 2}}\n"
        )
        for name, reads in PROJECTS.items():
            self.mesh.project(name, {}, reads=reads)
            self._write(name)

    def change(self, project: str, version: int) -> None:
        """Give a project other inputs."""
        self.versions[project] = version
        self._write(project)

    def expected(self) -> Content:
        """What an undisturbed build gives."""
        b, le, ri, to = (self.versions[name] for name in PROJECTS)
        ids = range(1, ROWS + 1)
        return {
            "base.facts": sorted((b, i, i * b) for i in ids),
            "base.summary": [(b, sum(ids) * b)],
            "west.doubled": sorted((le, b, i, 2 * i * b + le) for i in ids),
            "west.total": [(le, b, sum(2 * i * b + le for i in ids))],
            "east.picked": sorted((ri, b, i) for i in ids if i % 2 == ri % 2),
            "east.counted": [(ri, b, ROWS // 2)],
            "top.joined": sorted((to, le, ri, b, b, i, 2 * i * b + le) for i in ids if i % 2 == ri % 2),
            "top.report": [(to, le, ri, b, ROWS // 2)],
        }

    def content(self) -> Content:
        """What is published, of the same tables."""
        with self.mesh.connect() as connection:
            return {table: rows(connection, table) for table in self.expected()}

    def history(self) -> list[int]:
        """Versions that the incremental model has seen; each once, unless it ran twice."""
        with self.mesh.connect() as connection:
            return sorted(int(row[0]) for row in connection.execute("select version from west.main.history").fetchall())

    def _write(self, name: str) -> None:
        version = self.versions[name]
        for path, text in _FILES[name](version):
            self.mesh.write(f"{name}/{path}", text)


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    """The rows of ``project.table``, sorted."""
    project, _, name = table.partition(".")
    return sorted(connection.execute(f'select * from "{project}".main."{name}"').fetchall())


def _described(version: int, models: dict[str, str]) -> str:
    """YAML of models; those that are public promise another thing with each version, so that interfaces differ."""
    lines = ["models:"]
    for name, access in models.items():
        lines += [
            f"  - name: {name}",
            f"    description: As of version {version}.",
            f"    config: {{access: {access}, materialized: table}}",
            "    columns: [{name: version, data_tests: [not_null]}]",
        ]
    return "\n".join(lines) + "\n"


def _base(version: int) -> Iterator[tuple[str, str]]:
    yield "seeds/input.csv", f"version\n{version}\n"
    yield (
        "models/numbered.sql",
        f"select version, i.range as id from {{{{ ref('input') }}}}, range(1, {ROWS + 1}) as i\n",
    )
    yield "models/facts.sql", "select version, id, id * version as amount from {{ ref('numbered') }}\n"
    yield (
        "models/summary.sql",
        "select version, sum(amount)::bigint as amount from {{ ref('facts') }} group by version\n",
    )
    yield "models/base.yml", _described(version, {"facts": "public", "summary": "protected"})
    yield "tests/same.sql", _test("facts", "summary")


def _west(version: int) -> Iterator[tuple[str, str]]:
    yield "models/own.sql", f"select {version} as version\n"
    doubled = "select own.version, f.version as base_version, f.id, 2 * f.amount + own.version as amount"
    yield "models/doubled.sql", f"{doubled} from {{{{ ref('base', 'facts') }}}} as f, {{{{ ref('own') }}}} as own\n"
    total = "select version, base_version, sum(amount)::bigint as amount from {{ ref('doubled') }} group by all\n"
    yield "models/total.sql", total
    incremental = "{{ config(materialized='incremental') }}\nselect version from {{ ref('own') }}\n"
    # Without looking at what is there already: to run it twice in a generation shows.
    yield "models/history.sql", incremental
    yield "models/west.yml", _described(version, {"doubled": "public", "total": "protected"})
    yield "tests/same.sql", _test("doubled", "total")


def _east(version: int) -> Iterator[tuple[str, str]]:
    yield "models/own.sql", f"select {version} as version\n"
    picked = (
        "select own.version, f.version as base_version, f.id from {{ ref('base', 'facts') }} as f, {{ ref('own') }}"
    )
    yield "models/picked.sql", f"{picked} as own where f.id % 2 = own.version % 2\n"
    counted = "select version, base_version, count(*) as n from {{ ref('picked') }} group by all\n"
    yield "models/counted.sql", counted
    yield "models/east.yml", _described(version, {"picked": "public", "counted": "protected"})
    yield "tests/same.sql", _test("picked", "counted")


def _top(version: int) -> Iterator[tuple[str, str]]:
    columns = (
        f"select {version} as version, l.version as west_version, r.version as east_version,"
        " l.base_version as west_base, r.base_version as east_base, l.id, l.amount"
    )
    sides = "from {{ ref('west', 'doubled') }} as l join {{ ref('east', 'picked') }} as r on l.id = r.id"
    yield "models/joined.sql", f"{columns} {sides}\n"
    report = "select version, west_version, east_version, west_base as base, count(*) as n from {{ ref('joined') }}"
    yield "models/report.sql", f"{report} where west_base = east_base group by all\n"
    yield "models/top.yml", _described(version, {"joined": "public", "report": "protected"})
    yield "tests/same.sql", _test("joined", "report")


def _test(first: str, second: str) -> str:
    return _SAME_VERSION.format(first=f"{{{{ ref('{first}') }}}}", second=f"{{{{ ref('{second}') }}}}")


_FILES = {"base": _base, "west": _west, "east": _east, "top": _top}
