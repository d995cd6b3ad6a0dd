"""A mesh on disk, as functional tests use it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import duckdb

from mesh_tools.interface.registry import open_registry
from mesh_tools.model.interface import Interface
from support.warm import run

REPOSITORY = Path(__file__).resolve().parents[2]
"""The checkout that is tested."""


@dataclass(frozen=True)
class BuiltMesh:
    """A mesh on disk, and how to run things in it."""

    root: Path

    def run(
        self, *command: str, folder: str = ".", check: bool = True, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment, such as ``mesh`` or ``dbt``, in a folder of the mesh."""
        executable = Path(sys.executable).with_name(command[0])
        environment = {**os.environ, **(env or {})}
        done = run([executable, *command[1:]], cwd=self.root / folder, env=environment)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def write(self, path: str, text: str) -> Path:
        """Write a file of the mesh; the text may be indented like the code around it."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return target

    def project(self, name: str, files: Mapping[str, str], *, reads: tuple[str, ...] = (), folder: str = "") -> None:
        """A dbt project with these files, which declares the projects that it reads as a user would."""
        folder = folder or name
        self.write(f"{folder}/dbt_project.yml", f"name: {name}\nversion: 1.0.0\nconfig-version: 2\nprofile: {name}\n")
        if reads:
            upstreams = "".join(f"  - name: {upstream}\n" for upstream in reads)
            packages = "".join(f"  - local: .mesh/{upstream}\n" for upstream in reads)
            self.write(f"{folder}/dependencies.yml", f"projects:\n{upstreams}")
            self.write(f"{folder}/packages.yml", f"packages:\n{packages}")
        for path, text in files.items():
            self.write(f"{folder}/{path}", text)

    def publish(self, *interfaces: Interface) -> None:
        """Put interfaces into the registry, as their producers would."""
        registry = open_registry(".mesh/registry", base=self.root)
        for interface in interfaces:
            registry.publish(interface)

    def connect(self, environment: str = "dev") -> duckdb.DuckDBPyConnection:
        """A connection that has every project's database attached, read-only, under the project's name."""
        connection = duckdb.connect()
        for file in sorted((self.root / ".mesh" / "data" / environment).glob("*/current/*.duckdb")):
            connection.execute(f"attach '{file}' as {file.stem} (read_only)")
        return connection
