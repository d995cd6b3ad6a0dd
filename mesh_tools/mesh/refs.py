"""Finds the refs of a project in its files, before dbt has parsed them.

dbt cannot parse a project whose refs do not resolve, so what a project needs from upstream has to be read from its
files: Jinja in SQL, in the hooks of ``dbt_project.yml`` and in Markdown-free YAML values, and ``dbt.ref`` in Python
models. A ref whose arguments are no literals cannot be seen; ``sync: {stubs: all}`` in mesh.yml is the way out for a
project that has some.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.interface import Version
from mesh_tools.model.project import Project
from mesh_tools.model.refs import Ref

_STRING = r"""(?:'([^'\\]*)'|"([^"\\]*)")"""
_CALL = re.compile(
    rf"""(?<![\w])ref\s*\(\s*{_STRING}\s*
        (?:,\s*{_STRING}\s*)?
        (?:,\s*(?:v|version)\s*=\s*(?:{_STRING}|([0-9]{{1,9}}(?:\.[0-9]{{1,9}})?)|[Nn]one)\s*)?
        ,?\s*\)""",
    re.VERBOSE,
)
_REF = re.compile(r"(?<!\w)ref\s*\(")
# A Jinja comment and raw text hold no refs. An SQL comment does: dbt renders Jinja there.
_OPENING = re.compile(r"\{#.*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}|(\{\{|\{%)", re.DOTALL)
_INSIDE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%\}|[({\[\])}]""", re.DOTALL)
_CLOSING = {"{{": "}}", "{%": "%}"}
# Prose, and values that dbt never reads a ref from.
_PROSE_KEYS = frozenset({"description", "meta"})
_SUFFIXES = frozenset({".sql", ".py", ".yml", ".yaml"})


def scan_refs(project: Project) -> tuple[Ref, ...]:
    """All refs with literal arguments in the project's own files: its ``dbt_project.yml``, then the others, sorted.

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    project_file = project.path / PROJECT_FILE
    files = [project_file] if project_file.is_file() else []
    return tuple(ref for path in (*files, *resource_files(project)) for ref in refs_in_file(path))


def resource_files(project: Project, keys: Iterable[str] | None = None) -> Iterator[Path]:
    """The SQL, Python and YAML files below the folders that ``dbt_project.yml`` names, each once, sorted.

    ``keys`` limits them to some of dbt's keys, such as ``model-paths``.
    """
    wanted = project.resource_paths if keys is None else {key: project.resource_paths[key] for key in keys}
    seen: set[Path] = set()
    for folder in dict.fromkeys(folder for paths in wanted.values() for folder in paths):
        for path in files_below(project, folder):
            if path.suffix in _SUFFIXES and path not in seen:
                seen.add(path)
                yield path


def files_below(project: Project, folder: str) -> list[Path]:
    """The files below a folder of the project, sorted; none that dbt or mesh writes, and not ``dbt_project.yml``."""
    skipped = {_normal(project.path / name) for name in (project.target_path, project.packages_install_path)}
    found: list[Path] = []
    for parent, folders, names in os.walk(_normal(project.path / folder)):
        folders[:] = [name for name in folders if not name.startswith(".") and Path(parent, name) not in skipped]
        found += (Path(parent, name) for name in names)
    return sorted(path for path in found if path != project.path / PROJECT_FILE and path.is_file())


def _normal(path: Path) -> Path:
    """Without ``..``, and unlike ``Path.resolve`` with its links, which errors shall name as the user does."""
    return Path(os.path.normpath(path))


def refs_in_file(path: Path) -> list[Ref]:
    """The refs in one file.

    Raises:
        MeshError: it cannot be read, or is YAML that cannot be parsed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MeshError(f"cannot be read: {error.strerror}", where=Location.of(path)) from None
    return refs_in_text(data.decode("utf-8-sig", errors="replace"), path) if b"ref" in data else []


def refs_in_text(text: str, path: Path) -> list[Ref]:
    """The refs in what ``path`` holds, or is to hold.

    Raises:
        MeshError: it is YAML that cannot be parsed.
    """
    if path.suffix in {".yml", ".yaml"}:
        return list(_in_yaml(text, path))
    return list(_in_python(text, path) if path.suffix == ".py" else refs_in_sql(text, display_path(path)))


def refs_in_sql(text: str, path: str) -> Iterator[Ref]:
    """The refs inside the Jinja of an SQL file."""
    for call in _calls_in_jinja(text):
        yield from _ref(call, _place(text, call.start(), path))


def _calls_in_jinja(text: str) -> Iterator[re.Match[str]]:
    for start, end in _jinja_blocks(text):
        yield from _CALL.finditer(text, start, end)


def _jinja_blocks(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while opening := _OPENING.search(text, position):
        position = opening.end()
        if opening[1]:
            position = _block_end(text, position, _CLOSING[opening[1]])
            yield opening.start(), position


def _block_end(text: str, start: int, closing: str) -> int:
    """Where the block closes: as in Jinja's lexer, never inside a string or an open bracket."""
    depth = 0
    for token in _INSIDE.finditer(text, start):
        if depth == 0 and text.startswith(closing, token.start()):
            return token.start() + len(closing)
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth = max(0, depth - 1)
    return len(text)


def _in_yaml(text: str, path: Path) -> Iterator[Ref]:
    if not _REF.search(text):
        return
    shown = display_path(path)
    # A resource's YAML may hold a bare ref, as `to: ref('x')` of a test. The project's own is rendered as it is.
    calls_in = _calls_in_jinja if path.name == PROJECT_FILE else _CALL.finditer
    for scalar in YamlFile.parse(text, path).scalars():
        if "ref" not in scalar.value or _PROSE_KEYS.intersection(scalar.keys):
            continue
        # Quotes and folding make the value differ from the text, but both say ``ref(`` equally often.
        places = [match.start() for match in _REF.finditer(text, scalar.start, scalar.end)]
        positions = {match.start(): place for match, place in zip(_REF.finditer(scalar.value), places, strict=False)}
        for call in calls_in(scalar.value):
            yield from _ref(call, _place(text, positions.get(call.start(), scalar.start), shown))


def _in_python(text: str, path: Path) -> Iterator[Ref]:
    """Parsed rather than searched: a Python model's comments and strings hold no refs."""
    tree = _syntax_tree(text)
    if tree is None:
        return  # dbt reports it, with its place
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found = [_python_ref(call, display_path(path)) for call in calls]
    yield from sorted((ref for ref in found if ref is not None), key=lambda ref: ref.where)


def _syntax_tree(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the user's code, which dbt runs and this does not
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _python_ref(call: ast.Call, path: str) -> Ref | None:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "ref":
        return None
    where = Location(path, call.func.end_lineno, call.func.value.col_offset + 1)
    names = [_literal(argument) for argument in call.args]
    versions = [_literal(keyword.value) for keyword in call.keywords if keyword.arg in {"v", "version"}]
    if len(versions) != len(call.keywords) or not all(isinstance(name, str) and name for name in names):
        return None
    match names:
        case [name]:
            return Ref(None, name, versions[0] if versions else None, where)
        case [project, name]:
            return Ref(project, name, versions[0] if versions else None, where)
    return None


def _literal(node: ast.expr) -> Any:
    """The text or number that ``node`` writes down; nothing else can be a ref's argument."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float)) else None


def _ref(call: re.Match[str], where: Location) -> Iterator[Ref]:
    first, second = call[1] or call[2], call[3] or call[4]
    if first:
        project, name = (first, second) if second else (None, first)
        yield Ref(project, name, _version(call[5] or call[6], call[7]), where)


def call_at(text: str, position: int) -> re.Match[str] | None:
    """The call with literal arguments that begins at ``position``.

    Its groups: the names in one kind of quotes or the other (1 and 2, then 3 and 4), and the version, quoted (5 or 6)
    or as a number (7).
    """
    return _CALL.match(text, position)


def _place(text: str, position: int, path: str) -> Location:
    return Location(path, text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))


def _version(quoted: str | None, number: str | None) -> Version | None:
    if number is not None:
        return float(number) if "." in number else int(number)
    return quoted
