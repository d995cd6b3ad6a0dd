"""Landing is checked on tiny real files, and once on the real package."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from projects import land

CSV = "code,count,seen\nA,1,2013-01-01T10:00:00Z\nB,NA,2013-07-01T00:00:00Z\n,3,NA\n"
COLUMNS = {"code": "varchar", "count": "integer", "seen": "timestamp"}


def table(path: Path, rows: int = 3, columns: dict[str, str] = COLUMNS) -> land.Table:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return land.Table("things", path.name, digest, rows, columns)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "source" / "things.csv"
    path.parent.mkdir()
    path.write_text(CSV)
    return path


def landed_rows(target: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "select code, count, cast(seen as varchar), typeof(seen) from read_parquet(?)",
            [str(target / "things.parquet")],
        ).fetchall()


def test_missing_values_become_null_and_utc_keeps_its_clock(csv: Path, tmp_path: Path) -> None:
    land.land(csv.parent, tmp_path / "to", [table(csv)])

    assert landed_rows(tmp_path / "to") == [
        ("A", 1, "2013-01-01 10:00:00", "TIMESTAMP"),
        ("B", None, "2013-07-01 00:00:00", "TIMESTAMP"),
        (None, 3, None, "TIMESTAMP"),
    ]


def test_a_zip_is_landed_as_the_file_it_holds(csv: Path, tmp_path: Path) -> None:
    archive = csv.parent / "things.csv.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(csv, "things.csv")

    land.land(csv.parent, tmp_path / "to", [table(archive)])

    assert len(landed_rows(tmp_path / "to")) == 3


def test_nothing_but_the_landed_files_and_the_manifest_remains(csv: Path, tmp_path: Path) -> None:
    land.land(csv.parent, tmp_path / "to", [table(csv)])

    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["landing.json", "things.parquet"]


def test_what_is_landed_is_recognised(csv: Path, tmp_path: Path) -> None:
    land.land(csv.parent, tmp_path / "to", [table(csv)])

    assert land.is_landed(tmp_path / "to", [table(csv)])


@pytest.mark.parametrize("damage", ["truncate", "delete", "manifest", "types"])
def test_a_damaged_landing_is_not_recognised(csv: Path, tmp_path: Path, damage: str) -> None:
    target = tmp_path / "to"
    land.land(csv.parent, target, [table(csv)])
    wanted = table(csv)
    if damage == "truncate":
        (target / "things.parquet").write_bytes(b"")
    elif damage == "delete":
        (target / "things.parquet").unlink()
    elif damage == "manifest":
        (target / land.MANIFEST).write_text(json.dumps({"tables": ["things"]}))
    else:
        wanted = table(csv, columns=COLUMNS | {"count": "bigint"})

    assert not land.is_landed(target, [wanted])


def test_a_changed_source_is_refused_with_both_checksums(csv: Path, tmp_path: Path) -> None:
    wanted = table(csv)
    csv.write_text(CSV + "C,4,NA\n")

    with pytest.raises(land.LandingError, match=rf"things\.csv.*expected SHA-256 {wanted.sha256}, got [0-9a-f]{{64}}$"):
        land.land(csv.parent, tmp_path / "to", [wanted])
    assert not (tmp_path / "to").exists()


def test_a_missing_source_file_is_named(csv: Path, tmp_path: Path) -> None:
    wanted = table(csv)
    csv.unlink()

    with pytest.raises(land.LandingError, match=r"cannot read .*things\.csv: No such file"):
        land.land(csv.parent, tmp_path / "to", [wanted])


def test_a_wrong_row_count_lands_nothing(csv: Path, tmp_path: Path) -> None:
    with pytest.raises(land.LandingError, match=r"things\.csv: expected 4 rows, got 3"):
        land.land(csv.parent, tmp_path / "to", [table(csv, rows=4)])
    assert list((tmp_path / "to").iterdir()) == []


def test_a_value_that_does_not_fit_its_type_is_refused(csv: Path, tmp_path: Path) -> None:
    with pytest.raises(land.LandingError, match=r'^things\.csv: .*convert.* "A"') as caught:
        land.land(csv.parent, tmp_path / "to", [table(csv, columns=COLUMNS | {"code": "integer"})])
    assert "\n" not in str(caught.value)


def test_a_target_that_cannot_be_written_to_is_named(csv: Path) -> None:
    with pytest.raises(land.LandingError, match=r"cannot write to .*things\.csv"):
        land.land(csv.parent, csv / "to", [table(csv)])


def test_an_earlier_landing_survives_a_failed_one(csv: Path, tmp_path: Path) -> None:
    land.land(csv.parent, tmp_path / "to", [table(csv)])

    with pytest.raises(land.LandingError):
        land.land(csv.parent, tmp_path / "to", [table(csv, rows=4)])

    assert len(landed_rows(tmp_path / "to")) == 3


def test_a_package_that_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(land.LandingError, match=r"no_such_package is not installed: .*pip install no_such_package"):
        land.source_folder("no_such_package")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, land.__file__, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_real_package_lands_once_and_is_then_only_verified(tmp_path: Path) -> None:
    first = run("--to", str(tmp_path))
    second = run("--to", str(tmp_path))

    assert (first.returncode, first.stderr) == (0, "")
    assert "5 tables, 367,687 rows" in first.stdout
    assert (second.returncode, second.stdout) == (0, f"already landed, verified: {tmp_path}\n")
    with duckdb.connect() as connection:
        counts = {
            item.name: connection.execute(
                "select count(*) from read_parquet(?)", [str(tmp_path / item.file_name)]
            ).fetchone()
            for item in land.TABLES
        }
    assert counts == {
        "airlines": (16,),
        "airports": (1_458,),
        "planes": (3_322,),
        "weather": (26_115,),
        "flights": (336_776,),
    }


def test_the_command_line_fails_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    result = run("--to", str(blocked / "to"))

    assert result.returncode == 1
    assert result.stderr.startswith("land.py: cannot write to ")
    assert result.stderr.count("\n") == 1
