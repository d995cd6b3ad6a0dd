"""The engine: reads project by project, asks the rules, and decides what counts.

A manifest is let go once its project's own rules were asked; what the rules about the mesh need of it (nodes and
edges, the interface) is a small part. So memory follows the largest project, not the mesh.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.extract import unsealed_interface_of
from mesh_tools.lint.asking import Asking
from mesh_tools.lint.baseline import Entry
from mesh_tools.lint.custom.sql_rules import Query
from mesh_tools.lint.custom.tables import Rows, rows_of_project
from mesh_tools.lint.fixes.suppression import removal
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places import CodePlace, Places
from mesh_tools.lint.policy import Active, Policy
from mesh_tools.lint.rule import Rule
from mesh_tools.lint.rules.engine import BASELINE, META_WRONG, PROJECT_NOT_READ, RULE_CRASHED, SUPPRESSION
from mesh_tools.lint.services import Macros, Providers, Unavailable
from mesh_tools.lint.subjects import CrossRef, Macro, Mesh, MeshProject, Product, Project, Subject
from mesh_tools.lint.subjects.listing import ignoring, subjects_of
from mesh_tools.lint.subjects.mesh import Member
from mesh_tools.lint.suppressions import UNUSED, Inline, Suppressions, Written, inline_entries
from mesh_tools.mesh.summary import ProjectSummary, summarise
from mesh_tools.model.finding import SEVERITIES, Finding, Severity, State, Suppression
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
        told: Names of those among them of which something is told.
        mesh: All of them together; ``None`` when no rule needed it.
        pending: What rules raised, in the order of ``findings``: with fixes.
        roots: The folder of each project whose files are at hand, and of the mesh under ``""``.
    """

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    asked: Mapping[str, frozenset[str]]
    projects: tuple[str, ...]
    told: tuple[str, ...] = ()
    mesh: Mesh | None = None
    pending: tuple[Pending, ...] = ()
    roots: Mapping[str, Path] = {}

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
        baseline: Entries of the baseline, by fingerprint.
        baseline_file: Its path, relative to ``root``.
        known: Fingerprints at the base, with :attr:`Finding.project`; ``None``: everything counts.
        name: Of the mesh.
        root: Of mesh.yml.
        upstream: Interfaces of producers that have no manifest here.
        needs_mesh: Whether the mesh is wanted although no rule needs it.
        reported: Projects whose findings are told, the others are only read; ``None``: all, and the mesh.
        unread: Projects that nobody could read, with the reason.
    """

    today: date
    baseline: Mapping[str, Entry] = {}
    baseline_file: str = ""
    known: frozenset[str] | None = None
    name: str = ""
    root: Path | None = None
    upstream: Mapping[str, Interface] = {}
    needs_mesh: bool = False
    reported: frozenset[str] | None = None
    unread: tuple[tuple[str, MeshError], ...] = ()


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
            pending = [_missing(name, error) for name, error in self._terms.unread]
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
                fix=removal(entry) if message.endswith(UNUSED) else None,
            )

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
        file = self._terms.baseline_file
        for fingerprint, entry in self._terms.baseline.items():
            if fingerprint not in suppressions.met and self.is_judged(entry):
                yield Pending(
                    rule=BASELINE,
                    project=entry.project,
                    reporter="",
                    kind="baseline",
                    subject=entry.subject,
                    message=f"is in the baseline for {entry.code}, but does not occur any more",
                    key=fingerprint,
                    place=CodePlace(file=file, text=fingerprint),
                    path=file,
                )


def advice(rule: Rule) -> str:
    """What the rule's page says is to be done: its first paragraph."""
    return _advice(rule.doc)


@cache
def _advice(page: str) -> str:
    text = page.partition("To do:\n")[2].partition("\n\n")[0].partition("\nBad:")[0].partition("\nGood:")[0]
    return " ".join(text.split())


def _interface(manifest: Manifest, project: Project) -> tuple[Interface | None, list[Pending]]:
    try:
        return unsealed_interface_of(manifest, domain=project.domain), []
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


def _missing(name: str, error: MeshError) -> Pending:
    said = f"was not linted: {error.message}"
    return _not_read(name, said, hint=error.hint or "", key="manifest.json", where=error.where)


def _unreadable(given: ProjectInput, error: MeshError) -> Pending:
    folder = given.root or given.manifest.resolve().parent
    name = given.name or (folder.parent.name if folder.name == "target" else folder.name)
    where = error.where or Location.of(given.manifest)
    said = f"was not linted: {error.message} ({where})"
    return _not_read(name, said, hint=error.hint or "", key=given.manifest.name, where=where)


def _twice(given: ProjectInput, name: str) -> Pending:
    where = Location.of(given.manifest)
    said = f"was read twice; {where} was left out"
    return _not_read(name, said, hint="name each project's manifest once", key=str(where), where=where)


def _not_read(name: str, message: str, *, hint: str, key: str, where: Location | None) -> Pending:
    return Pending(
        rule=PROJECT_NOT_READ,
        project=name,
        reporter=name,
        kind="project",
        subject=name,
        message=message,
        hint=hint,
        key=key,
        place=CodePlace(file=_MANIFEST_FILE),
        path=_MANIFEST_FILE,
        where=where,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.where or Location(finding.path)
    return (finding.project, where.path, where.line or 0, where.column or 0, finding.code, finding.subject, finding.key)
