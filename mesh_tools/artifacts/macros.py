"""The macros of a manifest, which few readers need: a manifest holds hundreds of dbt's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata


class MacroArgument(msgspec.Struct, frozen=True):
    """A documented argument."""

    name: str
    type: str | None = None
    description: str | None = None


class MacroDependsOn(msgspec.Struct, frozen=True):
    """``depends_on``: unique_ids of macros."""

    macros: tuple[str, ...] = ()


class MacroNode(msgspec.Struct, frozen=True, kw_only=True):
    """A macro."""

    unique_id: str
    name: str
    package_name: str
    original_file_path: str = ""
    patch_path: str | None = None
    macro_sql: str = ""
    description: str | None = None
    arguments: tuple[MacroArgument, ...] | None = None
    depends_on: MacroDependsOn = MacroDependsOn()
    meta: dict[str, Any] | None = None


class MacroCaller(msgspec.Struct, frozen=True):
    """Any resource, by the macros that it calls."""

    depends_on: MacroDependsOn = MacroDependsOn()


class MacroDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The macros of a parsed project, by unique_id, and what calls them."""

    metadata: Metadata
    macros: dict[str, MacroNode] = {}
    nodes: dict[str, MacroCaller] = {}
    sources: dict[str, MacroCaller] = {}
    exposures: dict[str, MacroCaller] = {}
    metrics: dict[str, MacroCaller] = {}
    semantic_models: dict[str, MacroCaller] = {}
    unit_tests: dict[str, MacroCaller] = {}

    def called(self) -> frozenset[str]:
        """unique_ids of the macros that anything calls, other macros too."""
        callers = (self.nodes, self.sources, self.exposures, self.metrics, self.semantic_models, self.unit_tests)
        found = {name for some in callers for caller in some.values() for name in caller.depends_on.macros}
        # A macro that calls none but itself is called by nobody.
        found.update(name for key, macro in self.macros.items() for name in macro.depends_on.macros if name != key)
        return frozenset(found)


_MACROS = Artifact(
    kind="manifest",
    newest=12,
    hint="run `dbt parse` in the project to write it anew",
    decode=msgspec.json.Decoder(MacroDocument).decode,
)


def read_macros(path: Path) -> MacroDocument:
    """The macros in the manifest at ``path``, those of all packages, and what calls them.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _MACROS.read(path)
