"""The engine: reads project by project, asks the rules, and decides what counts.

A manifest is let go once its project's own rules were asked; what the rules about the mesh need of it (nodes and
edges, the interface) is a small part. So memory follows the largest project, not the mesh.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.extract import interface_of
from mesh_tools.lint.asking import Asking
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places import CodePlace, Places
from mesh_tools.lint.policy import Active, Policy
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.rules.engine import BASELINE, META_WRONG, PROJECT_NOT_READ, SUPPRESSION
from mesh_tools.lint.services import Macros, Providers
from mesh_tools.lint.subjects import CrossRef, Mesh, MeshProject, Product, Project, Subject
from mesh_tools.lint.subjects.listing import ignoring, subjects_of
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.lint.suppressions import Inline, Suppressions, Written, inline_entries
from mesh_tools.mesh.summary import ProjectSummary, summarise
from mesh_tools.model.finding import SEVERITIES, Finding, Severity, State
from mesh_tools.model.interface import Interface

Progress = Callable[[str], None]

_MANIFEST_FILE = "target/manifest.json"


class NotChecked(Struct, frozen=True, kw_only=True):
    """A rule that could not be asked.

    Attributes:
        code: Of the rule.
        need: What it needs, in words that go on from "needs".
        projects: Concerned; empty for the mesh.
    """

    code: str
    need: str
    projects: tuple[str, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """What the linter found.

    Attributes:
        findings: All of them, those that do not count too; by project, file and line.
        not_checked: Rules that could not be asked.
        asked: Codes of the rules that were asked about at least one subject, by project; ``""``: the mesh.
        projects: Names of those that were read.
        mesh: All of them together; ``None`` when no rule needed it.
        pending: What rules raised, in the order of ``findings``: with fixes.
    """

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    asked: Mapping[str, frozenset[str]]
    projects: tuple[str, ...]
    mesh: Mesh | None = None
    pending: tuple[Pending, ...] = ()

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state == "new")

    @property
    def matched_nothing(self) -> bool:
        """Whether no rule was asked about anything: a mistake in what was selected, rather than a clean mesh."""
        return not any(self.asked.values()) and not self.findings


class Terms(Struct, frozen=True, kw_only=True):
    """What is decided about findings besides the policy.

    Attributes:
        today: Against which dates are held.
        baseline: Fingerprints of the baseline; ``None``: there is none.
        known: Fingerprints at the base, with :attr:`Finding.project`; ``None``: everything counts.
        name: Of the mesh.
        root: Of mesh.yml.
        upstream: Interfaces of producers that have no manifest here.
        needs_mesh: Whether the mesh is wanted although no rule needs it.
    """

    today: date
    baseline: Mapping[str, str] | None = None
    known: frozenset[str] | None = None
    name: str = ""
    root: Path | None = None
    upstream: Mapping[str, Interface] = {}
    needs_mesh: bool = False


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

    def run(self, inputs: Sequence[ProjectInput], progress: Progress | None = None) -> Outcome:
        """Lint.

        Args:
            inputs: The projects.
            progress: Told the name of each project before it is read.
        """
        # What refers to itself (a project and its models) is taken apart by hand: walking all objects would take longer
        # than asking the rules.
        with collector_paused():
            pending: list[Pending] = []
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
            yield _unreadable(given, error)
            return
        name = manifest.project
        if name in self._domains:
            yield _twice(given, name)
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
            members.append(_member(given, project, interface))
        self._asking.forget(name)
        project.forget()

    def _ask_project(self, project: Project) -> Iterator[Pending]:
        by_kind: defaultdict[type[Subject], list[Active]] = defaultdict(list)
        for active in self._policy.of(project.name).values():
            if not active.rule.is_of_mesh:
                for kind in active.rule.subjects:
                    by_kind[kind].append(active)
        for kind, rules in by_kind.items():
            subjects = subjects_of(kind, project, partial(self._asking.service, Macros, project.name))
            yield from self._ask(rules, subjects, project.name)

    def _ask(self, rules: Iterable[Active], subjects: Iterable[Subject], project: str) -> Iterator[Pending]:
        self._asking.asked = set()
        yield from self._asking.ask(rules, subjects, project)
        self._asked[project] |= self._asking.asked

    def _wants_mesh(self) -> bool:
        return self._terms.needs_mesh or any(active.rule.is_of_mesh for active in self._policy.all_active().values())

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
        rules = [active for active in self._policy.all_active().values() if Mesh in active.rule.subjects]
        yield from self._ask(rules, (mesh,), "")

    def _decided(self, pending: list[Pending], mesh: Mesh | None, projects: tuple[str, ...]) -> Outcome:
        baseline = self._terms.baseline or {}
        written = (Written(ignore=one, project=project, where=at) for one, project, at in self._policy.ignores())
        suppressions = Suppressions(self._policy.rules, self._terms.today, self._inline, written, baseline)
        places = Places(self._roots)
        found = [(one, self._finding(one, suppressions, places)) for one in pending]
        extra = (*self._faults(suppressions), *self._gone(suppressions, baseline))
        found += [(one, self._finding(one, None, places)) for one in extra]
        found = [(one, finding) for one, finding in found if finding.severity != "off"]
        found.sort(key=lambda pair: _order(pair[1]))
        return Outcome(
            findings=tuple(finding for _, finding in found),
            pending=tuple(one for one, _ in found),
            not_checked=tuple(
                NotChecked(code=code, need=need, projects=tuple(filter(None, names)))
                for (code, need), names in self._asking.not_checked.items()
            ),
            asked={project: frozenset(codes) for project, codes in self._asked.items()},
            projects=projects,
            mesh=mesh,
        )

    def _finding(self, pending: Pending, suppressions: Suppressions | None, places: Places) -> Finding:
        suppression = suppressions.of(pending) if suppressions else None
        state: State = "suppressed" if suppression else "known" if self._is_known(pending) else "new"
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

    def _is_known(self, pending: Pending) -> bool:
        return self._terms.known is not None and pending.fingerprint in self._terms.known

    def _severity(self, pending: Pending) -> Severity:
        rule = pending.rule
        active = self._policy.of(pending.project).get(rule.code) or self._policy.all_active().get(rule.code)
        found = active.severity if active else rule.severity
        if pending.severity is None or (active and active.said):
            return found
        # What only a project has named raises it, and never lowers it.
        return pending.severity if found == rule.severity else max(pending.severity, found, key=SEVERITIES.index)

    def _faults(self, suppressions: Suppressions) -> Iterator[Pending]:
        checked = {name: frozenset(codes) for name, codes in self._asked.items()}
        for entry, project, message in suppressions.faults(checked):
            where = None if isinstance(entry, Inline) else entry.where
            place = entry.place if isinstance(entry, Inline) else CodePlace(file=where.path if where else "")
            yield Pending(
                rule=SUPPRESSION,
                project=project,
                reporter=project,
                kind="suppression",
                subject=entry.subject if isinstance(entry, Inline) else project or self._terms.name or "mesh",
                message=message,
                key=f"{message}:{entry.index}" if isinstance(entry, Inline) else f"{message}:{entry.ignore.path}",
                place=place,
                path=place.file,
                where=where,
            )

    def _gone(self, suppressions: Suppressions, baseline: Mapping[str, str]) -> Iterator[Pending]:
        for fingerprint, subject in baseline.items():
            if fingerprint not in suppressions.met:
                yield Pending(
                    rule=BASELINE,
                    project="",
                    reporter="",
                    kind="baseline",
                    subject=subject,
                    message="is in the baseline, but does not occur any more",
                    key=fingerprint,
                    place=CodePlace(file=self._policy.settings.baseline, text=fingerprint),
                    path=self._policy.settings.baseline,
                )


def advice(rule: Rule) -> str:
    """What the rule's page says is to be done: its first paragraph."""
    text = rule.doc.partition("To do:\n")[2].partition("\n\n")[0].partition("\nBad:")[0].partition("\nGood:")[0]
    return " ".join(text.split())


def _interface(manifest: Manifest, project: Project) -> tuple[Interface | None, list[Pending]]:
    try:
        return interface_of(manifest, domain=project.domain), []
    except MeshError as error:
        where = error.where
        place = CodePlace(file=where.path, line=where.line) if where else project.place
        return None, [
            Pending(
                rule=META_WRONG,
                project=project.name,
                reporter=project.name,
                kind="project",
                subject=project.name,
                message=error.message,
                hint=error.hint or "",
                place=place,
                path=place.file,
            )
        ]


def _member(given: ProjectInput, project: Project, interface: Interface | None) -> Member:
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
    )


def _unreadable(given: ProjectInput, error: MeshError) -> Pending:
    name = given.name or (given.manifest.parent.name if given.root is None else given.root.name)
    file = error.where.path if error.where else str(given.manifest)
    return Pending(
        rule=PROJECT_NOT_READ,
        project=name,
        reporter=name,
        kind="project",
        subject=name,
        message=f"was not linted: {error.message} ({error.where or given.manifest})",
        hint=error.hint or "",
        key=str(given.manifest.name),
        place=CodePlace(file=file, line=error.where.line if error.where else None),
        path=_MANIFEST_FILE,
    )


def _twice(given: ProjectInput, name: str) -> Pending:
    return Pending(
        rule=PROJECT_NOT_READ,
        project=name,
        reporter=name,
        kind="project",
        subject=name,
        message=f"was read twice; {given.manifest} was left out",
        hint="name each project's manifest once",
        key=str(given.manifest),
        place=CodePlace(file=str(given.manifest)),
        path=_MANIFEST_FILE,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.where or Location(finding.path)
    return (finding.project, where.path, where.line or 0, where.column or 0, finding.code, finding.subject, finding.key)
