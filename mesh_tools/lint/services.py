"""What rules can ask for besides their subject: each is loaded only when a rule that is asked needs it.

A service is of one project or of the whole mesh. Whoever runs the engine says how each is had (``Providers``);
what is not at hand makes the rules that need it *not checked*, never clean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct

from mesh_tools.artifacts.catalog import CatalogTable
from mesh_tools.artifacts.code import NodeCode
from mesh_tools.artifacts.macros import MacroCaller, MacroNode
from mesh_tools.artifacts.run_results import Result
from mesh_tools.artifacts.sources import SourceFreshness
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.model.change import Verdict
from mesh_tools.model.interface import Interface
from mesh_tools.model.lineage import ModelLineage


class Service:
    """What a rule can ask for by annotating an argument.

    Attributes:
        need: What has to be at hand, in words that go on from "needs".
        letter: Of the table of rules: M manifests, B base, C catalog, P policy, S SQL, R run results.
        of_mesh: Whether it is of the whole mesh rather than of one project.
    """

    need: ClassVar[str]
    letter: ClassVar[str] = "M"
    of_mesh: ClassVar[bool] = False


class Unavailable(Exception):  # noqa: N818 - no error: it says what is not there
    """A service is not at hand.

    Attributes:
        reason: What is needed, more exactly than the service's own words; may be empty.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Today(Service, Struct, frozen=True):
    """The day on which promises are looked at."""

    need: ClassVar[str] = "a calendar"

    day: date

    def days_until(self, text: str | None) -> int | None:
        """Days from today to an ISO date, negative when it is past; ``None`` for what is no date."""
        try:
            return (date.fromisoformat((text or "")[:10]) - self.day).days
        except ValueError:
            return None


class Code(Service, Struct, frozen=True):
    """The code of a project's nodes as it is written, by unique_id."""

    need: ClassVar[str] = "a manifest with code"
    letter: ClassVar[str] = "S"

    nodes: Mapping[str, NodeCode]

    def of(self, unique_id: str) -> str:
        """The code; empty when there is none."""
        found = self.nodes.get(unique_id)
        return (found.raw_code or "") if found else ""


class Macros(Service, Struct, frozen=True):
    """All macros of the manifest, those of packages too, by unique_id.

    Attributes:
        macros: By unique_id.
        called: unique_ids of those that anything calls.
        nodes: Models, tests and so on by unique_id, each with the macros that it calls itself.
    """

    need: ClassVar[str] = "a manifest"

    macros: Mapping[str, MacroNode]
    called: frozenset[str] = frozenset()
    nodes: Mapping[str, MacroCaller] = {}


class Files(Service, Struct, frozen=True):
    """The files of a project; paths are relative to ``root``."""

    need: ClassVar[str] = "the project's files"
    letter: ClassVar[str] = "M"

    root: Path


class Catalog(Service, Struct, frozen=True):
    """What the warehouse has, by unique_id: models, seeds, snapshots, and sources."""

    need: ClassVar[str] = "a catalog (`dbt docs generate`)"
    letter: ClassVar[str] = "C"

    nodes: Mapping[str, CatalogTable]


class RunTimes(Service, Struct, frozen=True):
    """How each node ended when the project was last built, by unique_id."""

    need: ClassVar[str] = "run results (`mesh build`, or `dbt build`)"
    letter: ClassVar[str] = "R"

    results: Mapping[str, Result]


class SourceAges(Service, Struct, frozen=True):
    """What `dbt source freshness` measured, by unique_id."""

    need: ClassVar[str] = "the ages of sources (`dbt source freshness`)"
    letter: ClassVar[str] = "R"

    results: Mapping[str, SourceFreshness]


class Traced(Struct, frozen=True):
    """Column lineage over all projects, and the types that they declare, by unique_id; types by column."""

    models: Mapping[str, ModelLineage]
    types: Mapping[str, Mapping[str, str]] = {}


class Lineage(Service):
    """Column lineage, traced when a rule first looks at it: tracing takes longer than all rules together.

    It is asked for by project: one that was only parsed has none, whatever the others have.

    Args:
        load: Traces, or gives what was traced; raises :class:`Unavailable`.
    """

    need: ClassVar[str] = "compiled SQL (`mesh build`, or `dbt compile`)"
    letter: ClassVar[str] = "S"

    def __init__(self, load: Callable[[], Traced]) -> None:
        self._load = load

    @cached_property
    def _traced(self) -> Traced:
        return self._load()

    @property
    def models(self) -> Mapping[str, ModelLineage]:
        """The lineage of each model, by unique_id.

        Raises:
            Unavailable: the project was only parsed.
        """
        return self._traced.models

    @property
    def types(self) -> Mapping[str, Mapping[str, str]]:
        """Types that are declared, by unique_id and column.

        Raises:
            Unavailable: the project was only parsed.
        """
        return self._traced.types


class Changes(Service, Struct, frozen=True):
    """What has changed in a project since the base, with the effect on consumers; and its interface at the base.

    Both by project, of which there is the one that was asked about.
    """

    need: ClassVar[str] = "a base to compare with (--base, or an interface.yml)"
    letter: ClassVar[str] = "B"

    verdicts: Mapping[str, tuple[Verdict, ...]]
    before: Mapping[str, Interface] = {}


class Published(Service, Struct, frozen=True):
    """When each product version of a project was last built well, by ``project.product.v2``; and the present time."""

    need: ClassVar[str] = "a build that was published, or run results (`mesh build`, or `dbt build`)"
    letter: ClassVar[str] = "R"

    built_at: Mapping[str, datetime]
    now: datetime


Provider = Callable[[ProjectInput | None], Any]
"""Gives the service of a project; of the whole mesh for ``None``. Raises :class:`Unavailable`, or a MeshError."""

Providers = Mapping[type[Service], Provider]
