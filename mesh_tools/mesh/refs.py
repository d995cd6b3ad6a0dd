"""Finds the refs of a project in its files, before dbt has parsed them.

dbt cannot parse a project whose refs do not resolve, so what a project needs from upstream has to be read from its
files: Jinja in SQL and Markdown-free YAML values, and ``dbt.ref`` in Python models. A ref whose arguments are no
literals cannot be seen; ``sync: {stubs: all}`` in mesh.yml is the way out for a project that has some.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.interface import Version
from mesh_tools.model.project import Project
from mesh_tools.model.refs import Ref

_STRING = r"""(?:'([^'\\]*)'|"([^"\\]*)")"""
_CALL = re.compile(
    rf"""(?<![\w])ref\s*\(\s*{_STRING}\s*
        (?:,\s*{_STRING}\s*)?
        (?:,\s*(?:v|version)\s*=\s*(?:{_STRING}|(\d+(?:\.\d+)?))\s*)?
        ,?\s*\)""",
    re.VERBOSE,
)
# A comment and raw text hold no refs. An SQL comment does: dbt renders Jinja there.
_JINJA = re.compile(r"\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
# Prose, and values that dbt never reads a ref from.
_PROSE_KEYS = frozenset({"description", "meta"})
_SUFFIXES = frozenset({".sql", ".py", ".yml", ".yaml"})


def scan_refs(project: Project) -> tuple[Ref, ...]:
    """All refs with literal arguments in the project's own files, in the order of the files.

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    return tuple(ref for path in resource_files(project) for ref in refs_in_file(path))


def resource_files(project: Project, keys: Iterable[str] | None = None) -> Iterator[Path]:
    """The SQL, Python and YAML files below the folders that ``dbt_project.yml`` names, each once, sorted.

    ``keys`` limits them to some of dbt's keys, such as ``model-paths``.
    """
    wanted = project.resource_paths if keys is None else {key: project.resource_paths[key] for key in keys}
    folders = dict.fromkeys(project.path / folder for paths in wanted.values() for folder in paths)
    seen: set[Path] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES and path not in seen and path.is_file():
                seen.add(path)
                yield path


def refs_in_file(path: Path) -> list[Ref]:
    """The refs in one file.

    Raises:
        MeshError: it cannot be read, or is YAML that cannot be parsed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MeshError(f"cannot be read: {error.strerror}", where=Location.of(path)) from None
    if b"ref" not in data:
        return []
    text = data.decode("utf-8", errors="replace")
    if path.suffix in {".yml", ".yaml"}:
        return list(_in_yaml(text, path))
    return list(_in_python(text, path) if path.suffix == ".py" else refs_in_sql(text, display_path(path)))


def refs_in_sql(text: str, path: str) -> Iterator[Ref]:
    """The refs inside the Jinja of an SQL file."""
    for block in _JINJA.finditer(text):
        if block[1] is not None:
            yield from _calls(text, path, block.start(), block.end())


def _in_yaml(text: str, path: Path) -> Iterator[Ref]:
    if not _CALL.search(text):
        return
    shown = display_path(path)
    for keys, value, line in YamlFile.parse(text, path).scalars():
        if "ref" in value and not _PROSE_KEYS.intersection(keys):
            yield from _calls(value, shown, 0, len(value), first_line=line)


def _in_python(text: str, path: Path) -> Iterator[Ref]:
    """Parsed rather than searched: a Python model's comments and strings hold no refs."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return  # dbt reports it, with its place
    shown = display_path(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ref":
            source = ast.unparse(node)
            for ref in _calls(source[source.index("ref(") :], shown, 0, len(source)):
                yield Ref(ref.project, ref.name, ref.v, Location(shown, node.lineno, node.col_offset + 1))


def _calls(text: str, path: str, start: int, end: int, first_line: int = 1) -> Iterator[Ref]:
    for call in _CALL.finditer(text, start, end):
        first, second = call[1] or call[2], call[3] or call[4]
        line = text.count("\n", 0, call.start()) + first_line
        column = call.start() - text.rfind("\n", 0, call.start())
        where = Location(path, line, column if first_line == 1 else None)
        project, name = (first, second) if second else (None, first)
        if name:
            yield Ref(project, name, _version(call[5] or call[6], call[7]), where)


def _version(quoted: str | None, number: str | None) -> Version | None:
    if number is not None:
        return float(number) if "." in number else int(number)
    return quoted
