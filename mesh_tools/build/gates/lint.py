"""The gate `lint`: what `mesh lint` finds. All projects are read, since rules look across borders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from mesh_tools.build.gates.gate import Gate, Scene, timed
from mesh_tools.build.gates.values import WHOLE_MESH, Result
from mesh_tools.build.linting import Linting, Wanted
from mesh_tools.contracts.operands.spec import parse_operand
from mesh_tools.errors import MeshError
from mesh_tools.lint.outcome import NotChecked, Outcome
from mesh_tools.model.finding import SEVERITIES, Finding, Severity
from mesh_tools.model.project import Project


class LintGate(Gate):
    """Governance."""

    name = "lint"

    def check(self, scene: Scene, projects: Sequence[Project]) -> Iterator[Result]:
        """Lint the mesh, and tell of ``projects`` and of the mesh itself."""
        scene.progress("linting")
        with timed() as watch:
            wanted = Wanted(base=_base(scene))
            linting = Linting.of_mesh(scene.workspace.config.path, scene.environment, wanted=wanted)
            outcome = _linted(linting, scene)
        scene.rules = linting.policy.rules
        least = linting.policy.settings.fail_on
        names = [project.name for project in projects]
        findings = [finding for finding in outcome.new if finding.project in {*names, WHOLE_MESH}]
        scene.not_checked += linting.notes
        if outcome.matched_nothing:
            scene.not_checked.append("policies: no rule of the linter was asked about anything")
        scene.not_checked += _not_asked(outcome.not_checked, set(outcome.projects))
        share = round(watch.seconds / (len(names) or 1), 3)
        for name in names:
            own = [finding for finding in findings if finding.project == name]
            yield _result(name, own, least, share)
        if mesh := [finding for finding in findings if finding.project == WHOLE_MESH]:
            yield _result(WHOLE_MESH, mesh, least, 0.0)


def _base(scene: Scene) -> str | None:
    """What the linter can compare with, too: a commit, or what is published."""
    if scene.base is None:
        return None
    operand = parse_operand(scene.base, scene.workspace.config.environments)
    return str(operand) if operand.kind in {"git", "registry"} else None


def _linted(linting: Linting, scene: Scene) -> Outcome:
    """What is found; all of it counts where nothing can be known of the base, such as before there was a mesh."""
    try:
        return linting.run(scene.progress)
    except MeshError as error:
        if not linting.base:
            raise
        scene.not_checked.append(f"which findings are new is not known, so all count: {error.message}")
        linting.base = ""
        return linting.run()


def _result(project: str, findings: Sequence[Finding], least: Severity, seconds: float) -> Result:
    failed = any(SEVERITIES.index(finding.severity) >= SEVERITIES.index(least) for finding in findings)
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in reversed(SEVERITIES)}
    told_counts = [f"{number} {_WORDS[severity]}" for severity, number in counts.items() if number]
    return Result(
        gate="lint",
        project=project,
        verdict="failed" if failed else "ok",
        seconds=seconds,
        summary=", ".join(told_counts) or "clean",
        findings=tuple(findings),
    )


_WORDS: dict[Severity, str] = {"error": "error", "warn": "warn", "info": "info", "off": "off"}


def _not_asked(rules: Iterable[NotChecked], everybody: Collection[str]) -> Iterator[str]:
    """One line for each thing that is needed."""
    needs: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in rules:
        projects = () if everybody == set(one.projects) else one.projects
        needs.setdefault((one.need, projects), []).append(one.code)
    for (need, projects), codes in needs.items():
        of = f" of {', '.join(projects)}" if projects else ""
        yield f"{', '.join(codes)}{of} by the linter: needs {need}"
