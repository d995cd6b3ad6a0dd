"""What a site is made of, and where it goes: what the command line asks for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from mesh_tools.errors import MeshError
from mesh_tools.site.facts.catalogue import Profile

_NEEDED = ("jinja2", "markdown_it", "nh3")


class Wanted(Struct, frozen=True, kw_only=True):
    """A site.

    Attributes:
        mesh_file: The mesh.yml; ``None``: the nearest one.
        environment: Whose publications and builds are shown; ``None``: the default one.
        profile: For whom.
        from_registry: Whether it is made of published interfaces alone.
        registry: Its URL; ``None``: that of mesh.yml.
        base_url: Where the site is going to be.
        scores: Whether the linter is asked.
        output: The folder; ``None``: ``site`` in the mesh's own folder.
    """

    mesh_file: Path | None = None
    environment: str | None = None
    profile: Profile = "public"
    from_registry: bool = False
    registry: str | None = None
    base_url: str = ""
    scores: bool = True
    output: Path | None = None


def require_packages(*more: str) -> None:
    """Make sure that what renders the site is installed.

    Raises:
        MeshError: it is not.
    """
    missing = [name for name in (*_NEEDED, *more) if find_spec(name) is None]
    if missing:
        raise MeshError(f"`mesh docs` needs {', '.join(missing)}", hint="pip install 'mesh-tools[docs]'")
