"""Rules of installed packages, by the entry points that they declare."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from msgspec.structs import replace

from mesh_tools.errors import MeshError
from mesh_tools.lint.rule import Rule

GROUP = "mesh_tools.lint"
"""The group of entry points: each names a module with rules, or a sequence of rules."""


def plugin_rules() -> Iterator[tuple[Rule, ...]]:
    """The rules of each installed package.

    Raises:
        MeshError: one cannot be imported, or holds something else; with the package's name.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda one: (_package(one), one.name)):
        try:
            found = point.load()
        except (Exception, SystemExit) as error:  # as if all were well
            raise _refused(point, f"cannot be imported: {type(error).__name__}: {error}") from error
        yield tuple(replace(rule, source=_package(point)) for rule in _rules(point, found))


def _rules(point: EntryPoint, found: Any) -> tuple[Rule, ...]:
    if isinstance(found, ModuleType):
        # What it imports from us, or from another package, is not its own.
        top = found.__name__.partition(".")[0]
        return tuple(rule for rule in vars(found).values() if isinstance(rule, Rule) and _is_of(rule, top))
    if isinstance(found, Rule):
        return (found,)
    try:
        rules = tuple(found)
    except TypeError:
        rules = (found,)
    if not all(isinstance(rule, Rule) for rule in rules):
        raise _refused(point, f"name {point.value}, which is neither a module nor a sequence of rules")
    return rules


def _is_of(rule: Rule, package: str) -> bool:
    module = getattr(rule.check, "__module__", "")
    return module == package or module.startswith(f"{package}.")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value.partition(":")[0]


def _refused(point: EntryPoint, why: str) -> MeshError:
    return MeshError(
        f"the rules of the package '{_package(point)}' {why}",
        hint=f"it declares {point.name} = {point.value} for {GROUP}; mend, upgrade or uninstall it, "
        "or do without plugins: `lint: {plugins: false}` in mesh.yml",
    )
