"""What a sync has to say about upstream; gathered only where something changed, since it takes more interfaces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from mesh_tools.contracts.news import News, Unlocked, Uses, news, unlocked
from mesh_tools.errors import MeshError
from mesh_tools.interface.lock import Lock, LockDifference
from mesh_tools.interface.sync import ProjectSync, UpstreamSync
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Synced(Struct, frozen=True, kw_only=True):
    """A project that was synced, and what is to be told of it.

    Attributes:
        result: Of the sync.
        news: What changed since the last sync, by upstream; of those alone where something did.
        unlocked: What is not as the lock has it.
        lock_written: Whether its lock was written anew.
    """

    result: ProjectSync
    news: Mapping[str, tuple[News, ...]] = {}
    unlocked: tuple[Unlocked, ...] = ()
    lock_written: bool = False


class Newsreader:
    """Tells what is behind a sync.

    Args:
        upstreams: The interfaces that it was made with.
        environment: That it was made for.
        today: Decides which deprecation dates are past.
    """

    def __init__(self, upstreams: Upstreams, environment: str, today: date) -> None:
        self._upstreams = upstreams
        self._environment = environment
        self._today = today

    def tell(self, project: Project, result: ProjectSync, *, lock_written: bool = False) -> Synced:
        """What is to be told of ``project``, and whether its lock was written anew."""
        changed = [upstream for upstream in result.upstreams if upstream.state == "changed"]
        if not changed and not result.unlocked:
            return Synced(result=result, lock_written=lock_written)
        published = self._published(project)
        lock, today = result.lock, self._today
        return Synced(
            result=result,
            news={upstream.name: upstream_news(upstream, lock, published, today=today) for upstream in changed},
            unlocked=tuple(self._unlocked(difference, result, published) for difference in result.unlocked),
            lock_written=lock_written,
        )

    def _unlocked(self, difference: LockDifference, result: ProjectSync, published: Interface | None) -> Unlocked:
        upstream = next((one for one in result.upstreams if one.name == difference.upstream), None)
        if upstream is None or upstream.now is None:
            gone = Interface(project=difference.upstream)
            return unlocked(difference, gone, (), Uses(products={}), today=self._today)
        uses = _uses(upstream, result.lock, published)
        return unlocked(difference, upstream.now, self._earlier(upstream), uses, today=self._today)

    def _earlier(self, upstream: UpstreamSync) -> Iterator[Interface]:
        """What the upstream may have promised when the lock was written; read only as far as anybody asks."""
        yield from filter(None, (upstream.before, upstream.now))
        try:
            yield from reversed(self._upstreams.registry.history(upstream.name, self._environment))
        except MeshError:
            return  # a web registry cannot list; what cannot be told does not hide that something changed

    def _published(self, project: Project) -> Interface | None:
        """The consumer's own interface: what it used when it was published, or accepted, last."""
        try:
            return self._upstreams.registry.get(project.name, self._environment) or committed_interface(project)
        except MeshError:
            return None  # its own document is not what a sync is about


def upstream_news(
    upstream: UpstreamSync, lock: Lock | None = None, published: Interface | None = None, *, today: date
) -> tuple[News, ...]:
    """What changed in one upstream since the last sync; nothing when either side is not known.

    Args:
        upstream: As it was synced.
        lock: What the project uses, with versions; else it counts for what it has stubs.
        published: The interface that the project has published last.
        today: Decides which deprecation dates are past.
    """
    if upstream.before is None or upstream.now is None:
        return ()
    return news(upstream.before, upstream.now, _uses(upstream, lock, published), today=today)


def _uses(upstream: UpstreamSync, lock: Lock | None, published: Interface | None) -> Uses:
    products: defaultdict[str, set[str | None]] = defaultdict(set, {name: set() for name in upstream.stubs})
    for locked in lock.upstreams if lock else ():
        for entry in locked.products if locked.project == upstream.name else ():
            products[entry.product].add(entry.v)
    uses = published.consumptions if published else ()
    return Uses(products=products, consumptions=tuple(use for use in uses if use.project == upstream.name))
