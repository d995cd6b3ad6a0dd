"""How the services of one project are had: from the artifacts and files that its input names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mesh_tools.artifacts.catalog import read_catalog
from mesh_tools.artifacts.code import read_code
from mesh_tools.artifacts.macros import read_macros
from mesh_tools.artifacts.run_results import read_run_results
from mesh_tools.artifacts.sources import read_sources
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.services import (
    Catalog,
    Code,
    Files,
    Macros,
    Provider,
    Providers,
    RunTimes,
    Service,
    SourceAges,
    Unavailable,
)


def _from(path_of: Callable[[ProjectInput], Path | None], read: Callable[[Path], Service]) -> Provider:
    def provide(given: ProjectInput | None) -> Service:
        path = path_of(given) if given else None
        if path is None:
            raise Unavailable
        return read(path)

    return provide


def _catalog(path: Path) -> Catalog:
    found = read_catalog(path)
    return Catalog({**found.nodes, **found.sources})


def _macros(path: Path) -> Macros:
    found = read_macros(path)
    return Macros(found.macros, found.called(), found.nodes)


AT_HAND: Providers = {
    Code: _from(lambda given: given.manifest, lambda path: Code(read_code(path))),
    Macros: _from(lambda given: given.manifest, _macros),
    Files: _from(lambda given: given.root, Files),
    Catalog: _from(lambda given: given.catalog, _catalog),
    RunTimes: _from(
        lambda given: given.run_results,
        lambda path: RunTimes({result.unique_id: result for result in read_run_results(path).results}),
    ),
    SourceAges: _from(
        lambda given: given.sources,
        lambda path: SourceAges({result.unique_id: result for result in read_sources(path).results}),
    ),
}
"""The services of a project."""
