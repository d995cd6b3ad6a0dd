"""A ref as it stands in a file."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.errors import Location
from mesh_tools.model.interface import Version, product_key


class Ref(Struct, frozen=True):
    """``ref('project', 'name', v=2)`` at a place in a file; ``project`` is ``None`` for a one-argument ref."""

    project: str | None
    name: str
    v: Version | None
    where: Location

    def __str__(self) -> str:
        """The call as one would write it in SQL."""
        arguments = [f"'{part}'" for part in (self.project, self.name) if part is not None]
        if self.v is not None:
            arguments.append(f"v={self.v!r}")
        return f"ref({', '.join(arguments)})"

    @property
    def key(self) -> str:
        """The product version that is meant, as :func:`product_key` writes it."""
        return product_key(self.name, self.v)
