"""In what order models are traced: those whose columns others need come first."""

from __future__ import annotations

from collections.abc import Sequence

from mesh_tools.lineage.inputs import TraceInput


def levels(inputs: Sequence[TraceInput]) -> list[list[TraceInput]]:
    """The nodes with SQL, in levels: a node comes after those whose columns only their own SQL tells.

    A contract tells its model's columns beforehand, so its readers need not wait. What is on a cycle comes last.
    """
    by_key = {node.key: node for node in inputs if node.sql is not None}
    waits = {
        key: {parent for parent in node.reads if parent in by_key and by_key[parent].columns is None and parent != key}
        for key, node in by_key.items()
    }
    readers: dict[str, list[str]] = {}
    for key, parents in waits.items():
        for parent in parents:
            readers.setdefault(parent, []).append(key)
    left = {key: len(parents) for key, parents in waits.items()}
    ready = [key for key, count in left.items() if count == 0]
    found: list[list[TraceInput]] = []
    while ready:
        found.append([by_key[key] for key in ready])
        after: list[str] = []
        for key in ready:
            del left[key]
            for reader in readers.get(key, ()):
                left[reader] -= 1
                if left[reader] == 0:
                    after.append(reader)
        ready = after
    if left:
        found.append([by_key[key] for key in left])
    return found
