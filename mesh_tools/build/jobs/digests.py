"""Digests of the nodes in a manifest: equal when dbt would do the same, whether it has run them already or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

# What differs between two parses of the same text, and what dbt adds when it runs a node.
_VOLATILE = frozenset(
    {
        "build_path",
        "compiled",
        "compiled_code",
        "compiled_path",
        "created_at",
        "extra_ctes",
        "extra_ctes_injected",
        "relation_name",
    }
)


def digests_of(path: Path) -> dict[str, str]:
    """A digest of each node in a manifest: of all that it says of it, and of the macros that it calls.

    Nothing for a manifest that a kill has cut short.
    """
    try:
        document = msgspec.json.decode(path.read_bytes())
        macros = _Macros(document["macros"], document["metadata"]["adapter_type"])
        nodes: dict[str, Any] = {**document["nodes"], **document["unit_tests"]}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        return {}
    return {key: _digest(node, macros) for key, node in nodes.items()}


class _Macros:
    """The macros of a manifest, without those of dbt and its adapter, which the versions of the tools stand for.

    When dbt runs a node, it adds macros of its own to those that the node calls, and so those of the project that
    override them. Which ones cannot be told from a parse alone: so overrides count for every node.
    """

    def __init__(self, macros: Mapping[str, Any], adapter: str) -> None:
        self._macros = macros
        own = {"dbt", f"dbt_{adapter}"}
        self._dbt = {key for key, macro in macros.items() if macro["package_name"] in own}
        names = {macros[key]["name"] for key in self._dbt}
        overriding = {
            key
            for key, macro in macros.items()
            if key not in self._dbt
            and (macro["name"].partition("__")[2] in names or {macro["name"]} & names or _materializes(macro["name"]))
        }
        self._overrides = self._reached(overriding)
        self.overrides = self._texts(self._overrides)

    def called(self, node: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        """Names and texts of what a node calls, directly or not."""
        return self._texts(self._reached(node.get("depends_on", {}).get("macros", ())) - self._overrides)

    def _texts(self, keys: Iterable[str]) -> list[tuple[str, str | None]]:
        return [(key, self._macros[key].get("macro_sql")) for key in sorted(keys)]

    def _reached(self, keys: Iterable[str]) -> set[str]:
        found: set[str] = set()
        pending = list(keys)
        while pending:
            key = pending.pop()
            if key in self._macros and key not in self._dbt and key not in found:
                found.add(key)
                pending += self._macros[key].get("depends_on", {}).get("macros", ())
        return found


def _materializes(name: str) -> bool:
    return name.startswith("materialization_")


def _digest(node: Mapping[str, Any], macros: _Macros) -> str:
    plain = {key: value for key, value in node.items() if key not in _VOLATILE}
    plain["depends_on"] = node.get("depends_on", {}).get("nodes", ())
    text = msgspec.json.encode([plain, macros.called(node), macros.overrides], order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
