"""Accepting an interface: what a project promises becomes its interface.yml, once nothing speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.contracts.acknowledgements import acknowledgement_of, chosen, merged, valid
from mesh_tools.contracts.compare import Comparison, Terms
from mesh_tools.contracts.gate import GateResult, gate
from mesh_tools.contracts.operands.git import Git
from mesh_tools.contracts.operands.resolve import Side, accepted_side
from mesh_tools.errors import MeshError
from mesh_tools.files import write_atomically
from mesh_tools.interface.document import ConflictError, NewerDocumentError, from_yaml, sealed, to_yaml
from mesh_tools.interface.upstreams import INTERFACE_FILE
from mesh_tools.model.interface import Acknowledgement, Interface, Product, ProductVersion
from mesh_tools.model.project import Project

_Answer = TypeVar("_Answer")


class Before(Struct, frozen=True, kw_only=True):
    """What was accepted before.

    Attributes:
        sides: The interfaces that were, each with where it is from; two while a merge conflict is not resolved, none
            before the first time.
        note: What was wrong with the interface.yml, and is mended by accepting.
    """

    sides: tuple[Side, ...] = ()
    note: str = ""

    @property
    def acknowledgements(self) -> tuple[Acknowledgement, ...]:
        """Those of all sides."""
        return tuple(given for side in self.sides if side.interface for given in side.interface.acknowledgements)


class Acceptance(Struct, frozen=True, kw_only=True):
    """The interface of one project, about to be accepted.

    Attributes:
        comparison: With what it was.
        result: What the profile of the project says to that.
        interface: What is written if it passes.
    """

    comparison: Comparison
    result: GateResult
    interface: Interface


def accepted_before(project: Project) -> Before:
    """What the work tree has accepted; of a document that is damaged what git has: both sides of a conflict, or HEAD's.

    Raises:
        MeshError: it was written by a newer mesh; or it is damaged, and git has nothing better.
    """
    try:
        found = accepted_side(project)
    except NewerDocumentError:
        raise
    except ConflictError as error:
        return Before(sides=_both_sides(project, error), note="its merge conflict is resolved by what is promised now")
    except MeshError as error:
        side = _at_head(project, error)
        return Before(sides=(side,), note=f"{error.message}; it is written anew, judged by what git's HEAD has of it")
    return Before(sides=(found,) if found.interface else ())


def acknowledged(
    selectors: Iterable[str], comparisons: Sequence[Comparison], *, reason: str, until: date
) -> tuple[Acknowledgement, ...]:
    """The acknowledgements that ``--ack`` asks for.

    Raises:
        MeshError: a selector names no change, several, or one that needs none; there is no reason.
    """
    verdicts = [verdict for comparison in comparisons for verdict in comparison.verdicts]
    changes = [chosen(selector, verdicts) for selector in selectors]
    if changes and not reason.strip():
        raise MeshError("--ack needs a --reason", hint="say in a sentence why the change is right, for its consumers")
    return tuple(acknowledgement_of(change, reason=reason.strip(), until=until) for change in changes)


def acceptance(
    comparisons: Sequence[Comparison], terms: Terms, *, old: Iterable[Acknowledgement], new: Iterable[Acknowledgement]
) -> Acceptance:
    """Judge what has changed, and make the interface that is to be written.

    Args:
        comparisons: From what was accepted to what is: one, or one with each side of a merge conflict.
        terms: Of the project.
        old: Acknowledgements that were given before; those that have expired are dropped.
        new: Those that are given now, of any project.
    """
    verdicts = {verdict.change.fingerprint: verdict for one in comparisons for verdict in one.verdicts}
    given = merged(valid(old, terms.today), (item for item in new if item.change in verdicts))
    result = gate(
        verdicts.values(),
        level=terms.level,
        acknowledgements=given,
        today=terms.today,
        days=terms.acknowledge_days,
    )
    first, *others = comparisons
    interface = reduce(_with_higher_versions, (one.new for one in others), first.new)
    return Acceptance(comparison=first, result=result, interface=sealed(replace(interface, acknowledgements=given)))


def write(interface: Interface, project: Project) -> bool:
    """Write the interface.yml of ``project``; returns whether it changed.

    Raises:
        MeshError: a value cannot be written.
        OSError: the file cannot be written.
    """
    return write_atomically(project.path / INTERFACE_FILE, to_yaml(interface).encode())


def _both_sides(project: Project, error: MeshError) -> tuple[Side, ...]:
    data = _asked(project, error, lambda git: git.unmerged(INTERFACE_FILE))
    names = (f"{INTERFACE_FILE} (ours)", f"{INTERFACE_FILE} (theirs)")
    return tuple(Side(label=name, interface=from_yaml(side, name)) for side, name in zip(data, names, strict=False))


def _at_head(project: Project, error: MeshError) -> Side:
    data = _asked(project, error, lambda git: git.read(git.commit("HEAD"), INTERFACE_FILE))
    name = f"HEAD:{INTERFACE_FILE}"
    found = from_yaml(data, name)
    if found.project != project.name:
        raise error
    return Side(label=name, interface=found)


def _asked(project: Project, error: MeshError, question: Callable[[Git], _Answer | None]) -> _Answer:
    """What git says, or else the ``error`` that made us ask."""
    try:
        answer = question(Git(project.path))
    except MeshError:
        raise error from None
    if not answer:
        raise error
    return answer


def _with_higher_versions(one: Interface, other: Interface) -> Interface:
    """``one``, each version numbered as in whichever has gone further: both numbers may be in use."""
    products = (_higher(product, other.product(product.name) or product) for product in one.products)
    return replace(one, products=tuple(products))


def _higher(one: Product, other: Product) -> Product:
    pairs = ((version, other.version(version.v) or version) for version in one.versions)
    return replace(one, versions=tuple(max(pair, key=_number) for pair in pairs))


def _number(version: ProductVersion) -> tuple[int, ...]:
    """Minor and patch; the major part is the same."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.semantic_version.split(".")[-2:])
