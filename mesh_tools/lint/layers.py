"""Layers of a project: staging, intermediate, marts, by folder or by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

Layers = Mapping[str, tuple[str, ...]]
"""By layer: names of folders, and beginnings of names, which end with ``_``."""

DEFAULT_LAYERS: Layers = {
    "staging": ("staging", "stg_", "base_"),
    "intermediate": ("intermediate", "int_"),
    "marts": ("marts", "fct_", "dim_"),
}
"""dbt Labs' own: *How we structure our dbt projects*."""


def layer_of(file: str, name: str, layers: Layers | None = None) -> str | None:
    """The layer of a resource: that of its innermost folder that has one, else of the beginning of its name.

    Args:
        file: Relative to the project.
        name: Of the resource.
        layers: Default: :data:`DEFAULT_LAYERS`.
    """
    known = DEFAULT_LAYERS if layers is None else layers
    for folder in reversed(PurePosixPath(file).parts[:-1]):
        for layer, words in known.items():
            if folder in words:
                return layer
    return next((layer for layer, words in known.items() if name.startswith(_prefixes(words))), None)


def folder_layer(file: str, layers: Layers | None = None) -> str | None:
    """The layer that the folder of a file says, whatever its name says."""
    return layer_of(file, "", layers)


def name_layer(name: str, layers: Layers | None = None) -> str | None:
    """The layer that the beginning of a name says."""
    return layer_of("", name, layers)


def _prefixes(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word.endswith("_"))
