"""What is linted: one input for each project."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mesh_tools.model.project import Project


class ProjectInput(Struct, frozen=True, kw_only=True):
    """A project's manifest and what else is at hand of it.

    Attributes:
        manifest: The path of its manifest.json.
        name: Of the project, if it is known before the manifest is read.
        domain: That owns it. Default: the project's name.
        root: Its folder, in which findings are located.
        files: What its files declare; ``None`` outside a mesh.
        catalog: catalog.json, if there is one.
        run_results: run_results.json, if there is one.
        sources: sources.json, if there is one.
    """

    manifest: Path
    name: str = ""
    domain: str = ""
    root: Path | None = None
    files: Project | None = None
    catalog: Path | None = None
    run_results: Path | None = None
    sources: Path | None = None
