"""A model that is no product: shown by the profile ``all`` alone."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.site.facts.product import CheckFacts


class ModelColumn(Struct, frozen=True, kw_only=True):
    """A column as YAML or the catalog has it."""

    name: str
    data_type: str | None = None
    description: str = ""


class ModelFacts(Struct, frozen=True, kw_only=True):
    """A model, seed, snapshot or source of a project.

    Attributes:
        label: ``operations.int_flights_cleaned``.
        kind: dbt's resource type.
        project: Whose.
        domain: Of the project.
        page: Its page, relative to the site's root.
        description: Of its YAML.
        path: Of its file, below the project.
        materialized: dbt's word.
        access: dbt's word.
        group: Its group.
        columns: In their order.
        reads: Labels and pages of what it reads itself.
        read_by: The same of what reads it.
        checks: Its tests.
        sql: As it is written.
        compiled: As the warehouse gets it.
    """

    label: str
    kind: str
    project: str
    domain: str
    page: str
    description: str = ""
    path: str = ""
    materialized: str = ""
    access: str = ""
    group: str = ""
    columns: tuple[ModelColumn, ...] = ()
    reads: tuple[tuple[str, str | None], ...] = ()
    read_by: tuple[tuple[str, str | None], ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    sql: str | None = None
    compiled: str | None = None
