"""What a warehouse's catalogue says about a relation, and the one thing that a reader of catalogues has to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

RelationKind = Literal["table", "view"]
ConstraintKind = Literal["primary_key", "unique", "check", "foreign_key"]


class Place(NamedTuple):
    """Where a relation lies, by the names that its producer has published."""

    database: str
    schema: str
    identifier: str

    def __str__(self) -> str:
        """``"operations"."marts"."flights_v2"`` without the quotes."""
        return ".".join(self)


class CatalogueColumn(NamedTuple):
    """A column as it is there; ``data_type`` is what the catalogue calls it."""

    name: str
    data_type: str
    nullable: bool = True


class CatalogueConstraint(NamedTuple):
    """A constraint that the warehouse enforces.

    Attributes:
        kind: Of it; ``not null`` belongs to the columns.
        columns: In the order of the constraint.
        expression: Of a check, in the normal form of the reader.
        fields: The columns that a foreign key points at.
    """

    kind: ConstraintKind
    columns: tuple[str, ...]
    expression: str = ""
    fields: tuple[str, ...] = ()


class CatalogueRelation(Struct, frozen=True):
    """A table or view as it is there, its columns in physical order."""

    kind: RelationKind
    columns: tuple[CatalogueColumn, ...]
    constraints: tuple[CatalogueConstraint, ...] = ()


class CatalogueReader(Protocol):
    """Reads the catalogue of one kind of warehouse."""

    adapter: str
    """dbt's name of the warehouse, which says how types are compared."""

    def read(self, places: Collection[Place]) -> Mapping[Place, CatalogueRelation]:
        """What lies at each of ``places``, found as the warehouse finds names; what is not there is left out.

        With one query, however many places there are.

        Raises:
            MeshError: the warehouse cannot be read.
        """

    def normal(self, expression: str) -> str:
        """A check's expression in the form that :meth:`read` gives, so that equal ones are equal texts."""
