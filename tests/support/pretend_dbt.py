"""Workers that pretend to run dbt: a stand-in for the processes of a pool, a thousand times faster.

They know models of a few words, such as ``select 1, '{{ var('v') }}' from {{ ref('shop', 'orders') }}``. What dbt would
write into a table is here the text itself, rendered; a DuckDB file is a JSON file of such texts, by model. So that what
a mesh holds after a build can be compared with what its files say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mesh_tools.build.work.pool import Message, Pool
from mesh_tools.mesh.summary import STUB_TAG

_SCHEMAS = "https://schemas.getdbt.com/dbt"
_COMMENT = re.compile(r"--[^\n]*")
_CALL = re.compile(r"\{\{ (\w+)\(([^)]*)\) \}\}")
_DATA = "data/events.csv"


class PretendDbt(Pool):
    """A pool whose workers live in this process."""

    def __init__(
        self, size: int, environment: Mapping[str, str], failing: Collection[str], pick: Callable[[int], int]
    ) -> None:
        """Make a pool.

        Args:
            size: How many workers there are.
            environment: The environment variables that dbt sees.
            failing: Models that fail, as ``project.model``.
            pick: Which of so many busy workers is done next.
        """
        self.size = size
        self.setup = 0.0
        self._env_vars = environment
        self._failing = failing
        self._pick = pick
        self._kept: set[int] = set()
        self._asked: dict[int, Mapping[str, Any]] = {}

    def idle(self) -> int | None:
        return next((number for number in range(self.size) if number not in self._kept), None)

    def reserve(self, number: int) -> None:
        self._kept.add(number)

    def ask(self, number: int, request: Mapping[str, Any]) -> None:
        assert number in self._kept
        assert number not in self._asked, "a worker does one thing at a time"
        self._asked[number] = request

    def release(self, number: int) -> None:
        assert number not in self._asked
        self._kept.remove(number)

    def wait(self, timeout: float | None = None) -> list[Message]:
        assert timeout is None
        number = sorted(self._asked)[self._pick(len(self._asked))]
        return [Message(number, event) for event in self._serve(self._asked.pop(number))]

    def close(self) -> None:
        self._asked.clear()

    def _serve(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if "fingerprints" in request:
            yield {"event": "fingerprints", "found": dict(_fingerprints(**request["fingerprints"]))}
        code = 0
        for command in request.get("commands", ()):
            statuses = _Command(Path(request["cwd"]), command, self._env_vars, self._failing).run()
            yield from ({"event": "finished", "unique_id": key, "status": status} for key, status in statuses.items())
            code = 0 if set(statuses.values()) <= {"success"} else 1
            yield {"event": "done", "name": command[0]}
        yield {"event": "end", "code": code}


def fingerprint(text: str) -> str:
    """Stands for the data that a model makes."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _fingerprints(databases: Mapping[str, str], relations: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for key, (database, _, identifier) in relations.items():
        yield key, json.loads(Path(databases[database]).read_text())[identifier]


class _Command:
    def __init__(self, folder: Path, argv: list[str], environment: Mapping[str, str], failing: Collection[str]) -> None:
        self._folder = folder
        self._name = argv[0]
        self._argv = argv
        self._env_vars = environment
        self._failing = failing
        self._project = str(yaml.safe_load((folder / "dbt_project.yml").read_text())["name"])
        self._models = {path.stem: path.read_text() for path in sorted(folder.glob("models/*.sql"))}

    def run(self) -> dict[str, str]:
        """The status of each node that was run."""
        if self._name == "deps":
            self._install()
            return {}
        artifacts = Path(self._option("--target-path"))
        _write(artifacts / "manifest.json", "manifest/v12", project_name=self._project, **self._manifest())
        return self._build(artifacts) if self._name == "build" else {}

    def _option(self, name: str, default: str = "") -> str:
        return self._argv[self._argv.index(name) + 1] if name in self._argv else default

    def _install(self) -> None:
        (self._folder / "dbt_packages").mkdir(exist_ok=True)
        for package in yaml.safe_load((self._folder / "packages.yml").read_text())["packages"]:
            link = self._folder / "dbt_packages" / Path(package["local"]).name
            link.unlink(missing_ok=True)
            link.symlink_to(self._folder / package["local"])
        (self._folder / "package-lock.yml").touch()

    def _refs(self, model: str) -> list[str]:
        calls = [_arguments(found) for found in _CALL.finditer(self._models[model]) if found[1] == "ref"]
        return [f"model.{'.'.join(call if len(call) > 1 else (self._project, *call))}" for call in calls]

    def _manifest(self) -> dict[str, Any]:
        nodes = {f"model.{self._project}.{model}": self._node(model) for model in self._models}
        for read in {read for model in self._models for read in self._refs(model)} - nodes.keys():
            nodes[read] = _node(*read.split(".")[1:], tags=[STUB_TAG])
        source = f"source.{self._project}.raw.events"
        named = {"source_name": "raw", "name": "events", "identifier": "events", "relation_name": f"'{_DATA}'"}
        place = {"unique_id": source, "resource_type": "source", "package_name": self._project, "schema": "raw"}
        return {"nodes": nodes, "sources": {source: named | place}}

    def _node(self, model: str) -> dict[str, Any]:
        reads = self._refs(model)
        if "source(" in self._models[model]:
            reads.append(f"source.{self._project}.raw.events")
        return _node(self._project, model, depends_on={"nodes": reads})

    def _build(self, artifacts: Path) -> dict[str, str]:
        profiles = Path(self._option("--profiles-dir"), "profiles.yml").read_text()
        ((_, profile),) = yaml.safe_load(profiles).items()
        output = profile["outputs"][self._option("--target")]
        own = Path(output["path"])
        data = {entry["alias"]: json.loads(Path(entry["path"]).read_text()) for entry in output.get("attach", ())}
        data[self._project] = json.loads(own.read_text()) if own.exists() else {}
        chosen = {name.rsplit(".")[-1] for name in self._argv if name.startswith("fqn:")} or set(self._models)
        statuses: dict[str, str] = {}
        for model in self._ordered(chosen):
            bad = {key for key, status in statuses.items() if status != "success"}
            status = "error" if f"{self._project}.{model}" in self._failing else "success"
            statuses[f"model.{self._project}.{model}"] = status = "skipped" if bad & set(self._refs(model)) else status
            if status == "success":
                data[self._project][model] = fingerprint(self._rendered(model, data))
        own.write_text(json.dumps(data[self._project]))
        results = [{"unique_id": key, "status": status} for key, status in statuses.items()]
        _write(artifacts / "run_results.json", "run-results/v6", results=results)
        return statuses

    def _ordered(self, chosen: Collection[str]) -> list[str]:
        done: dict[str, None] = {}

        def visit(model: str) -> None:
            for read in self._refs(model):
                _, project, name = read.split(".")
                if project == self._project and name in chosen:
                    visit(name)
            done.setdefault(model)

        for model in sorted(chosen):
            visit(model)
        return list(done)

    def _rendered(self, model: str, data: Mapping[str, Mapping[str, str]]) -> str:
        variables = yaml.safe_load(self._option("--vars", "{}"))

        def value(call: re.Match[str]) -> str:
            arguments = _arguments(call)
            if call[1] == "var":
                return str(variables[arguments[0]])
            if call[1] == "env_var":
                return self._env_vars[arguments[0]]
            if call[1] == "source":
                return (self._folder / _DATA).read_text()
            project, name = arguments if len(arguments) > 1 else (self._project, *arguments)
            return data[project][name]

        return _CALL.sub(value, _COMMENT.sub("", self._models[model]))


def _arguments(call: re.Match[str]) -> tuple[str, ...]:
    return tuple(part.strip(" '") for part in call[2].split(","))


def _node(project: str, name: str, **more: Any) -> dict[str, Any]:
    """A model, public unless its name begins with ``inner``."""
    return {
        "unique_id": f"model.{project}.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "package_name": project,
        "path": f"{name}.sql",
        "original_file_path": f"models/{name}.sql",
        "fqn": [project, name],
        "database": project,
        "schema": "main",
        "access": "protected" if name.startswith("inner") else "public",
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
        **more,
    }


def _write(path: Path, schema: str, project_name: str = "", **content: Any) -> None:
    metadata = {
        "dbt_schema_version": f"{_SCHEMAS}/{schema}.json",
        "dbt_version": "1.11.0",
        "generated_at": "2026-01-01T00:00:00Z",
        "project_name": project_name,
        "adapter_type": "duckdb",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"metadata": metadata, **content}))
