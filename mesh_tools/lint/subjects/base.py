"""What all subjects have in common, and what a rule raises about one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from typing import Any, ClassVar, TypeVar

from msgspec import Struct

from mesh_tools.lint.fixes.fix import Fix
from mesh_tools.lint.places.place import Place, Step, YamlPlace
from mesh_tools.model.finding import Severity

T = TypeVar("T")


class Raised(Struct, frozen=True, kw_only=True):
    """What a rule yields when a message alone does not say enough.

    Attributes:
        message: Goes on from the subject's label: "is public but enforces no contract".
        place: What is at fault. Default: the subject's own place.
        key: Tells it from others of the rule about the same subject, such as a column's name.
        hint: What to do. Default: what the rule's page says.
        fix: What mends it for certain.
        project: Who can mend it, if not the subject's own project.
        severity: Instead of the rule's, unless a policy has named one.
        about: What it is about, if not the subject that the rule was asked about.
    """

    message: str
    place: Place | None = None
    key: str = ""
    hint: str = ""
    fix: Fix | None = None
    project: str | None = None
    severity: Severity | None = None
    about: Subject | None = None


class Subject(ABC):
    """What a rule is asked about.

    Attributes:
        kind: In one word, such as ``model``.
    """

    __slots__ = ()

    kind: ClassVar[str]

    @property
    @abstractmethod
    def label(self) -> str:
        """What messages call it: ``operations.flights.v2``."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """The project that can mend it; empty for the whole mesh."""

    @property
    @abstractmethod
    def place(self) -> Place:
        """Where it is described."""

    @property
    def path(self) -> str:
        """The file that policies match by path: its own rather than the one that describes it."""
        return self.place.file

    @property
    def ignores(self) -> tuple[Any, ...]:
        """What ``meta.mesh.ignore`` holds, as it is written."""
        return ()

    @property
    def covered_by(self) -> tuple[str, ...]:
        """Labels of the subjects whose ``meta.mesh.ignore`` covers findings about this one."""
        return (self.label,)

    def at(self, *steps: Step) -> Place:
        """The place of a key of its description; its own place where nothing describes it."""
        place = self.place
        return place.below(*steps) if isinstance(place, YamlPlace) else place

    def raised(  # noqa: PLR0913 - one for each field
        self,
        message: str,
        *steps: Step,
        place: Place | None = None,
        key: str = "",
        hint: str = "",
        fix: Fix | None = None,
        project: str | None = None,
        severity: Severity | None = None,
    ) -> Raised:
        """Something about this subject, at the key of its description that ``steps`` lead to."""
        where = place if place is not None or not steps else self.at(*steps)
        return Raised(
            message=message,
            place=where,
            key=key,
            hint=hint,
            fix=fix,
            project=project,
            severity=severity,
            about=self,
        )


class Remembering:
    """Something that rules ask again and again, and that keeps what they work out about the whole of it."""

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What ``work`` gives, worked out once for each ``key``: begin that with the code of the rule."""
        kept = self.__dict__.setdefault("_once", {})
        if key not in kept:
            kept[key] = work()
        found: T = kept[key]
        return found


def ignores_in(meta: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """``ignore`` of ``meta.mesh``, whatever it holds: the engine says what is wrong with it."""
    mesh = (meta or {}).get("mesh")
    written = mesh.get("ignore") if isinstance(mesh, dict) else None
    if written is None:
        return ()
    return tuple(written) if isinstance(written, list) else (written,)
