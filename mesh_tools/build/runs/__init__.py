"""The builds that there were: ``.mesh/runs/<id>/run.json``, a journal, and dbt's artifacts of each project."""

from mesh_tools.build.runs.history import KEPT_RUNS, RunHistory
from mesh_tools.build.runs.journal import Journal, JournalEntries, read_journal
from mesh_tools.build.runs.records import GOOD, NodeFailure, ProjectRun, Request, Run, Started, Status

__all__ = [
    "GOOD",
    "KEPT_RUNS",
    "Journal",
    "JournalEntries",
    "NodeFailure",
    "ProjectRun",
    "Request",
    "Run",
    "RunHistory",
    "Started",
    "Status",
    "read_journal",
]
