"""Older data matters to those who promise fresher data themselves."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.consumers.case import Case
from mesh_tools.contracts.consumers.hits import hit_of
from mesh_tools.contracts.consumers.proposal import Subject, node_key
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.model.change import Hit
from mesh_tools.model.interface import Freshness, Interface, product_key

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def freshness_hits(subject: Subject, case: Case) -> Iterator[Hit]:
    """Products downstream of ``subject`` that promise fresher data than it will have.

    An exposure declares no need. Of a project whose interface is not at hand no need is known.
    """
    offered = subject.new.freshness if subject.new else None
    for reader in case.graph.downstream([subject.key]):
        if reader.project == case.base.project or reader.kind == "exposure":
            continue
        interface = case.consumers.interfaces.get(reader.project)
        through = None if reader in case.direct(subject.key) else _through(reader, case)
        if interface is None:
            if through is None:
                yield hit_of(reader, "unknown", "none", "what its project promises is not known")
        elif (promised := _promise(interface, reader)) and not _holds(offered, promised):
            yield hit_of(reader, "breaking", "consumption", f"promises {_words(promised)} itself", through)
    for use in case.graph.published(subject.key):
        interface = case.consumers.interfaces[use.project]
        tighter = [key for key, promised in _promises(interface).items() if not _holds(offered, promised)]
        if tighter:
            names, detail = (
                use.consumption.by or ("(not named)",),
                f"{', '.join(tighter)} may be made of it, and promises fresher data",
            )
            yield from (
                Hit(
                    project=use.project,
                    node=name,
                    effect="unknown",
                    method="consumption",
                    detail=detail,
                    owner=use.owner,
                )
                for name in names
            )


def _promises(interface: Interface) -> dict[str, Freshness]:
    return {
        product_key(product.name, version.v): version.freshness
        for product in interface.products
        for version in product.versions
        if version.freshness is not None
    }


def _promise(interface: Interface, reader: Reader) -> Freshness | None:
    keys = {node_key(interface.project, key, None): promised for key, promised in _promises(interface).items()}
    return keys.get(reader.unique_id)


def _through(reader: Reader, case: Case) -> str:
    return next(case.consumers.readers[key].label for key in reader.reads if key in case.consumers.readers)


def _holds(offered: Freshness | None, promised: Freshness) -> bool:
    return offered is not None and _seconds(offered) <= _seconds(promised)


def _seconds(freshness: Freshness) -> int:
    return freshness.count * _SECONDS[freshness.period]


def _words(freshness: Freshness) -> str:
    return f"data no older than {freshness.count} {freshness.period}{'s' if freshness.count > 1 else ''}"
