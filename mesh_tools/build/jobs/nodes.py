"""Nodes of a project: how dbt is told to build just these, and which ones are left to build."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from mesh_tools.artifacts.manifest import Manifest, ModelNode, Node, UnitTestNode

# What dbt can be told to build; a source or an exposure is only read.
BUILDABLE = frozenset({"model", "seed", "snapshot", "test", "unit_test", "function"})

FINISHED = frozenset({"success", "pass", "warn", "reused"})
"""After these a node need not run again."""

# What differs between two parses of the same text.
_VOLATILE = frozenset({"created_at", "compiled", "compiled_code", "compiled_path", "build_path", "relation_name"})


def selectors_of(nodes: Iterable[Node | UnitTestNode]) -> list[str]:
    """The values of ``--select`` that name these nodes one by one."""
    return sorted({f"fqn:{'.'.join(node.fqn)}" for node in nodes})


def buildable(manifest: Manifest) -> dict[str, Node | UnitTestNode]:
    """Everything that `dbt build` runs in a project, by unique_id: also what its packages bring."""
    nodes: dict[str, Node | UnitTestNode] = {
        key: node for key, node in manifest.nodes.items() if key.split(".", 1)[0] in BUILDABLE and not _is_stub(node)
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


def finished_before(before: Path, now: Path, finished: Collection[str], manifest: Manifest) -> frozenset[str]:
    """The nodes that an earlier try has finished and that need not run again.

    A node is kept when it, and everything in the project that it depends on, is what it was; so a mended model runs
    again together with all that reads it.

    Args:
        before: Manifest of the earlier try.
        now: Manifest of this one.
        finished: unique_ids that succeeded then.
        manifest: What ``now`` holds.
    """
    same = _equal_digests(_digests(before), _digests(now))
    nodes = buildable(manifest)
    kept: dict[str, bool] = {}

    def is_kept(key: str) -> bool:
        if key not in nodes:
            return True  # a source, or an upstream product: the same as before, or nothing would be resumed
        if key not in kept:
            kept[key] = False  # against cycles, which dbt refuses
            ephemeral = _is_ephemeral(nodes[key])
            kept[key] = (
                key in same and (ephemeral or key in finished) and all(map(is_kept, nodes[key].depends_on.nodes))
            )
        return kept[key]

    return frozenset(key for key in nodes if is_kept(key))


def _is_ephemeral(node: Node | UnitTestNode) -> bool:
    return isinstance(node, ModelNode) and node.config.materialized == "ephemeral"


def _is_stub(node: Node) -> bool:
    return "mesh_external" in (node.tags or ())


def _equal_digests(before: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key, digest in now.items() if before.get(key) == digest)


def _digests(path: Path) -> dict[str, str]:
    """A digest of each node: of all that the manifest says of it, and of the macros that it calls."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    macros: dict[str, Any] = document.get("macros", {})
    nodes: dict[str, Any] = {**document.get("nodes", {}), **document.get("unit_tests", {})}
    return {key: _digest(node, macros) for key, node in nodes.items()}


def _digest(node: Mapping[str, Any], macros: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in node.items() if key not in _VOLATILE}
    called = _called(node, macros)
    text = msgspec.json.encode([plain, [(name, macros[name].get("macro_sql")) for name in called]], order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _called(node: Mapping[str, Any], macros: Mapping[str, Any]) -> list[str]:
    found: set[str] = set()
    pending = list(node.get("depends_on", {}).get("macros", ()))
    while pending:
        name = pending.pop()
        if name in macros and name not in found:
            found.add(name)
            pending += macros[name].get("depends_on", {}).get("macros", ())
    return sorted(found)
