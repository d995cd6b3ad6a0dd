"""What a site is made of, and when it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

_NAMES = frozenset(
    {
        "mesh.yml",
        "interface.yml",
        "lint.yml",
        "manifest.json",
        "catalog.json",
        "run_results.json",
        "run.json",
        "current.json",
    }
)
"""Files that dbt, mesh and people write; SQL and YAML of models count once dbt has parsed them."""
_SETTLED = 400  # milliseconds without a change: a build writes many


def changes(root: Path, site: Path, stop: Event) -> Iterator[tuple[Path, ...]]:
    """The files of each change below ``root`` that a site may show, until ``stop`` is set."""
    packages = frozenset({"dbt_packages", ".venv", "node_modules", ".git"})

    def counts(_change: Change, path: str) -> bool:
        file = Path(path)
        return file.name in _NAMES and site not in file.parents and packages.isdisjoint(file.parts)

    for found in watch(root, watch_filter=counts, step=_SETTLED, stop_event=stop):
        yield tuple(sorted({Path(path) for _, path in found}))
