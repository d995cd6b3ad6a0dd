"""Plans a build, which takes a parse first when nodes are selected."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mesh_tools.build.build import Settings
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.dbt import check_dbt_installed
from mesh_tools.build.locks import build_lock
from mesh_tools.build.plan.plan import Plan, make_plan
from mesh_tools.build.runner import Workers
from mesh_tools.build.runs import Request, RunHistory
from mesh_tools.build.scope import choose, project_selection
from mesh_tools.build.storage import open_storage
from mesh_tools.build.work.pool import Pool
from mesh_tools.mesh.workspace import Workspace


def plan_of(workspace: Workspace, environment: str, request: Request) -> Plan:
    """What a build would do, and why. Only a selection of nodes makes dbt parse what has changed.

    Raises:
        MeshError: the selection matches nothing, or something in the mesh is wrong.
    """
    nodes = project_selection(workspace, request) or _parsed_selection(workspace, environment, request)
    return make_plan(workspace, environment, request, nodes)


def _parsed_selection(workspace: Workspace, environment: str, request: Request) -> Mapping[str, frozenset[str] | None]:
    check_dbt_installed()
    with TemporaryDirectory(prefix="mesh-plan-") as folder, build_lock(workspace, environment) as locks:
        scratch = RunHistory(Path(folder))
        run = scratch.start(environment, request)
        storage = open_storage(workspace, environment)
        context = Context(workspace, run, scratch, storage)
        size = Settings.default().workers
        workers = Workers(lambda _: Pool(size, start="spawn", duckdb=False, environment=os.environ, locks=locks), size)
        try:
            return choose(context, workers)
        finally:
            workers.close()
            storage.close()
