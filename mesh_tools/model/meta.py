"""``meta.mesh``: the promises that dbt has no key for, on a model or a column.

.. code-block:: yaml

    models:
      - name: flights
        config:
          meta:
            mesh:
              grain: [flight_id]
              freshness: {count: 1, period: day, column: loaded_at}
              tier: gold
        columns:
          - name: distance_km
            config: {meta: {mesh: {unit: km}}}

Unknown keys are refused, so that a promise with a typing error is not silently no promise.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mesh_tools.model.interface import Classification, Freshness, Owner, Tier
from mesh_tools.model.schema import components_of, document_schema


class Ignore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lint finding about this model or column that somebody answers for.

    Attributes:
        code: Of the rule, such as ``PUB004``, or a family, such as ``NAM``.
        reason: Why, in words.
        until: ISO date of its last day.
    """

    code: str
    reason: str = ""
    until: str | None = None


class ModelMeta(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``meta.mesh`` of a model.

    Attributes:
        grain: Columns that identify a row. Default: the primary key, else the unique key, of the contract or the tests.
        freshness: How old the data may be.
        retention: How much history is kept, in words.
        tier: Availability tier.
        owner: Overrides the owner of the group.
        allowed_consumers: Projects that may ref this product. Default: all.
        renamed_from: Earlier names, so that a ref to one of them is told the new name.
        scope: Which rows there are, in words, such as "flights that left New York; no cancelled ones".
        row_policy: Which rows who may see, in words, where the warehouse restricts them.
        masking: How personal data in it is masked, in words.
        legal_basis: On what legal ground personal data in it is processed, in words.
        ignore: Lint findings that somebody answers for.
    """

    grain: tuple[str, ...] = ()
    freshness: Freshness | None = None
    retention: str | None = None
    tier: Tier | None = None
    owner: Owner | None = None
    allowed_consumers: tuple[str, ...] | None = None
    renamed_from: tuple[str, ...] = ()
    scope: str | None = None
    row_policy: str | None = None
    masking: str | None = None
    legal_basis: str | None = None
    ignore: tuple[Ignore, ...] = ()


class ColumnMeta(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``meta.mesh`` of a column.

    Attributes:
        unit: Unit of measure or currency, such as ``minute``, ``km``, ``USD``.
        classification: Who may see it.
        semantic_type: What it means, such as ``iata_airport_code``.
        deprecated_until: ISO date after which the column may be removed.
        timezone: Of times that carry none, such as ``UTC`` or ``America/New_York``.
        currency: ISO 4217 code of an amount.
        encoding: How text or bytes are encoded, such as ``base64``.
        closed: Whether the accepted values are all that there will ever be in this version.
        masking: How personal data in it is masked, in words.
        ignore: Lint findings that somebody answers for.
    """

    unit: str | None = None
    classification: Classification | None = None
    semantic_type: str | None = None
    deprecated_until: str | None = None
    timezone: str | None = None
    currency: str | None = None
    encoding: str | None = None
    closed: bool = False
    masking: str | None = None
    ignore: tuple[Ignore, ...] = ()


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of both, under ``$defs``; the top level takes either."""
    either, components = components_of(ModelMeta, ColumnMeta)
    return document_schema("meta.mesh of a model or a column", components, anyOf=either)
