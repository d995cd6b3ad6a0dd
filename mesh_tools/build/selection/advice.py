"""What a value that matches nothing might have been meant to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mesh_tools.artifacts.manifest import ExposureNode, ModelNode, SourceNode, UnitTestNode
from mesh_tools.build.selection.methods import groups_of
from mesh_tools.build.selection.spec import Criterion
from mesh_tools.build.selection.universe import Candidate
from mesh_tools.errors import did_you_mean
from mesh_tools.model.interface import product_key

_WILDCARDS = frozenset("*?[")
_NAMED = frozenset({"model", "seed", "snapshot", "function"})


def advice(criterion: Criterion, nodes: Iterable[Candidate]) -> str | None:
    """The nearest value that would match, as ``did you mean 'x'?``."""
    words_of = _WORDS.get(criterion.method)
    if words_of is None or not _WILDCARDS.isdisjoint(criterion.value):
        return None
    known: set[str] = set()
    for node in nodes:
        known.update(words_of(node))
        if criterion.is_bare:
            known.add(node.project)
    return did_you_mean(criterion.value, sorted(known))


def _names(node: Candidate) -> Iterable[str]:
    if node.kind not in _NAMED:
        return ()
    resource = node.resource
    name = product_key(resource.name, resource.version if isinstance(resource, ModelNode) else None)
    return (resource.name, name, f"{node.project}.{resource.name}", f"{node.project}.{name}")


def _files(node: Candidate) -> Iterable[str]:
    return (node.resource.original_file_path.rpartition("/")[2],)


def _paths(node: Candidate) -> Iterable[str]:
    path = node.resource.original_file_path
    return (path, path.rpartition("/")[0], f"{node.folder}/{path}") if node.is_own else ()


def _sources(node: Candidate) -> Iterable[str]:
    resource = node.resource
    if not isinstance(resource, SourceNode):
        return ()
    return (resource.source_name, f"{resource.source_name}.{resource.name}")


def _exposures(node: Candidate) -> Iterable[str]:
    return (node.resource.name,) if isinstance(node.resource, ExposureNode) else ()


def _unit_tests(node: Candidate) -> Iterable[str]:
    return (node.resource.name,) if isinstance(node.resource, UnitTestNode) else ()


_WORDS: dict[str, Callable[[Candidate], Iterable[str]]] = {
    "exposure": _exposures,
    "file": _files,
    "fqn": _names,
    "group": groups_of,
    "package": lambda node: (node.resource.package_name,),
    "path": _paths,
    "source": _sources,
    "tag": lambda node: node.resource.tags or (),
    "unit_test": _unit_tests,
    "wildcard": _names,
}
