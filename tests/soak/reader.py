"""A process that reads what is published, again and again, and tells what it finds wrong.

Arguments: the folder of the environment's data, the file for what is wrong, and seconds to hold each file open. It
ends when its standard input does, and then prints how often it has read. It knows nothing of mesh: it is any consumer.
"""

from __future__ import annotations

import json
import random
import select
import sys
import time
from pathlib import Path

import duckdb

_TABLES = {
    "base": ("facts", "summary"),
    "west": ("doubled", "total"),
    "east": ("picked", "counted"),
    "top": ("joined", "report"),
}
_OF_BASE = {"west": "base_version", "east": "base_version"}


def main() -> int:
    """Read until nobody wants it any more."""
    data, errors, hold = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    reads = 0
    chance = random.Random(sys.argv[2])  # noqa: S311 - which project comes next
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        project = chance.choice(list(_TABLES))
        try:
            reads += read(data, project, hold)
        except (duckdb.Error, AssertionError, OSError) as error:
            with errors.open("a") as file:
                file.write(f"{time.time():.3f} {project}: {type(error).__name__}: {error}\n")
    sys.stdout.write(json.dumps({"reads": reads}))
    return 0


def read(data: Path, project: str, hold: float) -> int:
    """Open what a project has published, and look at it, as long as ``hold`` says."""
    until = time.monotonic() + hold
    found = None
    reads = 0
    with duckdb.connect(str(data / project / "current" / f"{project}.duckdb"), read_only=True) as connection:
        while True:
            seen = look(connection, project)
            assert found in {None, seen}, f"it was {found}, and became {seen} under an open connection"
            found = seen
            reads += 1
            if time.monotonic() >= until or select.select([sys.stdin], [], [], 0.1)[0]:
                break
    if not hold:
        check_pins(data, project)
    return reads


def look(connection: duckdb.DuckDBPyConnection, project: str) -> tuple[int, ...]:
    """The versions that a project's tables show: one each, in all tables."""
    first, second = _TABLES[project]
    versions = set(connection.execute(f"select version from {first} union select version from {second}").fetchall())
    assert len(versions) == 1, f"{project} shows versions {sorted(versions)}"
    columns = "east_version, west_version, east_base, west_base" if project == "top" else _OF_BASE.get(project, "1")
    made_of = set(connection.execute(f"select distinct {columns} from {first}").fetchall())
    assert len(made_of) == 1, f"{project} is made of {sorted(made_of)}"
    (parts,) = made_of
    if project == "top":
        assert parts[2] == parts[3], f"top was made of two versions of base: {parts}"
    ((version,),) = versions
    return (version, *parts)


def check_pins(data: Path, project: str) -> None:
    """A generation holds what the generations held that it says it was made of, as far as these are kept."""
    generation = (data / project / "current").resolve()
    try:
        pins = json.loads((generation / "generation.json").read_bytes()).get("pins", {})
        with duckdb.connect(str(generation / f"{project}.duckdb"), read_only=True) as connection:
            version, *parts = look(connection, project)
        for place, (name, pinned) in enumerate(sorted(pins.items())):
            with duckdb.connect(str(data / name / pinned / f"{name}.duckdb"), read_only=True) as connection:
                theirs = look(connection, name)[0]
            assert theirs == parts[place], f"{project} {version} says it read {name} {theirs}, and holds {parts[place]}"
    except (FileNotFoundError, duckdb.IOException):
        # Removed as an old one, since nobody had it open: whoever reads takes what is current.
        if generation == (data / project / "current").resolve() and not (generation / f"{project}.duckdb").exists():
            raise


if __name__ == "__main__":
    sys.exit(main())
