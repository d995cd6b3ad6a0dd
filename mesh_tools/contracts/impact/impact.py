"""Answers who uses a product, a version or a column of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.artifacts.compiled import DIALECTS
from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.contracts.consumption import unique_id_of
from mesh_tools.contracts.impact.nodes import UNREPORTED, Node, nodes_of
from mesh_tools.contracts.impact.spread import Reach, distances, path_to, readers_of, spread
from mesh_tools.contracts.impact.target import resolve
from mesh_tools.contracts.impact.values import EFFECTS, Impact, Made, Notice, Target, Use
from mesh_tools.lineage.names import column_key
from mesh_tools.model.interface import Interface, Owner
from mesh_tools.model.lineage import ModelLineage


class Known(Struct, frozen=True, kw_only=True):
    """What there is to answer from.

    Attributes:
        manifests: Of the projects whose manifests are at hand.
        lineage: Of their models, as far as they were traced, by unique_id.
        interfaces: Of all known projects, by name.
        notes: What could not be looked at, with what to do about it.
    """

    manifests: tuple[Manifest, ...] = ()
    lineage: Mapping[str, ModelLineage] = {}
    interfaces: Mapping[str, Interface] = {}
    notes: tuple[str, ...] = ()


def impact(text: str, known: Known) -> Impact:
    """Who uses what ``text`` names.

    Args:
        text: ``[PROJECT.]PRODUCT[.vN][.COLUMN]``.
        known: About the mesh.

    Raises:
        MeshError: ``text`` names nothing, or several things.
    """
    target = resolve(text, known.interfaces.values())
    nodes = nodes_of(known.manifests, known.lineage, known.interfaces)
    readers = readers_of(nodes)
    starts = [unique_id_of(target.project, target.product, v) for v in target.versions]
    below = distances(readers, starts, nodes)
    interface = known.interfaces[target.project]
    reached = spread(nodes, readers, starts, _column(target, interface)) if target.column else None
    before = below if reached is None else distances(readers, starts, reached)
    reported = [nodes[key] for key in below if nodes[key].kind not in UNREPORTED]
    near = dict.fromkeys(
        [*starts, *(key for key in below if nodes[key].hands_on and not _is_beyond(nodes[key], starts))]
    )
    uses = [_use(node, near, before, nodes, reached) for node in reported if reached is None or node.key in reached]
    product = interface.product(target.product)
    owner = product.owner if product and product.owner.reachable else interface.owner
    notify, unowned = _notices(uses, owner)
    return Impact(
        target=target,
        owner=owner,
        uses=tuple(sorted(uses, key=_nearness)),
        untouched=tuple(sorted(node.label for node in reported if reached is not None and node.key not in reached)),
        notify=notify,
        unowned=unowned,
        notes=(*known.notes, *_notes(target, uses, known)),
    )


def _is_beyond(node: Node, starts: Collection[str]) -> bool:
    return not any(key in starts for key in node.inputs)


def _column(target: Target, interface: Interface) -> str:
    """The column as lineage names it."""
    product = interface.product(target.product)
    versions = product.versions if product else ()
    quoted = any(c.quote for version in versions for c in version.columns if c.name == target.column)
    return column_key(target.column or "", DIALECTS.get(interface.adapter or "", ""), quoted=quoted)


def _use(
    node: Node,
    near: Mapping[str, None],
    before: Mapping[str, str],
    nodes: Mapping[str, Node],
    reached: Mapping[str, Reach] | None,
) -> Use:
    direct = not _is_beyond(node, near)
    use = Use(
        project=node.project,
        node=node.name,
        kind=node.kind,
        direct=direct,
        product=node.product,
        evidence=node.evidence,
        reads=_reads(node, near) if direct else None,
        inputs=tuple(sorted({nodes[key].label for key in _true_inputs(node, nodes) if key in before or key in near})),
        through=tuple(nodes[key].label for key in reversed([*path_to(node.key, before)]) if not nodes[key].hands_on),
        reason=node.reason,
        owner=node.owner,
        url=node.url,
    )
    if reached is None:
        return use
    reach = reached[node.key]
    return replace(
        use,
        effect=reach.effect,
        made=tuple(Made(column=name, kind=kind) for name, kind in sorted(reach.columns.items())),
        uses=tuple(sorted(reach.uses)),
        rows=reach.rows,
    )


def _true_inputs(node: Node, nodes: Mapping[str, Node]) -> Iterator[str]:
    """What it reads; in place of a source that another project builds, that."""
    for key in node.inputs:
        source = nodes.get(key)
        if source is not None:
            yield from source.inputs if source.hands_on and source.inputs else (key,)


def _reads(node: Node, near: Mapping[str, None]) -> tuple[str, ...] | None:
    """The columns of the product, or of a source that stands for it, that a direct reader uses, in any way."""
    found: set[str] = set()
    for key in near:
        if key not in node.inputs:
            continue
        published = node.consumptions.get(key)
        columns = node.lineage.used_columns(key) if node.lineage else published.columns if published else None
        if columns is None:
            return None
        found.update(columns)
    return tuple(sorted(found))


def _nearness(use: Use) -> tuple[int, int, int, str]:
    rank = EFFECTS.index(use.effect) if use.effect else 0
    return (not use.direct, rank, len(use.through), use.label)


def _notices(uses: Iterable[Use], own: Owner) -> tuple[tuple[Notice, ...], tuple[str, ...]]:
    """Whom to tell of what, without those who own the product; and what has nobody to tell.

    An owner who is written twice, once with a channel and once without, is one.
    """
    told: dict[str, tuple[Owner, list[str]]] = {}
    unowned: list[str] = []
    for use in uses:
        address = _address(use.owner)
        if address is None:
            unowned.append(use.label)
        elif address != _address(own):
            owner, nodes = told.setdefault(address, (use.owner, []))
            nodes.append(use.label)
            if use.owner.channel and not owner.channel:
                told[address] = (use.owner, nodes)
    notices = [Notice(owner=owner, nodes=tuple(sorted(nodes))) for owner, nodes in told.values()]
    return tuple(sorted(notices, key=lambda notice: notice.nodes)), tuple(sorted(unowned))


def _address(owner: Owner) -> str | None:
    return (owner.email or owner.channel or "").lower() or None


def _notes(target: Target, uses: Iterable[Use], known: Known) -> Iterator[str]:
    if target.project not in {manifest.project for manifest in known.manifests}:
        yield f"the manifest of {target.project} is not at hand, so what else in it uses the product is not known"
    for name in sorted({use.project for use in uses if use.evidence == "published"} - {target.project}):
        yield (
            f"{name} is known by what it published alone: what it makes of the product, and which of its own products "
            "that goes into, is not known here"
        )
