"""Runs the examples of rules: tiny projects, parsed by real dbt, linted by the real command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

import yaml

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.cli.main import main as mesh
from mesh_tools.interface.document import to_yaml
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.upstreams import INTERFACE_FILE
from support.meshes import REPOSITORY
from support.warm import warm_environment

ONLY_PROJECT = "shop"
"""The project of examples that need no more than one."""

_FOLDERS = ("models", "seeds", "snapshots", "macros", "tests", "analyses", "functions")
_FILES = ("dbt_project.yml", "dependencies.yml", "packages.yml", "lint.yml")
_ARTIFACTS = {"catalog.json": "catalog/v1", "run_results.json": "run-results/v6", "sources.json": "sources/v3"}
_BASE = "base/"
_EXPECT = "expect"
_COMPILE = "compile"
"""A pseudo-file: dbt compiles the projects, rather than parse them alone."""
_MARKER = re.compile(r"(?:#|--)\s*((?:[A-Z]{3}[0-9]{3}[ ,]*)+)\s*$")
_TWO_ARGUMENTS = re.compile(r"""ref\(\s*['"](\w+)['"]\s*,\s*['"]""")

_PARSER = Path(sys.executable).with_name("dbt-core-experimental-parser")

Places = set[tuple[str, int | None]]
"""Files, relative to the mesh, with the lines at fault; ``None`` for a file that is at fault as a whole."""


class Dbt(Protocol):
    """Runs dbt."""

    def run(self, folder: Path, *commands: Sequence[str]) -> None:
        """Run dbt in a folder; it must succeed."""


class DbtServer:
    """A process that has imported dbt and runs it again and again."""

    def __init__(self) -> None:
        script = REPOSITORY / "tests" / "support" / "dbt_server.py"
        self._process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=warm_environment(),
            text=True,
        )

    def run(self, folder: Path, *commands: Sequence[str]) -> None:
        """Run dbt in a folder; it must succeed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "commands": commands}) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert said is None, said

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Dbt2:
    """Parses a project with dbt 2, whatever else is asked."""

    def run(self, folder: Path, *_commands: Sequence[str]) -> None:
        """Parse the project in ``folder``; it must succeed."""
        done = subprocess.run(
            [str(_PARSER), "parse", "--target-path", str(folder / "target"), "--profiles-dir", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def expected_places(files: Mapping[str, str], code: str) -> Places:
    """The lines that the files mark with ``code``, and what ``expect`` names: ``path`` or ``path:line``."""
    found: Places = {_place(text) for text in files.get(_EXPECT, "").split()}
    for path, text in files.items():
        if path in {_EXPECT, _COMPILE} or path.startswith(_BASE):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            marked = _MARKER.search(line)
            if marked and code in marked[1]:
                found.add((in_mesh(path), number))
    return found


def _place(text: str) -> tuple[str, int | None]:
    path, _, line = text.partition(":")
    return path, int(line) if line else None


def found_places(root: Path, report: Mapping[str, Any], code: str) -> Places:
    """Where the findings of ``code`` are."""
    return {
        (_relative(root, finding["file"]), finding["line"])
        for finding in report["findings"]
        if finding["code"] == code and finding["state"] == "new"
    }


def make_mesh(root: Path, files: Mapping[str, str], server: Dbt) -> None:
    """Write the projects of an example, and parse them, producers first."""
    root.mkdir(parents=True, exist_ok=True)
    written = {in_mesh(path): text for path, text in files.items() if path not in {_EXPECT, _COMPILE}}
    command = "compile" if _COMPILE in files else "parse"
    base = {path.removeprefix(_BASE): text for path, text in written.items() if path.startswith(_BASE)}
    present = {path: text for path, text in written.items() if not path.startswith(_BASE)}
    if base:
        _make_projects(root / "base", {**_settings_of(present), **base}, server, command)
    _make_projects(root, present, server, command)


def parse_again(root: Path, files: Mapping[str, str], server: Dbt) -> None:
    """Parse the projects of an example after something has changed."""
    names = list(dict.fromkeys(path.split("/")[0] for path in map(in_mesh, files) if "/" in path))
    for name in _in_order(root, names):
        _parse(root, name, server, "compile" if _COMPILE in files else "parse")


def lint(root: Path, *arguments: str) -> dict[str, Any]:
    """What `mesh lint --format json` says in ``root``."""
    return run_mesh(root, "lint", "--format", "json", *arguments)


def run_mesh(root: Path, *arguments: str) -> dict[str, Any]:
    """The JSON that a command of mesh prints in ``root``."""
    printed = StringIO()
    with in_folder(root), redirect_stdout(printed):
        ended = _exit_code(arguments)
    assert ended in {0, 1}, f"mesh {' '.join(arguments)} ended with {ended}"
    document: dict[str, Any] = json.loads(printed.getvalue())
    return document


def needs_dbt_1(files: Mapping[str, str]) -> bool:
    """Whether an example is of several projects, or needs more than a manifest, such as compiled SQL or packages."""
    paths = [in_mesh(path) for path in files]
    projects = {path.split("/")[0] for path in paths if "/" in path}
    names = {path.rpartition("/")[2] for path in paths}
    # What dbt 2 leaves out of the manifest without a time spine, dbt 1 has.
    if any("semantic_models:" in text for text in files.values()):
        return True
    return len(projects) > 1 or not names.isdisjoint({*_ARTIFACTS, _COMPILE, "packages.yml"})


def run_example(root: Path, files: Mapping[str, str], code: str, server: Dbt) -> dict[str, Any]:
    """Make the mesh of an example, and ask one rule."""
    make_mesh(root, files, server)
    base = ("--base", "base") if (root / "base").is_dir() else ()
    return lint(root, "--select", code, *base)


@contextmanager
def in_folder(folder: Path) -> Iterator[None]:
    """Make ``folder`` the working directory meanwhile."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _make_projects(root: Path, files: Mapping[str, str], server: Dbt, command: str) -> None:
    names = list(dict.fromkeys(path.split("/")[0] for path in files if "/" in path))
    for path, text in files.items():
        artifact = path.rpartition("/")[2]
        if artifact in _ARTIFACTS:
            _write_artifact(root / path.split("/")[0] / "target" / artifact, text)
        else:
            _write(root / path, text)
    settings = yaml.safe_load(files.get("mesh.yml", "")) or {}
    _write(root / "mesh.yml", yaml.safe_dump({"name": "example", "projects": names, **settings}))
    for name in names:
        _complete(root / name, name, names)
    for name in _in_order(root, names):
        _parse(root, name, server, command)


def _parse(root: Path, name: str, server: Dbt, command: str) -> None:
    folder = root / name
    if (folder / "dependencies.yml").is_file():
        run_quietly(root, "sync", "--select", name)
    installs = any((folder / file).is_file() for file in ("dependencies.yml", "packages.yml"))
    server.run(folder, *([["--quiet", "deps"]] if installs else []), ["--quiet", command])
    manifest = read_manifest(folder / "target" / "manifest.json")
    _write(folder / INTERFACE_FILE, to_yaml(interface_of(manifest)))


def run_quietly(root: Path, *arguments: str) -> None:
    """Run a command of mesh in ``root``; it must succeed."""
    with in_folder(root), redirect_stdout(StringIO()):
        ended = _exit_code(arguments)
    assert ended == 0, f"mesh {' '.join(arguments)} ended with {ended}"


def _exit_code(arguments: Sequence[str]) -> int:
    try:
        mesh(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


def _complete(folder: Path, name: str, names: Sequence[str]) -> None:
    """What every project needs, unless the example has written it."""
    profile = {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": ":memory:"}}}
    _write(folder / "profiles.yml", yaml.safe_dump({name: profile}))
    if not (folder / "dbt_project.yml").is_file():
        _write(folder / "dbt_project.yml", f"name: {name}\nversion: 1.0.0\nconfig-version: 2\nprofile: {name}\n")
    reads = [other for other in names if other != name and other in _read_by(folder)]
    if reads and not (folder / "dependencies.yml").is_file():
        _write(folder / "dependencies.yml", yaml.safe_dump({"projects": [{"name": other} for other in reads]}))
    if reads and not (folder / "packages.yml").is_file():
        _write(folder / "packages.yml", yaml.safe_dump({"packages": [{"local": f".mesh/{other}"} for other in reads]}))


def _read_by(folder: Path) -> set[str]:
    files = [path for kind in _FOLDERS for path in (folder / kind).rglob("*") if path.suffix in {".sql", ".py", ".yml"}]
    return {name for path in files for name in _TWO_ARGUMENTS.findall(path.read_text(encoding="utf-8"))}


def _in_order(root: Path, names: Sequence[str]) -> list[str]:
    """Producers first; of a cycle the first named."""
    left, done = list(names), list[str]()
    while left:
        ready = next((name for name in left if not (_read_by(root / name) & (set(left) - {name}))), left[0])
        left.remove(ready)
        done.append(ready)
    return done


def _settings_of(files: Mapping[str, str]) -> dict[str, str]:
    return {"mesh.yml": files["mesh.yml"]} if "mesh.yml" in files else {}


def in_mesh(path: str) -> str:
    """The path below the mesh: what names no project is of the only one."""
    base = _BASE if path.startswith(_BASE) else ""
    rest = path.removeprefix(_BASE)
    first = rest.split("/")[0]
    alone = first in _FOLDERS or rest in _FILES or rest in _ARTIFACTS
    return f"{base}{ONLY_PROJECT}/{rest}" if alone else path


def _write_artifact(path: Path, text: str) -> None:
    schema = f"https://schemas.getdbt.com/dbt/{_ARTIFACTS[path.name]}.json"
    metadata = {"dbt_schema_version": schema, "dbt_version": "1.11.16", "generated_at": "2026-01-01T00:00:00Z"}
    _write(path, json.dumps({"metadata": metadata, **(yaml.safe_load(text) or {})}, default=str))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _relative(root: Path, file: str | None) -> str:
    return "mesh" if file is None else os.path.relpath(root / file, root)
