"""The gate `impact`: who is concerned by what changed, and whom to tell. It informs, and fails nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mesh_tools.build.checking import Checked
from mesh_tools.build.gates.gate import Gate, Scene
from mesh_tools.build.gates.values import ImpactOf, Notice, Result
from mesh_tools.model.interface import product_key
from mesh_tools.model.project import Project


class ImpactGate(Gate):
    """Consumers of what changed; needs what the contract gate has compared."""

    name = "impact"

    def check(self, scene: Scene, projects: Sequence[Project]) -> Iterator[Result]:
        """Count, for each project, the consumers that its changes concern."""
        for project in projects:
            checked = scene.checked.get(project.name)
            hits = {hit.label for one in impact_of([checked] if checked else ()) for hit in one.hits}
            number = len(hits)
            said = f"{number} consumer{'s' if number > 1 else ''} concerned" if number else "nobody is concerned"
            yield Result(gate="impact", project=project.name, verdict="ok", summary=said)


def impact_of(checked: Iterable[Checked]) -> list[ImpactOf]:
    """The changes that concern somebody, the worst first."""
    found = [
        ImpactOf(
            project=one.project,
            product=f"{one.project}.{product_key(entry.verdict.change.product, entry.verdict.change.v)}",
            subject=entry.verdict.change.label,
            rule=entry.verdict.change.rule,
            message=entry.verdict.change.message,
            effective=entry.verdict.effective,
            hits=hits,
        )
        for one in checked
        for entry in (one.result.entries if one.result else ())
        if (hits := tuple(hit for hit in entry.verdict.hits if hit.effect != "none"))
    ]
    return sorted(found, key=lambda one: ("breaking", "dangerous", "safe").index(one.effective))


def notices(impact: Iterable[ImpactOf]) -> tuple[Notice, ...]:
    """Whom to tell, each once; without whoever changed it."""
    told: dict[str, set[str]] = {}
    for one in impact:
        for hit in one.hits:
            if hit.owner and hit.project != one.project:
                told.setdefault(hit.owner, set()).add(hit.label)
    return tuple(Notice(owner=owner, nodes=tuple(sorted(nodes))) for owner, nodes in sorted(told.items()))
