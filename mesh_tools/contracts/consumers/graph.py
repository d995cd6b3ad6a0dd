"""Who reads whom, across projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.world import Consumers, Published, key_of_consumption


class ReaderGraph:
    """The readers of a mesh by what they read: by their refs and, through ephemeral models, by their SQL."""

    def __init__(self, consumers: Consumers) -> None:
        self._readers = consumers.readers
        self._children: defaultdict[str, list[Reader]] = defaultdict(list)
        self._published: defaultdict[str, list[Published]] = defaultdict(list)
        for reader in consumers.readers.values():
            lineage = consumers.lineage.get(reader.unique_id)
            for key in dict.fromkeys((*reader.reads, *(lineage.reads if lineage else ()))):
                self._children[key].append(reader)
        for use in consumers.published:
            self._published[key_of_consumption(use.consumption)].append(use)

    def children(self, key: str) -> list[Reader]:
        """All that reads the node ``key``."""
        return self._children.get(key, [])

    def direct(self, key: str) -> list[Reader]:
        """What reads the product ``key``: of other projects everything, of its own the exposures."""
        own = key.split(".")[1]
        found = (reader for reader in self.children(key) if reader.consumes)
        return sorted((r for r in found if r.project != own or r.kind == "exposure"), key=lambda reader: reader.label)

    def published(self, key: str) -> list[Published]:
        """What projects without SQL published of their use of the product ``key``."""
        return self._published.get(key, [])

    def downstream(self, keys: Iterable[str]) -> list[Reader]:
        """All that is downstream of ``keys``, each after what it reads."""
        found: set[str] = set()
        waiting = list(keys)
        while waiting:
            for child in self.children(waiting.pop()):
                if child.key not in found:
                    found.add(child.key)
                    waiting.append(child.key)
        return self.in_order(found)

    def in_order(self, keys: Iterable[str]) -> list[Reader]:
        """The readers of ``keys``, each after what it reads."""
        return _in_order(self._readers, set(keys))


def _in_order(readers: Mapping[str, Reader], keys: set[str]) -> list[Reader]:
    """Within a circle, which projects can make, in the order of their names."""
    done: dict[str, None] = {}
    entered: set[str] = set()
    for key in sorted(keys):
        waiting = [(key, False)]
        while waiting:
            current, is_left = waiting.pop()
            if is_left:
                done[current] = None
            elif current not in entered:
                entered.add(current)
                waiting.append((current, True))
                waiting += [(up, False) for up in readers[current].reads if up in keys and up not in entered]
    return [readers[key] for key in done]
