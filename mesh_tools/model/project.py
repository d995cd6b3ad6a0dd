"""One dbt project as its files declare it, before dbt has parsed anything."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mesh_tools.errors import Location


class Upstream(Struct, frozen=True):
    """A project that ``dependencies.yml`` declares under ``projects:``."""

    name: str
    where: Location


class InstalledPackage(Struct, frozen=True):
    """An entry of ``packages:``: ``kind`` is ``local``, ``git``, ``package`` or ``tarball``."""

    kind: str
    source: str
    where: Location


class Project(Struct, frozen=True, kw_only=True):
    """A dbt project of the mesh.

    Attributes:
        name: As ``dbt_project.yml`` has it.
        path: Absolute folder of ``dbt_project.yml``.
        domain: The domain that owns it; the project's name unless mesh.yml says otherwise.
        profile: The dbt profile that it names.
        resource_paths: Folder names by dbt's key (``model-paths``, ``test-paths``, ...).
        target_path: Folder of dbt's artifacts below ``path``.
        packages_install_path: Folder of installed packages below ``path``.
        upstreams: Declared upstream projects.
        packages: Declared packages.
        where: Its ``dbt_project.yml``.
    """

    name: str
    path: Path
    domain: str
    profile: str | None = None
    resource_paths: dict[str, tuple[str, ...]] = {}
    target_path: str = "target"
    packages_install_path: str = "dbt_packages"
    upstreams: tuple[Upstream, ...] = ()
    packages: tuple[InstalledPackage, ...] = ()
    where: Location

    @property
    def upstream_names(self) -> tuple[str, ...]:
        """Names of the declared upstream projects, in the order of the file."""
        return tuple(upstream.name for upstream in self.upstreams)
