"""``run_results.json``: how each node of one dbt invocation ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata

# dbt ends with an error after each of these (dbt-core, `interpret_results`); a skipped node follows one of them.
FAILED = frozenset({"error", "fail", "runtime error", "partial success"})
SKIPPED = frozenset({"skipped", "no-op"})


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One node. ``status`` is one of dbt's words; ``failures`` counts rows that a test returned."""

    unique_id: str
    status: str
    message: str | None = None
    failures: int | None = None
    execution_time: float = 0.0
    relation_name: str | None = None
    adapter_response: dict[str, Any] | None = None

    @property
    def resource_type(self) -> str:
        """``model``, ``test``, ``unit_test``, ``seed``, ..."""
        return self.unique_id.split(".", 1)[0]

    @property
    def failed(self) -> bool:
        """Whether this ended dbt with an error."""
        return self.status in FAILED


class RunResults(msgspec.Struct, frozen=True, kw_only=True):
    """All nodes of one invocation; ``elapsed_time`` in seconds."""

    metadata: Metadata
    results: tuple[Result, ...] = ()
    elapsed_time: float = 0.0


_RUNRESULTS = Artifact(
    kind="run-results",
    newest=6,
    hint="run `dbt build` in the project to write it anew",
    decode=msgspec.json.Decoder(RunResults).decode,
)


def read_run_results(path: Path) -> RunResults:
    """Read the run results at ``path``.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _RUNRESULTS.read(path)
