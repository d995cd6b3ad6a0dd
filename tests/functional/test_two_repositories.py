"""Producer and consumer in repositories of their own, with a registry on S3 and a folder for the data of both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from support.builds import PUBLIC, Told, build
from support.meshes import BuiltMesh
from support.s3 import BUCKET, s3_options
from support.warm import warm_environment

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("repositories")]

MESH = """
    name: company
    projects: [{project}]
    registry:
      url: s3://{bucket}/company
      options: {options}
    environments:
      dev: {{path: ../warehouse, generations: 1}}
    """
ORDERS = "select 1 as n"
SOLD = "{{ config(materialized='table') }} select n from {{ ref('shop', 'orders') }}"


class Repositories:
    """One of a producer, and one of a consumer."""

    def __init__(self, root: Path, s3_address: str) -> None:
        self.shop = self._repository(root / "makers", "shop", s3_address)
        self.sales = self._repository(root / "sellers", "sales", s3_address)
        self.warehouse = root / "warehouse"
        self.shop.project("shop", {"models/orders.sql": ORDERS, "models/orders.yml": PUBLIC % "orders"})
        self.sales.project("sales", {"models/sold.sql": SOLD}, reads=("shop",))

    def _repository(self, folder: Path, project: str, s3_address: str) -> BuiltMesh:
        (folder / ".git").mkdir(parents=True)
        mesh = BuiltMesh(folder)
        mesh.write("mesh.yml", MESH.format(project=project, bucket=BUCKET, options=json.dumps(s3_options(s3_address))))
        return mesh

    def read(self, table: str) -> list[tuple[int, ...]]:
        """What anybody reads of ``project.table``."""
        project, name = table.split(".")
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.warehouse}/{project}/current/{project}.duckdb' (read_only)")
            return connection.execute(f"select n from {project}.main.{name}").fetchall()

    def generations(self, project: str) -> list[str]:
        """Their numbers, oldest first."""
        return sorted(path.name.split("-")[1] for path in (self.warehouse / project).glob("gen-*"))


@pytest.fixture(scope="module", autouse=True)
def _only_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, s3_address: str) -> Repositories:
    return Repositories(tmp_path_factory.mktemp("repositories"), s3_address)


def test_an_upstream_that_was_never_published_is_one_error(both: Repositories) -> None:
    told = build(both.sales, code=1)
    assert told.statuses == {"sales": "refused"}
    error = str(told.project("sales").error).splitlines()
    assert error[0] == "nothing is known of the upstream project 'shop'"
    assert error[1] == "  --> sales/dependencies.yml:2:5"
    assert "  hint: if it is in another repository, publish it to s3://mesh/company from there," in error
    assert not (told.folder / "sales").exists(), "dbt was not started"


@pytest.fixture(scope="module")
def built(both: Repositories) -> Told:
    """The producer in its repository, then the consumer in the other."""
    assert build(both.shop).run.ok
    told = build(both.sales)
    assert told.run.ok, told.output
    return told


def test_a_consumer_reads_what_another_repository_has_published(both: Repositories, built: Told) -> None:
    assert built.statuses == {"sales": "success"}
    assert both.read("sales.sold") == [(1,)]


def test_without_anything_new_upstream_nothing_is_built(both: Repositories, built: Told) -> None:
    assert built.run.ok
    told = build(both.sales)
    assert (told.statuses, told.run.setup) == ({"sales": "unchanged"}, 0)


@contextmanager
def building(both: Repositories) -> Iterator[None]:
    """While the consumer's dbt is inside a model, which waits for what it reads; another reads upstream after it."""
    pipe = both.warehouse / "pipe"
    os.mkfifo(pipe)
    columns = "{'x': 'int'}"
    both.sales.write(
        "sales/models/a.sql", f"{{{{ config(materialized='table') }}}} from read_csv('{pipe}', columns = {columns})"
    )
    both.sales.write("sales/models/sold.sql", f"-- depends_on: {{{{ ref('a') }}}}\n{SOLD}")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("mesh"), "build"],
        cwd=both.sales.root,
        env=warm_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with pipe.open("w") as writer:  # opens when the model opens it
        yield
        writer.write("1\n")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    (both.sales.root / "sales/models/a.sql").unlink()
    both.sales.write("sales/models/sold.sql", SOLD)


@pytest.fixture(scope="module")
def overtaken(both: Repositories, built: Told) -> list[str]:
    """The producer publishes other data and a new column meanwhile; the generations that are kept then."""
    assert built.run.ok
    with building(both):
        both.shop.write("shop/models/orders.sql", "select 2 as n, 'new' as state")
        both.shop.write("shop/models/orders.yml", (PUBLIC % "orders").replace("}}]", "}, columns: [{name: state}]}]"))
        assert build(both.shop).run.ok
        assert both.read("shop.orders") == [(2,)]
        return both.generations("shop")


def test_a_generation_stays_while_a_build_elsewhere_reads_it(both: Repositories, overtaken: list[str]) -> None:
    """One is kept, the current; here the one before, too."""
    assert overtaken == ["1", "2"]
    assert both.read("sales.sold") == [(1,)]


def test_new_data_and_another_interface_upstream_are_built_and_told(both: Repositories, overtaken: list[str]) -> None:
    assert overtaken
    told = build(both.sales)
    assert {"the interface of shop changed", "the data of shop.orders changed"} <= set(told.reasons("sales"))
    assert told.project("sales").changes == ("shop.orders: column state is new (safe)",)
    assert both.read("sales.sold") == [(2,)]


def test_it_is_removed_when_nobody_reads_it_any_more(both: Repositories, overtaken: list[str]) -> None:
    assert overtaken
    assert build(both.shop, "--force").run.ok
    assert both.generations("shop") == ["3"]
