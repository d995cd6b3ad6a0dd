"""The engine: reads project by project, asks the rules, and decides what counts.

A manifest is let go once its project's own rules were asked; what the rules about the mesh need of it (nodes and
edges, the interface) is a small part. So memory follows the largest project, not the mesh.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.extract import unsealed_interface_of
from mesh_tools.lint.advice import advice
from mesh_tools.lint.asking import Asking
from mesh_tools.lint.baseline import Entry
from mesh_tools.lint.custom.sql_rules import Query
from mesh_tools.lint.custom.tables import Rows, rows_of_project
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.outcome import NotChecked, Outcome
from mesh_tools.lint.own_findings import (
    gone_from_baseline,
    meta_wrong,
    missing,
    suppression_at_fault,
    twice,
    unreadable,
)
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places import Places
from mesh_tools.lint.policy import Active, Policy
from mesh_tools.lint.rules.engine import RULE_CRASHED
from mesh_tools.lint.services import Macros, Providers, Unavailable
from mesh_tools.lint.subjects import CrossRef, Macro, Mesh, MeshProject, Product, Project, Subject
from mesh_tools.lint.subjects.listing import ignoring, subjects_of
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.lint.suppressions import Inline, Suppressions, Written, inline_entries
from mesh_tools.lint.terms import Terms
from mesh_tools.mesh.summary import ProjectSummary, summarise
from mesh_tools.model.finding import SEVERITIES, Finding, Severity, State, Suppression
from mesh_tools.model.interface import Interface

Progress = Callable[[str], None]


class Linter:
    """Lints projects.

    Args:
        policy: Resolved.
        providers: How services are had.
        terms: The rest.
    """

    def __init__(self, policy: Policy, providers: Providers, terms: Terms) -> None:
        self._policy = policy
        self._terms = terms
        self._asking = Asking(providers, terms.today)
        self._asked: defaultdict[str, set[str]] = defaultdict(set)
        self._roots: dict[str, Path] = {"": terms.root} if terms.root else {}
        self._domains: dict[str, str] = {}
        self._inline: list[Inline] = []
        self._unread = bool(terms.unread)

    def run(self, inputs: Sequence[ProjectInput], progress: Progress | None = None) -> Outcome:
        """Lint.

        Args:
            inputs: The projects.
            progress: Told the name of each project before it is read.
        """
        # What refers to itself (a project and its models) is taken apart by hand: walking all objects would take longer
        # than asking the rules.
        with collector_paused():
            pending = [missing(name, error) for name, error in self._terms.unread]
            members: list[Member] = []
            for given in inputs:
                if progress is not None:
                    progress(given.name or str(given.manifest))
                pending += self._project(given, members)
            mesh = self._mesh(members) if self._wants_mesh() else None
            if mesh is not None:
                pending += self._ask_mesh(mesh)
            return self._decided(pending, mesh, tuple(self._domains))

    def _project(self, given: ProjectInput, members: list[Member]) -> Iterator[Pending]:
        try:
            manifest = read_manifest(given.manifest)
        except MeshError as error:
            self._unread = True
            yield unreadable(given, error)
            return
        name = manifest.project
        if name in self._domains:
            yield twice(given, name)
            return
        if given.root is not None:
            self._roots[name] = given.root
        self._asking.inputs[name] = given
        project = Project(manifest, domain=given.domain, root=given.root)
        self._domains[name] = project.domain
        for label, ignores, place in ignoring(project):
            self._inline += inline_entries(label, name, ignores, place)
        yield from self._ask_project(project)
        if self._wants_mesh():
            interface, wrong = _interface(manifest, project)
            yield from wrong
            members.append(
                _member(given, project, interface, rows_of_project(project) if self._wants_tables() else None)
            )
        self._asking.forget(name)
        project.forget()

    def _ask_project(self, project: Project) -> Iterator[Pending]:
        by_kind: defaultdict[type[Subject], list[Active]] = defaultdict(list)
        for active in self._policy.of(project.name).values():
            if not active.rule.is_of_mesh:
                for kind in active.rule.subjects:
                    by_kind[kind].append(active)
        for kind, rules in by_kind.items():
            try:
                subjects = subjects_of(kind, project, partial(self._asking.service, Macros, project.name))
            except Unavailable as missing:  # dbt's manifest is read whole only for them
                self._asking.unable(rules, missing.reason or Macros.need, project.name)
                continue
            if kind is Macro:
                subjects = tuple(subjects)
                for one in subjects:
                    self._inline += inline_entries(one.label, project.name, one.ignores, one.place)
            yield from self._ask(rules, subjects, project.name)

    def _ask(self, rules: Iterable[Active], subjects: Iterable[Subject], project: str) -> Iterator[Pending]:
        self._asking.asked = set()
        yield from self._asking.ask(rules, subjects, project)
        self._asked[project] |= self._asking.asked

    def _wants_mesh(self) -> bool:
        return self._terms.needs_mesh or any(active.rule.is_of_mesh for active in self._policy.all_active.values())

    def _wants_tables(self) -> bool:
        return any(isinstance(active.rule.check, Query) for active in self._policy.all_active.values())

    def _mesh(self, members: Iterable[Member]) -> Mesh:
        return Mesh(members, name=self._terms.name, upstream=self._terms.upstream)

    def _ask_mesh(self, mesh: Mesh) -> Iterator[Pending]:
        by_kind: dict[type[Subject], Sequence[Subject]] = {
            Product: mesh.products,
            CrossRef: mesh.cross_refs,
            MeshProject: mesh.projects,
        }
        for kind, subjects in by_kind.items():
            by_owner: defaultdict[str, list[Subject]] = defaultdict(list)
            for subject in subjects:
                by_owner[subject.owner].append(subject)
            for owner, owned in by_owner.items():
                rules = [active for active in self._policy.of(owner).values() if kind in active.rule.subjects]
                yield from self._ask(rules, owned, owner)
        rules = [active for active in self._policy.all_active.values() if Mesh in active.rule.subjects]
        yield from self._ask(rules, (mesh,), "")

    def _decided(self, pending: list[Pending], mesh: Mesh | None, projects: tuple[str, ...]) -> Outcome:
        written = (Written(ignore=one, project=project, where=at) for one, project, at in self._policy.ignores())
        suppressions = Suppressions(self._policy.rules, self._terms.today, self._inline, written, self._terms.baseline)
        places = Places(self._roots)
        found = [(one, self._finding(one, suppressions, places)) for one in pending]
        extra = (*self._faults(suppressions), *self._gone(suppressions))
        found += [(one, self._finding(one, None, places)) for one in extra]
        found = [(one, finding) for one, finding in found if self._is_told(finding)]
        found.sort(key=lambda pair: _order(pair[1]))
        return Outcome(
            findings=tuple(finding for _, finding in found),
            pending=tuple(one for one, _ in found),
            not_checked=tuple(self._not_checked()),
            asked=self._checked,
            projects=projects,
            told=tuple(name for name in projects if self._is_reported(name)),
            mesh=mesh,
            roots=self._roots,
        )

    @property
    def _checked(self) -> dict[str, frozenset[str]]:
        """What was asked and has answered."""
        return {name: frozenset(codes - self._asking.crashed) for name, codes in self._asked.items()}

    def _not_checked(self) -> Iterator[NotChecked]:
        for (code, need), names in self._asking.not_checked.items():
            projects = [name for name in names if name and self._is_reported(name)]
            if projects or "" in names:
                yield NotChecked(code=code, need=need, projects=tuple(projects))

    def _is_reported(self, project: str) -> bool:
        return self._terms.reported is None or project in self._terms.reported

    def _is_told(self, finding: Finding) -> bool:
        # A crash is told whoever's subject it was about: what the rule would have found is not known.
        told = self._is_reported(finding.project) or finding.code == RULE_CRASHED.code
        return finding.severity != "off" and told

    def _finding(self, pending: Pending, suppressions: Suppressions | None, places: Places) -> Finding:
        suppression = suppressions.of(pending) if suppressions else None
        state = self._state(pending, suppression)
        rule = pending.rule
        locate = places.locate if state == "new" else places.file  # nobody asks for the line of what does not count
        where = pending.where or locate(pending.reporter, pending.place)
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=self._severity(pending),
            project=pending.project,
            domain=self._domains.get(pending.project, pending.project),
            side=rule.side,
            kind=pending.kind,
            subject=pending.subject,
            message=pending.message,
            hint=pending.hint or advice(rule),
            key=pending.key,
            where=where,
            path=pending.path,
            fixable=pending.fix is not None,
            state=state,
            suppression=suppression,
        )

    def _state(self, pending: Pending, suppression: Suppression | None) -> State:
        if suppression is not None and suppression.source != "baseline":
            return "suppressed"
        known = self._terms.known is not None and pending.fingerprint in self._terms.known
        return "known" if known or suppression is not None else "new"

    def _severity(self, pending: Pending) -> Severity:
        rule = pending.rule
        active = self._policy.of(pending.project).get(rule.code)
        if active is None and rule.code in self._policy.mesh:
            return "off"  # who can mend it was allowed to switch the rule off
        active = active or self._policy.all_active.get(rule.code)
        found = active.severity if active else rule.severity
        if pending.severity is None or (active and active.said):
            return found
        # What only a project has named raises it, and never lowers it.
        return pending.severity if found == rule.severity else max(pending.severity, found, key=SEVERITIES.index)

    def _faults(self, suppressions: Suppressions) -> Iterator[Pending]:
        for entry, project, message in suppressions.faults(self._checked, self._policy.in_force):
            yield suppression_at_fault(entry, project, message, mesh=self._terms.name)

    def is_judged(self, entry: Entry) -> bool:
        """Whether this run would have found an entry of the baseline again."""
        unable = {(code, name) for (code, _), names in self._asking.not_checked.items() for name in names}
        if (entry.code, entry.project) in unable or not self._is_reported(entry.project):
            return False
        rule = self._policy.rules.get(entry.code)
        if rule is not None and rule.is_of_mesh:
            # Who raises it may be another project than who can mend it.
            whole = not any(code == entry.code for code, _ in unable) and not self._unread
            return whole and any(entry.code in codes for codes in self._checked.values())
        return entry.code in self._checked.get(entry.project, ())

    def _gone(self, suppressions: Suppressions) -> Iterator[Pending]:
        for fingerprint, entry in self._terms.baseline.items():
            if fingerprint not in suppressions.met and self.is_judged(entry):
                yield gone_from_baseline(entry, fingerprint, self._terms.baseline_file)


def _interface(manifest: Manifest, project: Project) -> tuple[Interface | None, list[Pending]]:
    try:
        return unsealed_interface_of(manifest, domain=project.domain), []
    except MeshError as error:
        return None, [meta_wrong(project, error)]


def _member(given: ProjectInput, project: Project, interface: Interface | None, tables: Rows | None) -> Member:
    summary = summarise(project.manifest)
    nodes = {key: node for key, node in summary.nodes.items() if node.resource_type != "unit_test"}
    return Member(
        name=project.name,
        domain=project.domain,
        root=project.root,
        adapter=project.adapter,
        summary=ProjectSummary(project=summary.project, nodes=nodes, stubs=summary.stubs),
        interface=interface,
        sources=tuple(source for source in project.manifest.sources.values() if source.package_name == project.name),
        files=given.files,
        tables=tables,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.where or Location(finding.path)
    return (finding.project, where.path, where.line or 0, where.column or 0, finding.code, finding.subject, finding.key)
