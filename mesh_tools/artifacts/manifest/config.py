"""``config`` of a node, the keys that the mesh needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# How warehouses lay a table out: configuration keys of dbt-bigquery, -snowflake, -databricks, -spark, -redshift,
# -postgres, -athena, -trino.
_PHYSICAL = (
    "partition_by", "partitioned_by", "cluster_by", "liquid_clustered_by", "clustered_by", "buckets",
    "sort", "sort_type", "dist", "indexes", "file_format", "table_format",
)  # fmt: skip


class NodeConfig:
    """``config`` of a node: what tests and models use of it. A value of another type counts as not set."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @property
    def enabled(self) -> bool | None:
        """Whether dbt builds the node at all."""
        value = self._values.get("enabled")
        return value if isinstance(value, bool) else None

    @property
    def materialized(self) -> str | None:
        """``table``, ``view``, ..."""
        return self._text("materialized")

    @property
    def contract_enforced(self) -> bool:
        """Whether the contract is to be enforced."""
        contract = self._values.get("contract")
        return isinstance(contract, dict) and contract.get("enforced") is True

    @property
    def physical(self) -> dict[str, Any]:
        """How the warehouse lays the data out: partitions, clusters, indexes, as far as they are set."""
        return {key: value for key in _PHYSICAL if (value := self._values.get(key)) not in (None, [], {}, "")}

    @property
    def grants(self) -> dict[str, tuple[str, ...]]:
        """Privileges, each with those who have it."""
        value = self._values.get("grants")
        granted = value.items() if isinstance(value, dict) else ()
        return {
            str(privilege): tuple(sorted(map(str, [names] if isinstance(names, str) else names)))
            for privilege, names in granted
            if isinstance(names, (str, list)) and names
        }

    def _text(self, key: str) -> str | None:
        value = self._values.get(key)
        return value if isinstance(value, str) else None


class TestConfig(NodeConfig):
    """``config`` of a data test. A model may have keys of its own with these names."""

    __test__ = False
    __slots__ = ()

    @property
    def severity(self) -> str | None:
        """``error`` or ``warn``, in any case."""
        return self._text("severity")

    @property
    def where(self) -> str | None:
        """The rows that are tested."""
        return self._text("where")

    @property
    def error_if(self) -> str | None:
        """The condition on the number of failures."""
        return self._text("error_if")

    @property
    def fail_calc(self) -> str | None:
        """How failures are counted."""
        return self._text("fail_calc")

    @property
    def limit(self) -> int | None:
        """How many failures are returned at most."""
        value = self._values.get("limit")
        return value if isinstance(value, int) else None
