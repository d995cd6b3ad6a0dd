"""Rules of the mesh's own folder: its Python, YAML and SQL files."""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.lint.custom.sql_rules import sql_rule
from mesh_tools.lint.custom.yaml_rules import yaml_rules
from mesh_tools.lint.registry import rules_of
from mesh_tools.lint.rule import Rule, RuleError


def folder_rules(folder: Path) -> Iterator[tuple[Rule, ...]]:
    """The rules of each file; files whose name begins with ``_`` are for the others to import.

    Raises:
        MeshError: a file cannot be loaded, or what it has is no rule; with the line.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        read = _READERS.get(path.suffix)
        if read is not None and not path.name.startswith(("_", ".")):
            yield tuple(replace(rule, source=display_path(path)) for rule in read(path))


def _python_rules(path: Path) -> Iterable[Rule]:
    """The rules of a module, of a package that is called after the folder's path: ``from ._common import x`` works."""
    package = _package_of(path.parent)
    name = f"{package}.{path.stem}"
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    try:
        return rules_of(importlib.import_module(name))
    except SyntaxError as error:
        where = Location.of(error.filename or path, error.lineno, error.offset)
        raise MeshError(f"Python syntax: {error.msg}", where=where) from None
    except (Exception, SystemExit) as error:  # a script that ends the process would end the linter as if all were well
        said = str(error) if isinstance(error, RuleError) else f"{type(error).__name__}: {error}"
        hint = "docs/lint.md says how a rule is written" if isinstance(error, RuleError) else None
        raise MeshError(f"{path.name} cannot be loaded: {said}", where=_place(path, error), hint=hint) from error


def _package_of(folder: Path) -> str:
    name = f"_mesh_lint_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder.resolve())]
        sys.modules[name] = package
    return name


def _place(path: Path, error: BaseException) -> Location:
    """The last line of the folder that led to the error."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == path.resolve().parent]
    return Location.of(own[-1].filename, own[-1].lineno) if own else Location.of(path)


_READERS: dict[str, Callable[[Path], Iterable[Rule]]] = {
    ".py": _python_rules,
    ".yml": yaml_rules,
    ".yaml": yaml_rules,
    ".sql": lambda path: (sql_rule(path),),
}
