"""The methods of selection that manifests can answer (``dbt/graph/selector_methods.py``)."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from msgspec import Struct

from mesh_tools.artifacts.manifest import (
    AnalysisNode,
    ExposureNode,
    ModelNode,
    OperationNode,
    SeedNode,
    SnapshotNode,
    SourceNode,
    SqlOperationNode,
    TestNode,
    UnitTestNode,
)
from mesh_tools.build.selection.config import matches_config
from mesh_tools.build.selection.fqn import matches_fqn
from mesh_tools.build.selection.paths import is_at, is_at_or_below
from mesh_tools.build.selection.spec import Criterion
from mesh_tools.build.selection.universe import Candidate
from mesh_tools.model.interface import Version

UNSUPPORTED = frozenset(
    {"catalog", "metric", "result", "saved_query", "selector", "semantic_model", "source_status", "state"}
)
"""Methods of dbt that ask for more than manifests, or for what `mesh build` does not build."""

_NODES = (ModelNode, TestNode, SeedNode, SnapshotNode, AnalysisNode, OperationNode, SqlOperationNode)
_KINDS = (
    *("model", "seed", "snapshot", "test", "unit_test", "source", "exposure", "function", "analysis", "operation"),
    *("metric", "semantic_model", "saved_query", "sql_operation", "rpc", "doc", "macro", "group", "fixture"),
)
_TEST_TYPES = {"generic": (True,), "schema": (True,), "singular": (False,), "data": (True, False), "unit": ()}
_VERSIONS = ("latest", "prerelease", "old", "none")

Matcher = Callable[[Candidate, Criterion], bool]
Fault = Callable[[str, tuple[str, ...]], str | None]
"""What is wrong with a value, given the method's arguments."""


def _no_fault(value: str, arguments: tuple[str, ...]) -> str | None:  # noqa: ARG001 - one signature for all
    return None


class Method(Struct, frozen=True):
    """Which nodes a method finds, and which values it refuses."""

    matches: Matcher
    fault: Fault = _no_fault


def _fqn(node: Candidate, criterion: Criterion) -> bool:
    resource = node.resource
    is_versioned = isinstance(resource, ModelNode) and resource.version is not None
    return not isinstance(resource, SourceNode) and any(
        matches_fqn(resource.fqn, name, is_versioned=is_versioned) for name in _names(criterion)
    )


def _names(criterion: Criterion) -> set[str]:
    """What is looked for: of a bare ``project.rest``, the rest within the project too."""
    name = criterion.value
    return {name, name.removeprefix(f"{criterion.project}.")} if criterion.project else {name}


def _tag(node: Candidate, criterion: Criterion) -> bool:
    return any(fnmatchcase(tag, criterion.value) for tag in node.resource.tags or ())


def _group(node: Candidate, criterion: Criterion) -> bool:
    return any(fnmatchcase(group, criterion.value) for group in groups_of(node))


def groups_of(node: Candidate) -> tuple[str, ...]:
    """The node's group, if it has one."""
    group = node.resource.all_config.get("group") if isinstance(node.resource, _NODES) else None
    return (group,) if isinstance(group, str) else ()


def _access(node: Candidate, criterion: Criterion) -> bool:
    return isinstance(node.resource, ModelNode) and node.resource.access == criterion.value


def _source(node: Candidate, criterion: Criterion) -> bool:
    resource = node.resource
    if not isinstance(resource, SourceNode):
        return False
    parts = criterion.value.split(".")
    package, source, table = {1: ("*", *parts, "*"), 2: ("*", *parts), 3: tuple(parts)}[len(parts)]
    found = (resource.package_name, resource.source_name, resource.name)
    return all(map(fnmatchcase, found, (package, source, table)))


def _named(node: Candidate, criterion: Criterion) -> bool:
    package, _, name = f"*.{criterion.value}".rpartition(".")
    package = package.removeprefix("*.")
    return fnmatchcase(node.resource.package_name, package) and fnmatchcase(node.resource.name, name)


def _exposure(node: Candidate, criterion: Criterion) -> bool:
    return isinstance(node.resource, ExposureNode) and _named(node, criterion)


def _unit_test(node: Candidate, criterion: Criterion) -> bool:
    return isinstance(node.resource, UnitTestNode) and _named(node, criterion)


def _path(node: Candidate, criterion: Criterion) -> bool:
    path, described = node.resource.original_file_path, _patch_path(node)
    if is_at_or_below(path, criterion.value) or is_at(described, criterion.value):
        return True
    # What lies in a package lies below its project only by a link.
    return node.is_own and (
        is_at_or_below(f"{node.folder}/{path}", criterion.value)
        or (described != "" and is_at(f"{node.folder}/{described}", criterion.value))
    )


def _patch_path(node: Candidate) -> str:
    """The YAML file that describes the node, which dbt writes as ``package://path``."""
    return (getattr(node.resource, "patch_path", None) or "").partition("://")[2]


def _file(node: Candidate, criterion: Criterion) -> bool:
    path = PurePosixPath(node.resource.original_file_path.replace("\\", "/"))
    return fnmatchcase(path.name, criterion.value) or fnmatchcase(path.stem, criterion.value)


def _package(node: Candidate, criterion: Criterion) -> bool:
    wanted = node.project if criterion.value == "this" else criterion.value
    return fnmatchcase(node.resource.package_name, wanted)


def _config(node: Candidate, criterion: Criterion) -> bool:
    resource = node.resource
    return isinstance(resource, (*_NODES, SourceNode)) and matches_config(
        resource.all_config, criterion.arguments, criterion.value
    )


def _resource_type(node: Candidate, criterion: Criterion) -> bool:
    return node.kind == criterion.value


def _test_name(node: Candidate, criterion: Criterion) -> bool:
    resource = node.resource
    if isinstance(resource, TestNode):
        return resource.test_metadata is not None and fnmatchcase(resource.test_metadata.name, criterion.value)
    return isinstance(resource, UnitTestNode) and fnmatchcase(resource.name, criterion.value)


def _test_type(node: Candidate, criterion: Criterion) -> bool:
    if isinstance(node.resource, TestNode):
        return (node.resource.test_metadata is not None) in _TEST_TYPES[criterion.value]
    return isinstance(node.resource, UnitTestNode) and criterion.value == "unit"


def _version(node: Candidate, criterion: Criterion) -> bool:
    if not isinstance(node.resource, ModelNode):
        return False
    v, latest = node.resource.version, node.resource.latest_version
    if criterion.value == "none":
        return v is None
    if criterion.value == "latest":
        return v is not None and v == latest
    if not v or not latest:
        return False
    return _is_older(v, latest) if criterion.value == "old" else _is_older(latest, v)


def _is_older(v: Version, other: Version) -> bool:
    try:
        return float(v) < float(other)
    except ValueError:
        return str(v) < str(other)


def _one_of(*known: str) -> Fault:
    def fault(value: str, arguments: tuple[str, ...]) -> str | None:  # noqa: ARG001 - one signature for all
        return None if value in known else f"expected one of: {', '.join(known)}"

    return fault


def _parts(form: str) -> Fault:
    def fault(value: str, arguments: tuple[str, ...]) -> str | None:  # noqa: ARG001 - one signature for all
        return None if value.count(".") <= form.count(".") else f"expected {form}"

    return fault


def _has_key(value: str, arguments: tuple[str, ...]) -> str | None:
    return None if arguments and all(arguments) else f"expected a key, as in config.materialized:{value}"


def _is_relative(value: str, arguments: tuple[str, ...]) -> str | None:  # noqa: ARG001 - one signature for all
    return "expected a path relative to the project or to mesh.yml" if value.startswith("/") else None


METHODS = {
    "access": Method(_access, _one_of("private", "protected", "public")),
    "config": Method(_config, _has_key),
    "exposure": Method(_exposure, _parts("package.exposure")),
    "file": Method(_file),
    "fqn": Method(_fqn),
    "group": Method(_group),
    "package": Method(_package),
    "path": Method(_path, _is_relative),
    "resource_type": Method(_resource_type, _one_of(*_KINDS)),
    "source": Method(_source, _parts("package.source.table")),
    "tag": Method(_tag),
    "test_name": Method(_test_name),
    "test_type": Method(_test_type, _one_of(*_TEST_TYPES)),
    "unit_test": Method(_unit_test, _parts("package.unit_test")),
    "version": Method(_version, _one_of(*_VERSIONS)),
    "wildcard": Method(_fqn),
}
"""By name. ``wildcard`` is ``fqn``, whose values may have wildcards."""
