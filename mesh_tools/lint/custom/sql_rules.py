"""Rules that are queries: each row that one returns over the tables of the mesh is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.custom.tables import TABLES, rows_of_mesh
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, Rule, RuleError, Tier, rule
from mesh_tools.lint.services import Unavailable
from mesh_tools.lint.subjects import Mesh, Raised, Subject
from mesh_tools.lint.subjects.mesh import MeshProject
from mesh_tools.lint.subjects.node import subject_of
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.finding import Side

_HEADER = re.compile(r"--[ \t]?([a-z]+:.*)?")
_LINE = re.compile(r"LINE (\d+):")
_NEED = "DuckDB (`pip install 'mesh-tools[duckdb]'`)"
_KNOWN = ("subject", "message", "project", "path", "key")


class SqlHeader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The comment at the top of the file: ``-- code: ORG001``.

    Attributes:
        code: Three capital letters and three digits.
        name: In kebab case.
        severity: Unless a policy says otherwise.
        tier: The least preset that has it.
        side: Who can mend it, of what concerns two projects.
        doc: What is wrong, in a sentence.
    """

    code: str
    name: str
    severity: Literal["info", "warn", "error"] = "warn"
    tier: Tier = "starter"
    side: Side = "producer"
    doc: str = ""


class Query:
    """The check of a rule that is a query.

    Args:
        path: Its file.
        text: Of the file.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def __call__(self, mesh: Mesh) -> Found:
        """What the query finds.

        Raises:
            Unavailable: DuckDB is not installed.
            MeshError: the query fails, or does not return what findings are made of; with the line.
        """
        names, rows = self._run(mesh)
        if not {"subject", "message"} <= set(names):
            raise self._failed(f"the query returns {', '.join(names)}; it has to return subject and message")
        subjects = mesh.once(("lint.custom.subjects",), lambda: dict(_subjects(mesh)))
        for row in rows:
            yield _raised(dict(zip(names, row, strict=True)), mesh, subjects)

    def _run(self, mesh: Mesh) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            import duckdb  # noqa: PLC0415 - only who has such rules needs it
        except ImportError:
            raise Unavailable(_NEED) from None
        connection = mesh.once(("lint.custom.tables",), lambda: _connected(duckdb, mesh)).cursor()
        try:
            statements = connection.extract_statements(self._text)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise self._failed("a rule is one query, a `select`")
            result = connection.execute(statements[0])
            return [column[0].lower() for column in result.description or ()], result.fetchall()
        except duckdb.Error as error:
            raise self._failed(str(error)) from None
        finally:
            connection.close()

    def _failed(self, said: str) -> MeshError:
        line = _LINE.search(said)
        message = " ".join(said.split("\n\nLINE", maxsplit=1)[0].split())
        return MeshError(message, where=Location.of(self._path, int(line[1]) if line else None))


def sql_rule(path: Path) -> Rule:
    """The rule of a file.

    Raises:
        MeshError: it cannot be read, or its header is wrong; with the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MeshError(f"{path.name} cannot be read: {error}", where=Location.of(path)) from None
    header = YamlFile.parse(_header(text), path).typed(SqlHeader)

    query = Query(path, text)

    def check(mesh: Mesh) -> Found:
        return query(mesh)

    check.__annotations__ = {"mesh": Mesh}
    check.__doc__ = header.doc or f"The query in {path.name} finds something."
    try:
        made = rule(header.code, header.name, severity=header.severity, tier=header.tier, side=header.side)(check)
    except RuleError as error:
        raise MeshError(str(error), where=Location.of(path, 1)) from None
    return replace(made, check=query)


def _header(text: str) -> str:
    """The comment at the top as YAML, on the same lines."""
    lines: list[str] = []
    for line in text.splitlines():
        found = _HEADER.fullmatch(line.strip())
        if found is None:
            break
        lines.append(found[1] or "")
    return "\n".join(lines)


def _connected(duckdb: Any, mesh: Mesh) -> Any:
    """The tables in memory; from then on the database reads and writes nothing else."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    rows = rows_of_mesh(mesh)
    with TemporaryDirectory(prefix="mesh-lint-") as folder:
        for table, columns in TABLES.items():
            declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f'create table "{table}" ({declared})')
            if rows[table]:
                _fill(connection, table, columns, rows[table], Path(folder))
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _fill(connection: Any, table: str, columns: Mapping[str, str], rows: list[tuple[Any, ...]], folder: Path) -> None:
    # Ten thousand inserts take seconds, a file none.
    path = folder / f"{table}.json"
    encoder = msgspec.json.Encoder(enc_hook=str)
    path.write_bytes(b"\n".join(encoder.encode(dict(zip(columns, row, strict=True))) for row in rows))
    query = f"""insert into "{table}" select * from read_json(?, format='newline_delimited', columns=?)"""  # noqa: S608 - ours
    connection.execute(query, [str(path), dict(columns)])


def _subjects(mesh: Mesh) -> Iterator[tuple[str, Subject]]:
    for member in mesh.members.values():
        for node in member.summary.nodes.values():
            subject = subject_of(node)
            yield node.unique_id, subject
            yield node.label, subject
    for project in mesh.projects:
        yield project.name, project


def _raised(row: dict[str, Any], mesh: Mesh, subjects: dict[str, Subject]) -> Raised:
    named, message = str(row["subject"] or ""), str(row["message"] or "")
    project, path, key = (str(row.get(name) or "") for name in _KNOWN[2:])
    found = subjects.get(named)
    if found is None and (about := subjects.get(named.rpartition(".")[0])) is not None:
        column = named.rpartition(".")[2]
        raised = about.raised(message, ("columns", column), key=key or column, project=project or None)
        return replace(raised, message=f"{column} {message}")
    if found is None:
        owner = subjects.get(project)
        found = owner if isinstance(owner, MeshProject) else mesh
        key, message = key or named, f"{named} {message}".strip()
    place = CodePlace(file=path) if path else None
    return found.raised(message, key=key, project=project or None, place=place)
