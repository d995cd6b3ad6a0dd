"""The subjects of a project, by kind; each kind is made only when a rule asks about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mesh_tools.artifacts.manifest import SeedNode, SnapshotNode, own_meta
from mesh_tools.lint.places.place import Place
from mesh_tools.lint.services import Macros
from mesh_tools.lint.subjects.base import Subject, ignores_in
from mesh_tools.lint.subjects.model import Column, Model
from mesh_tools.lint.subjects.others import (
    Exposure,
    Group,
    Macro,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Test,
    UnitTest,
)
from mesh_tools.lint.subjects.project import Project

MacrosOf = Callable[[], Macros]


def subjects_of(kind: type[Subject], project: Project, macros: MacrosOf) -> Iterable[Subject]:
    """All subjects of a kind in ``project``, in the order of its manifest.

    Args:
        kind: One of the types of :mod:`mesh_tools.lint.subjects` that a manifest has.
        project: Whose.
        macros: Reads the macros of its manifest.
    """
    if kind is Macro:
        return (Macro(node, project) for node in macros().macros.values() if node.package_name == project.name)
    return _LISTED[kind](project)


def ignoring(project: Project) -> Iterator[tuple[str, tuple[Any, ...], Place]]:
    """Every subject with a ``meta.mesh.ignore``: its label, what that holds, and its place."""
    for model in project.models:
        if model.node.meta and (ignores := model.ignores):
            yield model.label, ignores, model.place
        for column in (model.node.columns or {}).values():
            if column.meta or (column.config is not None and column.config.meta):
                found = Column(column, model)
                if ignores := found.ignores:
                    yield found.label, ignores, found.place
    for kind in (Seed, Snapshot, Source, Exposure, Semantic, Group):
        for subject in _LISTED[kind](project):
            if ignores := ignores_in(getattr(subject, "meta", None)):
                yield subject.label, ignores, subject.place
            if isinstance(subject, (Seed, Snapshot, Source)):
                yield from _ignoring_columns(subject)


def _ignoring_columns(subject: Seed | Snapshot | Source) -> Iterator[tuple[str, tuple[Any, ...], Place]]:
    node, metadata = subject.node, subject.project.manifest.metadata
    for column in (node.columns or {}).values():
        if ignores := ignores_in(own_meta(column, node, metadata)):
            yield f"{subject.label}.{column.name}", ignores, subject.at(("columns", column.name))


def _columns(project: Project) -> Iterator[Column]:
    for model in project.models:
        yield from model.columns


def _nodes(kind: type[Any], subject: Callable[[Any, Project], Subject], project: Project) -> Iterator[Subject]:
    for node in project.manifest.nodes.values():
        if isinstance(node, kind) and project.is_own(node):
            yield subject(node, project)


def _semantic(project: Project) -> Iterator[Semantic]:
    manifest = project.manifest
    for nodes in (manifest.semantic_models, manifest.metrics, manifest.saved_queries):
        yield from (Semantic(node, project) for node in nodes.values() if node.package_name == project.name)


def _own(nodes: Iterable[Any], subject: Callable[[Any, Project], Subject], project: Project) -> Iterator[Subject]:
    return (subject(node, project) for node in nodes if node.package_name == project.name)


_LISTED: Mapping[type[Subject], Callable[[Project], Iterable[Subject]]] = {
    Project: lambda project: (project,),
    Model: lambda project: project.models,
    Column: _columns,
    Seed: lambda project: _nodes(SeedNode, Seed, project),
    Snapshot: lambda project: _nodes(SnapshotNode, Snapshot, project),
    Test: lambda project: (Test(test, project) for test in project.manifest.tests() if project.is_own(test)),
    Source: lambda project: _own(project.manifest.sources.values(), Source, project),
    Exposure: lambda project: _own(project.manifest.exposures.values(), Exposure, project),
    UnitTest: lambda project: _own(project.manifest.unit_tests.values(), UnitTest, project),
    Group: lambda project: _own(project.manifest.groups.values(), Group, project),
    Semantic: _semantic,
}
