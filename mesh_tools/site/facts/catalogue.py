"""All that a site shows of a mesh."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from mesh_tools.lint.scorecard import Card
from mesh_tools.model.interface import Group, Owner
from mesh_tools.site.facts.graph import LineageGraph, MapFacts
from mesh_tools.site.facts.models import ModelFacts
from mesh_tools.site.facts.product import ProductFacts, Release

Profile = Literal["public", "all"]
"""``public``: products and who uses them. ``all``: every model, with its SQL."""


GapKind = Literal["lineage", "builds", "catalog", "quality", "history", "interface"]


class Gap(Struct, frozen=True, kw_only=True):
    """Something that is not known, and the command that brings it.

    Attributes:
        about: What it concerns.
        text: In one sentence, without a full stop.
        command: What to run; empty where nothing helps.
        projects: Whose; empty for the mesh.
    """

    about: GapKind
    text: str
    command: str = ""
    projects: tuple[str, ...] = ()


class ProjectFacts(Struct, frozen=True, kw_only=True):
    """A project of a domain.

    Attributes:
        name: Of the project.
        domain: That owns it.
        owner: Who answers for it.
        adapter: dbt's name of its warehouse.
        products: How many it has.
        published_at: When its interface was last published; ISO 8601, UTC.
        last_build: How its last build ended; ``None``: that is not known.
        last_build_at: When.
        built_at: When a build last found its data up to date.
        tests: Of the last build, by status.
        problem: What kept its interface from being read.
        score: Of the linter.
        groups: Its groups.
    """

    name: str
    domain: str
    owner: Owner = Owner()
    adapter: str | None = None
    products: int = 0
    published_at: str | None = None
    last_build: str | None = None
    last_build_at: str | None = None
    built_at: str | None = None
    tests: dict[str, int] = {}
    problem: str | None = None
    score: Card | None = None
    groups: tuple[Group, ...] = ()


class DomainFacts(Struct, frozen=True, kw_only=True):
    """A domain.

    Attributes:
        name: Of the domain.
        purpose: What it is for.
        projects: That it owns.
        score: Of the linter.
    """

    name: str
    purpose: str = ""
    projects: tuple[ProjectFacts, ...] = ()
    score: Card | None = None

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Of its projects, each once."""
        return tuple(dict.fromkeys(project.owner for project in self.projects if project.owner != Owner()))


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything, for one reader.

    Attributes:
        name: Of the mesh.
        description: What it is about.
        environment: Whose publications and builds are shown.
        as_of: The day that dates are measured against.
        profile: For whom.
        domains: By name.
        products: By domain, project and name.
        releases: Of all products, newest first.
        map: Of the domains.
        lineage: Of the columns.
        models: Of the profile ``all`` alone.
        score: Of the linter, of the whole mesh.
        gaps: What is not known.
        build_command: What builds and publishes in this environment; empty where no project is at hand.
    """

    name: str
    description: str = ""
    environment: str = ""
    build_command: str = "mesh build"
    as_of: date
    profile: Profile = "public"
    domains: tuple[DomainFacts, ...] = ()
    products: tuple[ProductFacts, ...] = ()
    releases: tuple[Release, ...] = ()
    map: MapFacts = MapFacts()
    lineage: LineageGraph = LineageGraph()
    models: tuple[ModelFacts, ...] = ()
    score: Card | None = None
    gaps: tuple[Gap, ...] = ()
