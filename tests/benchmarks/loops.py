"""The peer of `mesh build`: what a Makefile does, which is plain `dbt build` in one project after the other.

Its copy of a mesh has what a team without mesh would have to keep by itself: a profile in which the databases of all
upstreams are attached, and packages by which refs to them resolve. The packages are those of `mesh sync`, without
guards, so that dbt does nothing but what it is asked for.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from generate import write_files
from measure import Case, program
from meshes import LANDING, Copy, Mesh, remove

_THREADS = 4
"""As many as mesh gives to dbt when nobody says."""
_LOOP = """set -e
cd projects
for project in "$@"; do
    test -d $project/dbt_packages || "$DBT" deps --project-dir $project
    "$DBT" build --project-dir $project
done
"""


class Loop:
    """A copy of a mesh that is built by plain dbt.

    Attributes:
        copy: The files.
        warehouse: A DuckDB file for each project.
    """

    def __init__(self, mesh: Mesh, folder: Path, registry: Path) -> None:
        """Copy the mesh, and sync it from a registry that knows all projects.

        Raises:
            subprocess.CalledProcessError: mesh failed.
        """
        self.copy = Copy(mesh, folder)
        self.warehouse = folder / "warehouse"
        self.warehouse.mkdir()
        write_files(folder, {"mesh.yml": _settings(registry), "loop.sh": _LOOP})
        write_files(folder, {"profiles/profiles.yml": json.dumps({name: self._profile(name) for name in mesh.reads})})
        subprocess.run([program("mesh"), "sync"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    def case(self, title: str, projects: Iterable[str], prepare: str | None = None, runs: int | None = None) -> Case:
        """The loop over these projects, in this order; before it, the copy is prepared by the method of that name."""
        environment = {
            "DBT": str(program("dbt")),
            "DBT_PROFILES_DIR": str(self.copy.folder / "profiles"),
            "MESH_LANDING": str(LANDING),
        }
        command = ["/bin/sh", "loop.sh", *projects]
        before = {None: None, "forget": self.forget, "change": self.copy.change}[prepare]
        return Case(title, command, self.copy.folder, before, environment, tree=True, runs=runs)

    def forget(self) -> None:
        """Remove all that dbt wrote. The packages for refs stay: dbt did not write them."""
        self.copy.forget(".mesh")
        remove(self.warehouse)
        self.warehouse.mkdir()

    def _profile(self, name: str) -> dict[str, object]:
        upstreams = self.copy.mesh.reads[name]
        output = {
            "type": "duckdb",
            "path": str(self._database(name)),
            "threads": _THREADS,
            "attach": [
                {"path": str(self._database(upstream)), "alias": upstream, "read_only": True} for upstream in upstreams
            ],
        }
        return {"target": "dev", "outputs": {"dev": output}}

    def _database(self, name: str) -> Path:
        return self.warehouse / f"{name}.duckdb"


def _settings(registry: Path) -> str:
    """With storage of its own, mesh leaves the profiles to the projects."""
    content = {
        "name": "benchmark",
        "projects": ["projects/*"],
        "registry": str(registry),
        "environments": {"dev": {"storage": "profile"}},
        "sync": {"guards": "off"},
    }
    return json.dumps(content)
