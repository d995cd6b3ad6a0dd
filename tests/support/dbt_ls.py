"""Runs `dbt ls` many times in one process: the project is parsed once, dbt is imported once.

Standard input holds a JSON list of the commands' options; standard output gets one JSON list of unique_ids for each.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

_LS = ["--quiet", "ls", "--output", "json", "--output-keys", "unique_id", "--resource-type", "all"]


def main() -> None:
    """Answer the commands of standard input."""
    commands: list[list[str]] = json.load(sys.stdin)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        manifest = dbtRunner().invoke(["--quiet", "parse"]).result
        assert isinstance(manifest, Manifest)
        found = [_listed(dbtRunner(manifest=manifest), options) for options in commands]
    sys.stdout.write(json.dumps(found))


def _listed(runner: dbtRunner, options: list[str]) -> list[str]:
    done = runner.invoke([*_LS, *options])
    assert done.success, f"{options}: {done.exception}"
    assert isinstance(done.result, list)
    return [json.loads(line)["unique_id"] for line in done.result]


if __name__ == "__main__":
    main()
