"""`mesh check`: all gates over a mesh, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from mesh_tools.build.gates.changes import Changes, changes_since, roles_of
from mesh_tools.build.gates.contract import ContractGate
from mesh_tools.build.gates.gate import Gate, Progress, Scene, timed
from mesh_tools.build.gates.impact import ImpactGate, impact_of, notices
from mesh_tools.build.gates.lint import LintGate
from mesh_tools.build.gates.prepare import prepare
from mesh_tools.build.gates.values import GATES, Checkup, Result
from mesh_tools.mesh.workspace import Workspace

_LATER: tuple[Gate, ...] = (LintGate(), ContractGate(), ImpactGate())
"""The gates that look at what `sync` and `parse` have prepared; each may use what those before have found."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be checked.

    Attributes:
        environment: Else the default one.
        select: Projects, as `--select` has them; else all.
        base: What changes are counted from.
        only_changed: Leave out projects that neither changed nor read one that did.
    """

    environment: str | None = None
    select: tuple[str, ...] = ()
    base: str | None = None
    only_changed: bool = False


def check(workspace: Workspace, asked: Asked, progress: Progress) -> Checkup:
    """Ask all gates.

    Args:
        workspace: The mesh.
        asked: What about it.
        progress: Told what begins.

    Raises:
        MeshError: there is no such project, environment or base, or a gate cannot be asked at all.
    """
    environment, _ = workspace.config.environment(asked.environment)
    settings = workspace.config.file
    changes = changes_since(workspace, asked.base or settings.contracts.base or settings.lint.base)
    chosen = {project.name for project in workspace.select(asked.select)}
    roles = {
        project: role
        for project, role in roles_of(workspace, changes.projects).items()
        if project in chosen and (role != "other" or not asked.only_changed)
    }
    scene = Scene(workspace, environment, asked.base, roles, progress)
    with timed() as watch:
        results = prepare(scene) if roles else []
        for gate in _LATER if roles else ():
            results += gate.run(scene)
    return _checkup(scene, changes, results, watch.seconds)


def _checkup(scene: Scene, changes: Changes, results: Sequence[Result], seconds: float) -> Checkup:
    impact = tuple(impact_of(scene.checked.values()))
    position = {name: number for number, name in enumerate(scene.roles)}
    last = len(position)
    ordered = sorted(results, key=lambda one: (position.get(one.project, last), GATES.index(one.gate)))
    notes = (changes.note, *scene.not_checked)
    return Checkup(
        mesh=scene.workspace.config.file.name,
        environment=scene.environment,
        base=changes.base,
        roles=scene.roles,
        results=tuple(ordered),
        impact=impact,
        notify=notices(impact),
        not_checked=tuple(_united(dict.fromkeys(note for note in notes if note), scene.roles)),
        rules=scene.rules,
        seconds=seconds,
    )


def _united(notes: Iterable[str], projects: Collection[str]) -> Iterator[str]:
    """Notes that say the same of several projects, as one."""
    same: dict[tuple[str, bool], list[str]] = {}
    for note in notes:
        name, _, rest = note.partition(" ")
        known = name in projects
        same.setdefault((rest if known else note, known), []).append(name)
    for (text, known), names in same.items():
        subject = f"{', '.join(names)}: each" if len(names) > 1 else names[0]
        yield f"{subject} {text}" if known else text
