"""What is known and promised of a product, whatever the rules say: 60 of its 100 points."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mesh_tools.lint.scorecard.card import Loss, Part
from mesh_tools.lint.subjects import Product

COVERAGE = 60


class Measured(Struct, frozen=True):
    """How much of something a product has: the share, why, and what brings the rest."""

    share: float
    text: str
    to_do: str = ""


def coverage_of(product: Product) -> tuple[list[Part], list[Loss]]:
    """The parts of a product's coverage, and what it loses."""
    parts: list[Part] = []
    losses: list[Loss] = []
    for name, most, measure in CRITERIA:
        found = measure(product)
        points = most * found.share
        parts.append(Part(name=name, points=points, most=most, text=found.text))
        if found.share < 1:
            losses.append(Loss(points=most - points, part=name, text=found.text, to_do=found.to_do))
    return parts, losses


def _described(product: Product) -> Measured:
    has = bool(product.version.description.strip())
    return Measured(float(has), "is described" if has else "is not described", "describe what a row is")


def _columns_described(product: Product) -> Measured:
    described = sum(bool(column.description.strip()) for column in product.version.columns)
    return _of_columns(product, described, "described", "describe every column")


def _contract(product: Product) -> Measured:
    has = product.version.contract
    return Measured(float(has), "contract is enforced" if has else "no contract is enforced", "enforce a contract")


def _owner(product: Product) -> Measured:
    has = product.contact.reachable
    text = "owner can be reached" if has else "no owner can be reached"
    return Measured(float(has), text, "give its group an owner with an e-mail address or a channel")


def _grain(product: Product) -> Measured:
    version = product.version
    has = bool(version.grain) or any(one.kind in {"primary_key", "unique"} for one in version.guarantees)
    text = "says what identifies a row" if has else "nothing says what identifies a row"
    return Measured(float(has), text, "name the `grain` in meta.mesh, or test a key")


def _freshness(product: Product) -> Measured:
    has = product.version.freshness is not None
    text = "promises freshness" if has else "promises no freshness"
    return Measured(float(has), text, "promise `freshness` in meta.mesh")


def _tested(product: Product) -> Measured:
    guaranteed = {name.lower() for one in product.version.guarantees for name in one.columns}
    tested = sum(column.name.lower() in guaranteed for column in product.version.columns)
    return _of_columns(product, tested, "tested", "test each column, or constrain it")


def _versioned(product: Product) -> Measured:
    if product.product.is_versioned:
        return Measured(1, "has versions")
    readers = len(product.consumers)
    if not readers:
        return Measured(1, "has no versions, and no foreign consumer who needs them")
    text = f"has no versions, and {readers} consuming project{'' if readers == 1 else 's'}"
    return Measured(0, text, "give it versions, so that a breaking change can stand beside what is used")


def _classified(product: Product) -> Measured:
    classified = sum(column.classification is not None for column in product.version.columns)
    return _of_columns(product, classified, "classified", "give each column a `classification` in meta.mesh")


def _of_columns(product: Product, number: int, what: str, to_do: str) -> Measured:
    total = len(product.version.columns)
    if not total:
        return Measured(0, "no column is declared", "declare its columns")
    return Measured(number / total, f"{number} of {total} columns {what}", to_do)


CRITERIA: tuple[tuple[str, float, Callable[[Product], Measured]], ...] = (
    ("contract", 12, _contract),
    ("columns described", 10, _columns_described),
    ("owner", 8, _owner),
    ("grain", 8, _grain),
    ("freshness", 6, _freshness),
    ("columns tested", 5, _tested),
    ("description", 4, _described),
    ("columns classified", 4, _classified),
    ("versions", 3, _versioned),
)
"""What is measured, and the points for all of it."""
