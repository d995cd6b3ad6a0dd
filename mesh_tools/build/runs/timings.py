"""How long nodes took, from the run results that dbt has left in the folders of runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from msgspec import Struct

from mesh_tools.artifacts.run_results import SKIPPED, read_run_results
from mesh_tools.build.runs.history import RunHistory
from mesh_tools.build.runs.records import Run, node_name
from mesh_tools.build.runs.summary import kept_runs
from mesh_tools.errors import MeshError

_RESULTS_FILE = "run_results.json"
# What ended early tells nothing of how long the node takes.
_WHOLE = frozenset({"success", "pass", "warn", "fail", "partial success"})


class NodeTime(Struct, frozen=True, kw_only=True):
    """A node that ran; ``project`` is the one that built it, ``seconds`` dbt's ``execution_time``."""

    project: str
    unique_id: str
    status: str
    seconds: float

    @property
    def kind(self) -> str:
        """``model``, ``test``, ``unit_test``, ..."""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """As dbt's ``--select`` takes it."""
        return node_name(self.unique_id)


class NodeHistory(Struct, frozen=True, kw_only=True):
    """A node across runs.

    Attributes:
        newest: As it ran last.
        run: Where that was.
        runs: In how many kept runs it ran to its end.
        median: Of its seconds in them.
    """

    newest: NodeTime
    run: str
    runs: int
    median: float


class SlowestNodes(Struct, frozen=True, kw_only=True):
    """Nodes across the kept runs, slowest first, and run results that cannot be read."""

    nodes: tuple[NodeHistory, ...]
    problems: tuple[MeshError, ...] = ()


def node_times(history: RunHistory, run: Run) -> tuple[list[NodeTime], list[MeshError]]:
    """The nodes that ``run`` ran, slowest first, and what is wrong with run results that cannot be read."""
    found: dict[tuple[str, str], NodeTime] = {}
    problems: list[MeshError] = []
    folder = history.path(run)
    # A project that is built in several parts has run results in a folder for each part.
    for path in sorted(folder.glob(f"*/**/{_RESULTS_FILE}")):
        try:
            nodes = _read(path, path.relative_to(folder).parts[0])
        except MeshError as error:
            problems.append(error)
            continue
        found.update({(node.project, node.unique_id): node for node in nodes})
    return slowest_first(found.values()), problems


def slowest_nodes(history: RunHistory, environment: str | None = None, kinds: Iterable[str] = ()) -> SlowestNodes:
    """Every node that a kept run has run to its end, slowest first by its newest time.

    Args:
        history: Of the mesh.
        environment: Only its runs.
        kinds: Only these, such as ``model``; all when empty.
    """
    runs, problems = kept_runs(history, environment)
    wanted = frozenset(kinds)
    newest: dict[tuple[str, str], tuple[NodeTime, str]] = {}
    seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for run in runs:
        nodes, damaged = node_times(history, run)
        problems += damaged
        for node in nodes:
            if node.status in _WHOLE and (not wanted or node.kind in wanted):
                key = (node.project, node.unique_id)
                newest.setdefault(key, (node, run.id))
                seconds[key].append(node.seconds)
    found = [
        NodeHistory(newest=node, run=run_id, runs=len(seconds[key]), median=round(median(seconds[key]), 3))
        for key, (node, run_id) in newest.items()
    ]
    found.sort(key=lambda entry: (-entry.newest.seconds, entry.newest.project, entry.newest.unique_id))
    return SlowestNodes(nodes=tuple(found), problems=tuple(problems))


def slowest_first(nodes: Iterable[NodeTime]) -> list[NodeTime]:
    """Sorted by time, then by name."""
    return sorted(nodes, key=lambda node: (-node.seconds, node.project, node.unique_id))


def _read(path: Path, project: str) -> list[NodeTime]:
    return [
        NodeTime(
            project=project,
            unique_id=result.unique_id,
            status=result.status,
            seconds=round(result.execution_time, 3),
        )
        for result in read_run_results(path).results
        if result.status not in SKIPPED
    ]
