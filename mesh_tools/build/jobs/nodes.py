"""Nodes of a project: how dbt is told to build just these, and which ones are left to build."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from mesh_tools.artifacts.manifest import Manifest, ModelNode, Node, OperationNode, SnapshotNode, UnitTestNode
from mesh_tools.mesh.summary import is_stub

# What dbt can be told to build; a source or an exposure is only read.
BUILDABLE = frozenset({"model", "seed", "snapshot", "test", "unit_test", "function"})

# Materializations that make the same of the same inputs, whatever was there before.
_STATELESS = frozenset({"table", "view", "ephemeral", "test", "seed", "unit", "external"})

FINISHED = frozenset({"success", "pass", "warn", "reused"})
"""After these a node need not run again."""


def selectors_of(nodes: Iterable[Node | UnitTestNode]) -> list[str]:
    """The values of ``--select`` that name these nodes one by one."""
    return sorted({f"fqn:{'.'.join(node.fqn)}" for node in nodes})


def buildable(manifest: Manifest) -> dict[str, Node | UnitTestNode]:
    """Everything that `dbt build` runs in a project, by unique_id: also what its packages bring."""
    nodes: dict[str, Node | UnitTestNode] = {
        key: node for key, node in manifest.nodes.items() if key.split(".", 1)[0] in BUILDABLE and not is_stub(node)
    }
    return {**nodes, **manifest.unit_tests}


def with_ancestors(manifest: Manifest, chosen: Iterable[str]) -> frozenset[str]:
    """``chosen`` and everything in the project that they depend on."""
    parents = {key: node.depends_on.nodes for key, node in buildable(manifest).items()}
    found: set[str] = set()
    pending = list(chosen)
    while pending:
        key = pending.pop()
        if key in parents and key not in found:
            found.add(key)
            pending += parents[key]
    return frozenset(found)


def needed_for_products(manifest: Manifest) -> frozenset[str]:
    """What has to be built before the products can be published: they, all that they read, and all that tests them."""
    nodes = buildable(manifest)
    public = {model.unique_id for model in manifest.own_models() if model.is_public}
    needed = with_ancestors(manifest, public)
    while True:
        # A test of anything in there guards the products; it may read what they do not.
        tests = {
            key
            for key, node in nodes.items()
            if key.startswith(("test.", "unit_test.")) and needed.intersection(node.depends_on.nodes)
        }
        more = with_ancestors(manifest, needed | tests)
        if more == needed:
            return needed
        needed = more


def broken_products(manifest: Manifest, failed: Collection[str]) -> frozenset[str]:
    """Names of the products that are not what they should be, since something that they or their tests read failed."""
    nodes = buildable(manifest)
    bad = set(failed)
    for key in failed:
        if key.startswith(("test.", "unit_test.")) and key in nodes:
            bad.update(nodes[key].depends_on.nodes)  # a failed test spoils what it tests
    return frozenset(
        model.name
        for model in manifest.own_models()
        if model.is_public and bad & (with_ancestors(manifest, [model.unique_id]) | {model.unique_id})
    )


def stateful(manifest: Manifest) -> frozenset[str]:
    """The nodes that need what an earlier build has left, as incremental models do; also those of packages."""
    return frozenset(
        node.unique_id
        for node in manifest.nodes.values()
        if isinstance(node, SnapshotNode)
        or (
            isinstance(node, ModelNode) and (node.config.materialized or "view") not in _STATELESS and not is_stub(node)
        )
    )


def keeps_state(manifest: Manifest) -> bool:
    """Whether anything in the project needs what an earlier build has left: nodes, or hooks, which may fill tables."""
    return bool(stateful(manifest)) or any(map(_has_hooks, manifest.nodes.values()))


def _has_hooks(node: Node) -> bool:
    if isinstance(node, OperationNode):
        return True
    return not is_stub(node) and bool(node.all_config.get("pre-hook") or node.all_config.get("post-hook"))


def finished_before(before: Mapping[str, str], now: Mapping[str, str], manifest: Manifest) -> dict[str, str]:
    """The nodes that an earlier try has finished and that need not run again, with their digests.

    A node is kept when it, and everything in the project that it depends on, is what it was; so a mended model runs
    again together with all that reads it.

    Args:
        before: Digests of the nodes that succeeded then, as they were; of ephemeral models, too, which never run.
        now: Digests of all nodes, see :mod:`mesh_tools.build.jobs.digests`.
        manifest: Where ``now`` is from.
    """
    nodes = buildable(manifest)
    kept: dict[str, bool] = {}

    def is_kept(key: str) -> bool:
        if key not in nodes:
            return True  # a source, or an upstream product: the same as before, or nothing would be resumed
        if key not in kept:
            kept[key] = False  # against cycles, which dbt refuses
            same = key in now and before.get(key) == now[key]
            kept[key] = same and all(map(is_kept, nodes[key].depends_on.nodes))
        return kept[key]

    return {key: now[key] for key in nodes if is_kept(key)}


def ephemeral(manifest: Manifest) -> frozenset[str]:
    """Models that dbt never runs: they become part of those that read them."""
    return frozenset(key for key, node in buildable(manifest).items() if _is_ephemeral(node))


def _is_ephemeral(node: Node | UnitTestNode) -> bool:
    return isinstance(node, ModelNode) and node.config.materialized == "ephemeral"
