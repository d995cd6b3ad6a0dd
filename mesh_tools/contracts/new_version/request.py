"""What is asked for."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from mesh_tools.model.interface import Version


class Request(Struct, frozen=True, kw_only=True):
    """A new version of a product.

    Attributes:
        product: ``operations.flights``, or ``flights`` where only one project of the mesh has it.
        project: The project that has it, where the name alone leaves that open.
        released: The day from which on consumers can use the new version; the grace period counts from it.
        today: The present day.
        version: What to call the new version. Default: the number after the present one.
        latest: Whether refs without a version are to mean the new version at once.
    """

    product: str
    project: str | None = None
    released: date
    today: date
    version: Version | None = None
    latest: bool = False


def version_of(text: str) -> Version:
    """A version as a command line has it: a number where it is one, as YAML would read it."""
    if text.isdecimal():
        return int(text)
    whole, point, part = text.partition(".")
    return float(text) if point and whole.isdecimal() and part.isdecimal() else text
