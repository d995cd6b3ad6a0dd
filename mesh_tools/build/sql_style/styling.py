"""`mesh lint --sql`: files, sqlfluff in parallel over projects, and its findings as those of the linter."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from mesh_tools.build.publish import local_today
from mesh_tools.build.sql_style.files import FilesOf, sql_files
from mesh_tools.build.sql_style.sqlfluff import Linted, Violation, remove_state, require_sqlfluff, run_sqlfluff
from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.lint.outcome import Outcome
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Rule, engine_rule
from mesh_tools.lint.suppressions import Suppressions, Written
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.finding import Finding, Severity
from mesh_tools.model.project import Project

_FAILED = "SQL000"
_NOT_SQL = frozenset({"PRS", "TMP"})
"""What sqlfluff could not parse, or dbt not template: nothing else is known of such a file."""
_DOC = "sqlfluff's own rule: https://docs.sqlfluff.com/en/stable/reference/rules.html"

Tell = Callable[[str], None]


class SqlStyle:
    """SQL style of a mesh.

    Args:
        workspace: The mesh.
        environment: Whose dbt target SQL is compiled for.

    Attributes:
        rules: What sqlfluff has found, as rules, by code.
    """

    def __init__(self, workspace: Workspace, environment: str) -> None:
        self._workspace = workspace
        self._environment = environment
        self._settings = workspace.config.file.lint
        self.rules: dict[str, Rule] = {}

    @classmethod
    def open(cls, mesh_file: Path | None, environment: str | None) -> SqlStyle:
        """For the mesh of ``mesh_file``, or of the working directory.

        Raises:
            MeshError: there is none, or sqlfluff is not installed.
        """
        require_sqlfluff()
        workspace = Workspace.open(Path.cwd(), mesh_file)
        return cls(workspace, workspace.config.environment(environment)[0])

    @property
    def mesh(self) -> str:
        """The name of the mesh."""
        return self._workspace.config.file.name

    @property
    def fail_on(self) -> Severity:
        """The least severity that fails."""
        return self._settings.fail_on

    def files(self, names: Sequence[str], base: str | None, *, every: bool) -> tuple[FilesOf, str]:
        """The files to look at, and in words which they are.

        Raises:
            MeshError: there is no such project, or git does not know ``base``.
        """
        return sql_files(self._workspace, self._workspace.select(names), base or self._settings.base, every=every)

    def run(self, files: FilesOf, tell: Tell, *, fix: bool = False) -> Outcome:
        """Look at the files, projects side by side; ``fix`` mends what sqlfluff can mend, first."""
        wanted = {name: paths for name, paths in files.items() if paths}
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            results = pool.map(lambda item: self._project(item[0], item[1], tell, fix=fix), wanted.items())
        pending = [found for project in results for found in project]
        findings = sorted(self._decided(pending), key=lambda one: (one.project, one.where or Location(""), one.code))
        return Outcome(
            findings=tuple(findings),
            not_checked=(),
            asked={name: frozenset({"SQL"}) for name in wanted},
            projects=tuple(wanted),
            told=tuple(wanted),
        )

    def _project(self, name: str, paths: Sequence[Path], tell: Tell, *, fix: bool) -> list[Pending]:
        project = self._workspace.projects[name]
        state = self._workspace.state / "lint" / "sql" / name
        tell(f"{name}: {len(paths)} SQL file{'' if len(paths) == 1 else 's'}")
        try:
            if fix:
                run_sqlfluff("fix", project.path, paths, state, self._environment)
            found = run_sqlfluff("lint", project.path, paths, state, self._environment)
        except MeshError as error:
            return [self._unable(project, error)]
        finally:
            remove_state(state)
        return [pending for linted in found for pending in self._of_file(project, linted)]

    def _of_file(self, project: Project, linted: Linted) -> Iterator[Pending]:
        lines = _lines(project.path / linted.filepath)
        seen: Counter[str] = Counter()
        for violation in linted.violations:
            # Not the number of the line: it changes with every line above.
            line = lines[violation.start_line_no - 1] if violation.start_line_no <= len(lines) else ""
            digest = sha256(f"{violation.code}{line.strip()}".encode()).hexdigest()[:12]
            seen[digest] += 1
            yield self._pending(project, linted.filepath, violation, f"{digest}:{seen[digest]}")

    def _pending(self, project: Project, file: str, violation: Violation, key: str) -> Pending:
        path = project.path / file
        return Pending(
            rule=self._rule(violation.code, violation.name, "error" if violation.code in _NOT_SQL else None),
            project=project.name,
            reporter=project.name,
            kind="file",
            subject=f"{project.name}/{Path(file).as_posix()}",
            message=violation.description.rstrip("."),
            hint="`mesh lint --sql --fix` mends what sqlfluff can mend",
            key=key,
            place=CodePlace(file=file),
            path=Path(file).as_posix(),
            where=Location.of(path, violation.start_line_no, violation.start_line_pos),
        )

    def _unable(self, project: Project, error: MeshError) -> Pending:
        return Pending(
            rule=self._rule(_FAILED, "sql-not-read", "error"),
            project=project.name,
            reporter=project.name,
            kind="project",
            subject=project.name,
            message=error.message,
            hint=error.hint or "",
            place=CodePlace(file="dbt_project.yml"),
            path="dbt_project.yml",
            where=Location.of(project.where.path),
        )

    def _rule(self, code: str, name: str, severity: Severity | None = None) -> Rule:
        severity = severity or self._settings.sql_severity
        return self.rules.setdefault(code, engine_rule(code, name or code.lower(), severity=severity, doc=_DOC))

    def _decided(self, pending: Iterable[Pending]) -> Iterator[Finding]:
        locate = self._workspace.config.yaml.locate
        written = tuple(
            Written(ignore=ignore, project=ignore.project, where=locate("lint", "ignores", index))
            for index, ignore in enumerate(self._settings.ignores)
        )
        suppressions = Suppressions(self.rules, local_today(), (), written)
        for one in pending:
            suppression = suppressions.of(one)
            yield Finding(
                code=one.rule.code,
                name=one.rule.name,
                severity=one.rule.severity,
                project=one.project,
                domain=self._workspace.projects[one.project].domain,
                kind=one.kind,
                subject=one.subject,
                message=one.message,
                hint=one.hint,
                key=one.key,
                where=one.where or Location(display_path(self._workspace.projects[one.project].path / one.path)),
                path=one.path,
                state="suppressed" if suppression else "new",
                suppression=suppression,
            )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
