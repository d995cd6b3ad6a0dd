"""The tests of each product version, and how they went last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from mesh_tools.artifacts.manifest import Manifest, TestNode
from mesh_tools.artifacts.run_results import Result
from mesh_tools.model.interface import product_key
from mesh_tools.site.facts.product import CheckFacts, CheckStatus
from mesh_tools.site.gather.consumers import Key
from mesh_tools.site.gather.world import Build, World

_STATUS: Mapping[str, CheckStatus] = {
    "pass": "pass",
    "success": "pass",
    "warn": "warn",
    "fail": "fail",
    "error": "error",
    "runtime error": "error",
    "skipped": "skipped",
}

_COUNTED: tuple[CheckStatus, ...] = ("pass", "warn", "fail", "error", "skipped")


def checks_of(world: World) -> Mapping[Key, tuple[CheckFacts, ...]]:
    """By product version; those that failed first."""
    found: defaultdict[Key, list[CheckFacts]] = defaultdict(list)
    for manifest in world.known.manifests:
        build = world.builds.get(manifest.project, Build())
        for key, check in _of_project(manifest, build, world):
            found[key].append(check)
    return {key: tuple(sorted(checks, key=_order)) for key, checks in found.items()}


def checks_by_node(manifest: Manifest, world: World) -> Mapping[str, tuple[CheckFacts, ...]]:
    """Of every node of a project, by unique_id."""
    build = world.builds.get(manifest.project, Build())
    found: defaultdict[str, list[CheckFacts]] = defaultdict(list)
    for test in _own_tests(manifest):
        for unique_id in _tested(test):
            found[unique_id].append(_check(test, build, world))
    return {key: tuple(sorted(checks, key=_order)) for key, checks in found.items()}


def counts_of_tests(build: Build) -> dict[str, int]:
    """Tests of a build by status."""
    counts = Counter(_status(result) for key, result in build.results.items() if key.startswith(("test.", "unit_test")))
    return {status: counts[status] for status in _COUNTED if counts[status]}


def _of_project(manifest: Manifest, build: Build, world: World) -> Iterator[tuple[Key, CheckFacts]]:
    interface = world.interfaces.get(manifest.project)
    products = {
        f"model.{manifest.project}.{key}": key
        for product in (interface.products if interface else ())
        for version in product.versions
        for key in (product_key(product.name, version.v),)
    }
    for test in _own_tests(manifest):
        for unique_id in _tested(test):
            if unique_id in products:
                yield (manifest.project, products[unique_id]), _check(test, build, world)


def _own_tests(manifest: Manifest) -> Iterator[TestNode]:
    """Without the guards of other projects' products."""
    return (test for test in manifest.tests() if test.package_name == manifest.project)


def _tested(test: TestNode) -> tuple[str, ...]:
    return (test.attached_node,) if test.attached_node else test.depends_on.nodes


def _check(test: TestNode, build: Build, world: World) -> CheckFacts:
    result = build.results.get(test.unique_id)
    return CheckFacts(
        name=_name(test, world),
        columns=_columns(test),
        status=_status(result) if result else "not run",
        severity=str(test.config.severity or "error").lower(),
        failures=result.failures if result else None,
        ran_at=build.results_at if result else None,
    )


def _name(test: TestNode, world: World) -> str:
    if test.test_metadata is not None:
        return test.test_metadata.name
    return test.name if world.shows_all else "a test of its own"


def _columns(test: TestNode) -> tuple[str, ...]:
    if test.column_name:
        return (test.column_name,)
    arguments = test.test_metadata.kwargs if test.test_metadata else {}
    named = arguments.get("combination_of_columns") or arguments.get("columns") or ()
    return tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()


def _status(result: Result) -> CheckStatus:
    return _STATUS.get(result.status.lower(), "error")


def _order(check: CheckFacts) -> tuple[int, str, tuple[str, ...]]:
    order = ("error", "fail", "warn", "skipped", "not run", "pass")
    return order.index(check.status), check.name, check.columns
