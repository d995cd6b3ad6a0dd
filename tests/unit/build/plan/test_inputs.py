"""What a build was made of: what changes while dbt runs counts as changed for the next one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.artifacts.manifest import Manifest, decode_manifest
from mesh_tools.build.plan.decision import reasons_to_build
from mesh_tools.build.plan.inputs import Gathered, InputReader, changed_files
from mesh_tools.build.storage import Inputs, Record, SourceState, open_storage
from mesh_tools.errors import Location
from mesh_tools.interface.sync import ProjectSync, UpstreamSync
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Shop:
    """A mesh in which shop reads stock, and a source file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("shop", "stock"):
            self.write(f"{name}/dbt_project.yml", f"name: {name}\nprofile: {name}\n")
        self.write("mesh.yml", "name: m\nprojects: [shop, stock]\nupstreams: {partner: {manifest: partner.json}}\n")
        self.write("shop/models/orders.sql", "select 1")
        self.write("shop/events.csv", "one")
        self.workspace = Workspace.open(root)
        self.storage = open_storage(self.workspace, "dev")
        self.upstreams = Upstreams(self.workspace)
        self.reader = InputReader(self.workspace, "dev", self.storage, self.upstreams, None)

    @property
    def project(self) -> Project:
        return self.workspace.projects["shop"]

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def record(self, inputs: Inputs, project: str = "shop", **more: Any) -> Record:
        return Record(id="gen-1-a", project=project, run="r", built_at="", inputs=inputs, **more)

    def publish(self, project: str, data: dict[str, str]) -> Record:
        """A build of ``project``, as its storage keeps it."""
        target = self.storage.begin(self.workspace.projects[project], "r", fresh=True, pins={})
        target.databases[project].write_bytes(b"")
        self.storage.publish(target, self.record(Inputs(), project, data=data), Interface(project=project))
        found = self.storage.record(project)
        assert found is not None
        return found

    def reasons(self, inputs: Inputs) -> tuple[str, ...]:
        """Why the next build has to build shop, after one that was made of ``inputs``."""
        record = self.record(inputs)
        return reasons_to_build(record, self.reader.own(self.project, record).inputs)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def manifest(*relations: str, database: str = "shop") -> Manifest:
    """The manifest of shop, in which a model reads a source for each of these relations."""
    keys = [f"source.shop.raw.s{number}" for number in range(len(relations))]
    schema = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    source = {"resource_type": "source", "package_name": "shop", "source_name": "raw", "database": database}
    model = {"unique_id": "model.shop.a", "name": "a", "resource_type": "model", "package_name": "shop"}
    document = {
        "metadata": {"dbt_schema_version": schema, "dbt_version": "1.11.0", "project_name": "shop"},
        "sources": {
            key: {**source, "unique_id": key, "name": key.split(".")[-1], "relation_name": relation}
            for key, relation in zip(keys, relations, strict=True)
        },
        "nodes": {"model.shop.a": {**model, "depends_on": {"nodes": keys}}},
    }
    return decode_manifest(json.dumps(document).encode(), Location("manifest.json"))


class TestBuilt:
    def test_after_a_build_in_peace_nothing_must_be_built(self, shop: Shop) -> None:
        before = shop.reader.own(shop.project, None)
        built = shop.reader.built(shop.project, before, manifest("'events.csv'"), time.time())
        assert shop.reasons(built) == ()

    @pytest.mark.parametrize("text", ["select 2", "select 1"])
    def test_a_file_that_was_written_while_dbt_ran_has_changed(self, shop: Shop, text: str) -> None:
        """Also when it holds what it held before: dbt may have read what it held in between."""
        before = shop.reader.own(shop.project, None)
        shop.write("shop/models/orders.sql", text)
        built = shop.reader.built(shop.project, before, manifest(), time.time())
        assert "models/orders.sql changed" in shop.reasons(built)

    def test_a_file_that_came_while_dbt_ran_has_changed(self, shop: Shop) -> None:
        before = shop.reader.own(shop.project, None)
        shop.write("shop/models/new.sql", "select 1")
        built = shop.reader.built(shop.project, before, manifest(), time.time())
        assert shop.reasons(built) == ("models/new.sql changed",)

    def test_a_file_that_went_while_dbt_ran_is_gone(self, shop: Shop) -> None:
        before = shop.reader.own(shop.project, None)
        (shop.root / "shop/models/orders.sql").unlink()
        built = shop.reader.built(shop.project, before, manifest(), time.time())
        assert shop.reasons(built) == ("models/orders.sql is gone",)

    def test_a_profile_that_was_written_while_dbt_ran_has_changed(self, shop: Shop) -> None:
        shop.write("shop/profiles.yml", "shop: {target: one}")
        before = shop.reader.own(shop.project, None)
        shop.write("shop/profiles.yml", "shop: {target: two}")
        built = shop.reader.built(shop.project, before, manifest(), time.time())
        assert shop.reasons(built) == ("profiles.yml changed",)

    def test_the_versions_of_packages_are_those_that_dbt_has_just_installed(self, shop: Shop) -> None:
        shop.write("shop/packages.yml", "packages: [{package: dbt-labs/dbt_utils, version: 1.0.0}]\n")
        shop = Shop(shop.root)
        before = shop.reader.own(shop.project, None)
        shop.write("shop/package-lock.yml", "sha1: 1a")
        built = shop.reader.built(shop.project, before, manifest(), time.time())
        assert shop.reasons(built) == ()

    def test_of_a_new_source_that_was_written_while_dbt_ran_nothing_is_known(self, shop: Shop) -> None:
        before = shop.reader.own(shop.project, None)
        began = (shop.root / "shop/events.csv").stat().st_ctime - 1
        built = shop.reader.built(shop.project, before, manifest("'events.csv'"), began)
        assert built.sources["raw.s0"].state is None
        assert built.sources["raw.s0"].why == "a file was written while the project was built"
        assert shop.reasons(built) == ("the data of source raw.s0 changed",)

    def test_of_a_known_source_the_state_before_dbt_began_counts(self, shop: Shop) -> None:
        first = shop.reader.built(
            shop.project, shop.reader.own(shop.project, None), manifest("'events.csv'"), time.time()
        )
        before = shop.reader.own(shop.project, shop.record(first))
        shop.write("shop/events.csv", "two")
        built = shop.reader.built(shop.project, before, manifest("'events.csv'"), time.time())
        assert built.sources == first.sources
        assert shop.reasons(built) == ("the data of source raw.s0 changed",)

    def test_a_source_that_reads_another_file_now_is_a_new_one(self, shop: Shop) -> None:
        first = shop.reader.built(
            shop.project, shop.reader.own(shop.project, None), manifest("'events.csv'"), time.time()
        )
        shop.write("shop/others.csv", "two")
        before = shop.reader.own(shop.project, shop.record(first))
        built = shop.reader.built(shop.project, before, manifest("'others.csv'"), time.time() + 1)
        assert built.sources["raw.s0"].files == ("others.csv",)
        assert shop.reasons(built) == ()

    def test_a_source_that_another_project_builds_has_changed_when_that_was_built(self, shop: Shop) -> None:
        shop.publish("stock", {})
        before = shop.reader.own(shop.project, None)
        read = manifest('"stock"."main"."events"', database="stock")
        built = shop.reader.built(shop.project, before, read, time.time())
        assert shop.reasons(built) == ()
        shop.publish("stock", {})
        assert shop.reasons(built) == ("the data of source raw.s0 changed",)

    def test_a_model_that_reads_files_by_itself_is_built_each_time(self, shop: Shop) -> None:
        shop.write("shop/models/orders.sql", "select * from read_csv('events.csv')")
        built = shop.reader.built(shop.project, shop.reader.own(shop.project, None), manifest(), time.time())
        (reason,) = shop.reasons(built)
        assert reason == "source in models/orders.sql may have changed: it reads files that no source declares"
        shop.write("shop/models/orders.sql", "select 1")
        assert "models/orders.sql changed" in shop.reasons(built)


def reads(*upstreams: tuple[str, tuple[str, ...]]) -> ProjectSync:
    """A sync of shop in which these products are used."""
    return ProjectSync(
        project="shop",
        upstreams=tuple(
            UpstreamSync(name=name, origin="registry", state="unchanged", stubs=stubs, written=False, digest="1a")
            for name, stubs in upstreams
        ),
    )


class TestWhole:
    @pytest.fixture
    def own(self, shop: Shop) -> Gathered:
        return shop.reader.own(shop.project, None)

    def test_the_data_of_each_version_of_the_products_that_are_used(self, shop: Shop, own: Gathered) -> None:
        shop.publish("stock", {"places": "1", "products.v1": "2", "products.v2": "3"})
        whole = shop.reader.whole(own, reads(("stock", ("products",))), ()).inputs
        assert whole.data == {"stock.products.v1": "2", "stock.products.v2": "3"}
        assert whole.interfaces == {"stock": "1a"}

    def test_an_upstream_of_which_nothing_is_used_counts_by_its_interface_alone(
        self, shop: Shop, own: Gathered
    ) -> None:
        shop.publish("stock", {"places": "1"})
        whole = shop.reader.whole(own, reads(("stock", ())), ()).inputs
        assert (whole.data, whole.interfaces) == ({}, {"stock": "1a"})

    def test_projects_that_are_built_together_are_no_cause_for_each_other(self, shop: Shop, own: Gathered) -> None:
        shop.publish("stock", {"products": "1"})
        whole = shop.reader.whole(own, reads(("stock", ("products",))), ("stock", "shop")).inputs
        assert (whole.data, whole.interfaces) == ({}, {})

    def test_where_data_cannot_be_read_the_time_of_its_publication_stands_for_it(
        self, shop: Shop, own: Gathered
    ) -> None:
        assert shop.reader.whole(own, reads(("stock", ("products",))), ()).inputs.data == {"stock": ""}
        shop.upstreams.publish(Interface(project="stock", environment="dev", published_at="2026-01-01T00:00:00Z"))
        data = shop.reader.whole(own, reads(("stock", ("products",))), ()).inputs.data
        assert data == {"stock": "2026-01-01T00:00:00Z"}

    def test_of_a_producer_elsewhere_nothing_is_known(self, shop: Shop, own: Gathered) -> None:
        assert shop.reader.whole(own, reads(("partner", ("orders",))), ()).inputs.data == {"partner": ""}


def test_a_state_that_dbt_has_not_told_is_not_known(shop: Shop) -> None:
    known = Inputs(sources={"raw.lake": SourceState(kind="relation", state="2026-01-01")})
    now = shop.reader.own(shop.project, shop.record(known)).inputs.sources["raw.lake"]
    assert (now.state, now.why) == (None, "dbt's freshness query was not asked before")


def test_files_that_changed_are_named(shop: Shop) -> None:
    before = shop.reader.own(shop.project, None).files
    assert changed_files(before, before) == []
    shop.write("shop/models/orders.sql", "select 2")
    after = shop.reader.own(shop.project, None).files
    assert changed_files(before, after) == ["models/orders.sql"]
