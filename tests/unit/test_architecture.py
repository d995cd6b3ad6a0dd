"""Imports go down only, dbt is started in one room, and the core stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "mesh_tools"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    {"errors", "files"},
    {"model"},
    {"artifacts", "sqltypes"},
    {"mesh"},
    {"interface", "lineage"},
    {"lint", "contracts"},
    {"build", "quality", "export"},
    {"site"},  # shows what was built, beside what was promised
    {"report"},  # shows what the rooms below it found
    {"cli"},
)
"""From the ground up. Rooms of one floor do not know each other."""
FLOOR_OF = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

CORE = frozenset({"errors", "model", "artifacts", "sqltypes", "mesh", "interface", "contracts", "lint"})
HEAVY = frozenset({"dbt", "duckdb", "jinja2", "great_expectations", "sqlglot", "fsspec", "networkx", "pandas", "numpy"})
BEHIND_A_CALL = {"interface/registry/remote.py": {"fsspec"}}
"""Modules that hold a heavy library, and are imported only by the function that needs it."""
ONLY_ROOM_OF = {"dbt": "build", "great_expectations": "quality", "jinja2": "site"}


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Dotted names that the module imports; ``top_level``: those that run when it is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _outside_functions(tree) if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports name their module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not is_for_types and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _outside_functions(child)


def rooms_used(path: Path) -> set[str]:
    parts = [name.split(".") for name in imports_of(path)]
    return {part[1] for part in parts if part[0] == "mesh_tools" and len(part) > 1 and part[1] != "__version__"}


def _ids(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert rooms <= FLOOR_OF.keys()


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) in FLOOR_OF], ids=_ids)
def test_imports_go_down_only(path: Path) -> None:
    room = room_of(path)
    too_high = {used for used in rooms_used(path) - {room} if FLOOR_OF[used] >= FLOOR_OF[room]}
    assert not too_high, f"{room} imports {too_high}"


@pytest.mark.parametrize(("library", "room"), ONLY_ROOM_OF.items(), ids=ONLY_ROOM_OF)
def test_a_library_is_imported_in_its_own_room_alone(library: str, room: str) -> None:
    users = {room_of(path) for path in MODULES if library in {name.split(".")[0] for name in imports_of(path)}}
    assert users <= {room}


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) in CORE], ids=_ids)
def test_the_core_imports_no_heavy_library_when_it_is_imported(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports_of(path, top_level=True)}
    assert libraries & HEAVY <= BEHIND_A_CALL.get(_ids(path), set())


@pytest.mark.parametrize("module", BEHIND_A_CALL)
def test_a_module_with_a_heavy_library_is_imported_by_a_call_only(module: str) -> None:
    name = ".".join(("mesh_tools", *Path(module).with_suffix("").parts))
    users = [path for path in MODULES if any(used.startswith(name) for used in imports_of(path, top_level=True))]
    assert users == []


def test_importing_the_core_loads_no_heavy_library() -> None:
    """As the module table of a fresh interpreter has it, so that nothing slips in by way of another library."""
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in MODULES]
    hidden = {".".join(("mesh_tools", *Path(module).with_suffix("").parts)) for module in BEHIND_A_CALL}
    core = [name for name in names if name.split(".")[1] in CORE and name not in hidden]
    heavy = ", ".join(repr(library) for library in sorted(HEAVY - {"numpy"}))  # rustworkx brings numpy
    script = f"import {', '.join(core)}\nimport sys\nprint(sorted({{{heavy}}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
