"""An interface known from hearsay: what others ref of a project that nobody has parsed yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mesh_tools.interface.document import sealed
from mesh_tools.mesh.local_names import local_names
from mesh_tools.mesh.refs import scan_refs
from mesh_tools.model.interface import Interface, Product, ProductVersion, Version
from mesh_tools.model.project import Project


def provisional_interface(project: Project, readers: Iterable[Project]) -> Interface:
    """An interface with just the products, and their versions, that the files of ``readers`` ref in ``project``.

    Enough for dbt to parse ``readers``; nothing is promised.

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    own = local_names(project).nodes
    versions: defaultdict[str, set[str]] = defaultdict(set)
    written: dict[str, Version] = {}
    for reader in readers:
        theirs = local_names(reader).nodes
        for ref in scan_refs(reader):
            meant = ref.project is None and ref.name in own and ref.name not in theirs
            if ref.project == project.name or meant:
                pinned = versions[ref.name]
                if ref.v is not None:
                    pinned.add(str(ref.v))
                    written[str(ref.v)] = ref.v
    products = (_product(name, [written[v] for v in sorted(pinned)]) for name, pinned in sorted(versions.items()))
    return sealed(Interface(project=project.name, products=tuple(products)))


def _product(name: str, versions: list[Version]) -> Product:
    if not versions:
        version = ProductVersion(semantic_version="0.0.0", path=f"{name}.sql")
        return Product(name=name, versions=(version,))
    return Product(
        name=name,
        latest=versions[-1],
        versions=tuple(ProductVersion(v=v, semantic_version="0.0.0", path=f"{name}_v{v}.sql") for v in versions),
    )
