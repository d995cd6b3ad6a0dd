"""All that is known of a mesh, before it is sorted into pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from mesh_tools.artifacts.catalog import CatalogTable
from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.artifacts.run_results import Result
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.lint.scorecard import Scorecard
from mesh_tools.model.interface import Interface
from mesh_tools.site.facts.catalogue import Gap, Profile


class Build(Struct, frozen=True, kw_only=True):
    """The last build of a project.

    Attributes:
        status: How it ended.
        at: When; ISO 8601, UTC.
        results: Of its nodes, by unique_id: of the last run that ran any.
        results_at: When that was.
    """

    status: str | None = None
    at: str | None = None
    results: Mapping[str, Result] = {}
    results_at: str | None = None


class World(Struct, frozen=True, kw_only=True):
    """What a catalogue is made of.

    Attributes:
        name: Of the mesh.
        description: What it is about.
        environment: Whose publications and builds are looked at.
        now: In UTC, to the hour: what is made of the same within it has the same bytes.
        profile: For whom the site is.
        interfaces: Of every project: what it published, else what its files promise.
        published: Those of them that were published.
        checked: When a build last found each project's data up to date.
        history: What each project published, oldest first.
        domains: Of each project.
        purposes: Of domains, in words.
        known: Manifests and lineage, as far as they are at hand.
        compiled: Manifests with their SQL; for the profile ``all``.
        catalogs: What the warehouse has, by unique_id.
        builds: By project.
        scores: Of the linter.
        gaps: What is not known.
        build_command: What builds and publishes in this environment; empty where no project is at hand.
    """

    name: str
    description: str = ""
    environment: str
    now: datetime
    profile: Profile = "public"
    interfaces: Mapping[str, Interface] = {}
    published: Mapping[str, Interface] = {}
    checked: Mapping[str, datetime] = {}
    history: Mapping[str, tuple[Interface, ...]] = {}
    domains: Mapping[str, str] = {}
    purposes: Mapping[str, str] = {}
    known: Known = Known()
    compiled: tuple[CompiledManifest, ...] = ()
    catalogs: Mapping[str, CatalogTable] = {}
    builds: Mapping[str, Build] = {}
    scores: Scorecard | None = None
    gaps: tuple[Gap, ...] = ()
    build_command: str = "mesh build"

    @property
    def today(self) -> date:
        """The day that dates are measured against."""
        return self.now.date()

    @property
    def shows_all(self) -> bool:
        """Whether the reader may see every model."""
        return self.profile == "all"

    @property
    def projects(self) -> tuple[str, ...]:
        """The names, sorted, of all that are known, also of those that are known by their consumers alone."""
        used = (use.project for interface in self.interfaces.values() for use in interface.consumptions)
        return tuple(sorted({*self.interfaces, *self.domains, *used}))

    def domain_of(self, project: str) -> str:
        """The domain that owns ``project``."""
        interface = self.interfaces.get(project)
        return self.domains.get(project) or (interface.domain if interface else None) or project
