"""Which project a catalog, run results or ages of sources are of: told by their folder, else by what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.lint_services import manifests_below
from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.inputs import ProjectInput


class Artifacts(Struct, frozen=True, kw_only=True):
    """Artifacts that the command line names, of any projects."""

    catalogs: tuple[Path, ...] = ()
    run_results: tuple[Path, ...] = ()
    sources: tuple[Path, ...] = ()

    def given_to(self, inputs: Sequence[ProjectInput]) -> tuple[ProjectInput, ...]:
        """The inputs with their artifacts.

        Raises:
            MeshError: an artifact cannot be read, or is of none of the projects.
        """
        found = list(inputs)
        for field, paths in (("catalog", self.catalogs), ("run_results", self.run_results), ("sources", self.sources)):
            for path in paths:
                index = _owner(path, found)
                found[index] = replace(found[index], **{field: path})
        return tuple(found)


class _Result(Struct, frozen=True):
    unique_id: str = ""


class _Named(Struct, frozen=True):
    """What all three kinds have of names."""

    nodes: dict[str, msgspec.Raw] = {}
    sources: dict[str, msgspec.Raw] = {}
    results: tuple[_Result, ...] = ()


def _owner(path: Path, inputs: Sequence[ProjectInput]) -> int:
    packages = _packages(path)
    names = [given.name or _name_in(given.manifest) for given in inputs]
    ranked = [name for name, _ in packages.most_common() if name in names]
    folder = path.resolve().parent
    beside = [index for index, given in enumerate(inputs) if given.manifest.resolve().parent == folder]
    if len(beside) == 1 and (not packages or names[beside[0]] in packages):
        return beside[0]
    if ranked:
        return names.index(ranked[0])
    if len(inputs) == 1 and not packages:
        return 0
    of = f"it is of {', '.join(sorted(packages))}; " if packages else ""
    raise MeshError(
        f"{path.name} is of none of the projects that are linted",
        where=Location.of(path),
        hint=f"{of}linted: {', '.join(filter(None, names)) or 'none'}",
    )


def _packages(path: Path) -> Counter[str]:
    try:
        read = msgspec.json.decode(path.read_bytes(), type=_Named)
    except OSError as error:
        raise MeshError(f"{path.name} cannot be read: {error.strerror}", where=Location.of(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MeshError(f"{path.name} is no artifact of dbt: {error}", where=Location.of(path)) from None
    ids = (*read.nodes, *read.sources, *(result.unique_id for result in read.results))
    return Counter(parts[1] for one in ids if len(parts := one.split(".", 2)) > 1)


def _name_in(manifest: Path) -> str:
    try:
        return next(iter(manifests_below(manifest)), "")
    except MeshError:  # the linter tells of one that cannot be read
        return ""
