"""Asks rules about subjects: binds options and services once, and keeps a rule's own errors to itself."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from mesh_tools.errors import MeshError
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.pending import Pending, pending_of
from mesh_tools.lint.policy import Active
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.rules.engine import RULE_CRASHED
from mesh_tools.lint.services import Providers, Service, Today, Unavailable
from mesh_tools.lint.subjects import Raised, Subject

Check = Callable[[Subject], Iterable[str | Raised]]
NotChecked = dict[tuple[str, str], dict[str, None]]
"""Projects by rule and need; empty name: the mesh."""


class Asking:
    """Asks active rules about the subjects of one project, or of the mesh.

    Attributes:
        inputs: Of the projects, by name.
        asked: Codes of the rules that were asked about at least one subject.
        not_checked: Rules that could not be asked, with what they need.
        crashed: Codes of rules that ended with an error.
    """

    def __init__(self, providers: Providers, today: date) -> None:
        self._providers = providers
        self._today = Today(today)
        self.inputs: dict[str, ProjectInput] = {}
        self._services: dict[tuple[type[Service], str], Any] = {}
        self.asked: set[str] = set()
        self.not_checked: NotChecked = {}
        self.crashed: set[str] = set()

    def ask(self, rules: Iterable[Active], subjects: Iterable[Subject], project: str) -> Iterator[Pending]:
        """What the rules raise about the subjects; services are those of ``project``.

        A rule that raises ``Unavailable`` is not checked: what it lacks only the subject shows.
        """
        checks = [(active.rule, check) for active in rules if (check := self._bound(active, project)) is not None]
        if not checks:
            return
        unable: set[str] = set()
        for subject in subjects:
            for rule, check in checks:
                if unable and rule.code in unable:
                    continue
                try:
                    for raised in check(subject):
                        yield pending_of(rule, subject, raised)
                except Unavailable as missing:
                    unable.add(rule.code)
                    self.not_checked.setdefault((rule.code, missing.reason), {})[project] = None
                except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a rule does, the others are asked
                    if rule.code not in self.crashed:
                        self.crashed.add(rule.code)
                        yield _crash(rule, subject, error)
            if len(self.asked) < len(checks):
                self.asked.update(rule.code for rule, _ in checks if rule.code not in unable)

    def unable(self, rules: Iterable[Active], need: str, project: str) -> None:
        """Note that rules could not be asked about anything of ``project``."""
        for active in rules:
            self.not_checked.setdefault((active.rule.code, need), {})[project] = None

    def forget(self, project: str) -> None:
        """Let go of what belongs to a project that has been looked at."""
        for key in [key for key in self._services if key[1] == project and project]:
            del self._services[key]

    def service(self, kind: type[Service], project: str) -> Any:
        """The service of a project, or of the mesh for an empty name; loaded once.

        Raises:
            Unavailable: it is not at hand.
        """
        if kind is Today:
            return self._today
        key = (kind, project)
        if key not in self._services:
            self._services[key] = self._provided(kind, project)
        found = self._services[key]
        if isinstance(found, Unavailable):
            raise found
        return found

    def _bound(self, active: Active, project: str) -> Check | None:
        rule = active.rule
        if rule.code in self.crashed or rule.check is None:
            return None
        needs = [f"the option {name}" for name in active.missing]
        services: dict[str, Service] = {}
        for name, kind in rule.services.items():
            try:
                services[name] = self.service(kind, "" if kind.of_mesh else project)
            except Unavailable as missing:
                needs.append(missing.reason or kind.need)
        for need in needs:
            self.not_checked.setdefault((rule.code, need), {})[project] = None
        if needs:
            return None
        optional = {name: self._if_any(kind, project) for name, kind in rule.optional.items()}
        return partial(rule.check, **services, **optional, **active.options)

    def _if_any(self, kind: type[Service], project: str) -> Any:
        """The service, or ``None`` when it is not at hand: the rule says less then, and is asked all the same."""
        try:
            return self.service(kind, "" if kind.of_mesh else project)
        except Unavailable:
            return None

    def _provided(self, kind: type[Service], project: str) -> Any:
        provider = self._providers.get(kind)
        if provider is None:
            return Unavailable()
        try:
            return provider(self.inputs.get(project))
        except Unavailable as missing:
            return missing
        except MeshError as error:
            return Unavailable(f"{kind.need}: {error.message}{f' ({error.where})' if error.where else ''}")


def _crash(rule: Rule, subject: Subject, error: BaseException) -> Pending:
    raised = Raised(
        message=f"the rule {rule.code} {rule.name} ({rule.source}) crashed on it: {_said(error)}",
        key=rule.code,
        hint="mend the rule, or report it to whoever wrote it; it was not asked about anything else",
    )
    return pending_of(RULE_CRASHED, subject, raised)


def _said(error: BaseException) -> str:
    if isinstance(error, MeshError):
        return f"{error.message} ({error.where})" if error.where else error.message
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"
