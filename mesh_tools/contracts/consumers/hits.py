"""What a change does to each reader, gathered from all that is known of it."""

from __future__ import annotations

from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.model.change import Effect, Hit, Method

EFFECTS: tuple[Effect, ...] = ("none", "unknown", "dangerous", "breaking")
"""From what matters least."""
_METHODS: tuple[Method, ...] = ("none", "consumption", "usage", "types", "bind")
"""Of two that find the same, the later one is kept: it is the more exact."""


class Hits:
    """The hits of one change: of each reader the worst, and of equals the one found most exactly."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Hit] = {}

    def add(self, hit: Hit) -> None:
        """Take ``hit`` in, unless it says nothing new."""
        known = self._found.get((hit.project, hit.node))
        if known is None or _rank(known) < _rank(hit):
            self._found[hit.project, hit.node] = hit

    def sorted(self) -> tuple[Hit, ...]:
        """All of them, the worst first, then by name; readers that the change does not touch are left out."""
        found = (hit for hit in self._found.values() if hit.effect != "none")
        return tuple(sorted(found, key=lambda hit: (-EFFECTS.index(hit.effect), bool(hit.through), hit.label)))


def hit_of(reader: Reader, effect: Effect, method: Method, detail: str = "", through: str | None = None) -> Hit:
    """A hit of ``reader``."""
    return Hit(
        project=reader.project,
        node=reader.name,
        effect=effect,
        method=method,
        detail=" ".join(detail.split()),
        through=through,
        owner=reader.owner,
    )


def _rank(hit: Hit) -> tuple[int, int]:
    return EFFECTS.index(hit.effect), _METHODS.index(hit.method)
