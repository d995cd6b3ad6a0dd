"""Where an upstream's interface comes from, and what is said when it comes from nowhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document import to_yaml
from mesh_tools.interface.package.macros import ANY_ENVIRONMENT
from mesh_tools.interface.registry import open_registry
from mesh_tools.interface.upstreams import ResolvedUpstream, Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface, Product, ProductVersion, Relation
from mesh_tools.model.project import Upstream

WHERE = Location("dependencies.yml", 2)


def shop(environment: str | None = None, description: str = "", project: str = "shop") -> Interface:
    version = ProductVersion(semantic_version="1.0.0", path="orders.sql", description=description)
    return Interface(
        project=project,
        environment=environment,
        products=(Product(name="orders", versions=(version,)),),
        relations={"orders": Relation(database=environment, schema="main", identifier="orders")} if environment else {},
    )


def manifest_of(project: str) -> dict[str, Any]:
    """As small as a manifest can be."""
    schema = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    model = {
        "resource_type": "model",
        "unique_id": f"model.{project}.orders",
        "name": "orders",
        "package_name": project,
        "path": "orders.sql",
        "original_file_path": "models/orders.sql",
        "access": "public",
        "database": "db",
        "schema": "main",
        "alias": "orders",
        "config": {"materialized": "table"},
    }
    metadata = {
        "dbt_schema_version": schema,
        "dbt_version": "1.11.0",
        "project_name": project,
        "adapter_type": "duckdb",
    }
    return {"metadata": metadata, "nodes": {f"model.{project}.orders": model}}


class Mesh:
    """A mesh of one project, shop, in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "shop").mkdir()
        (root / "shop" / "dbt_project.yml").write_text("name: shop\n")
        self.configure()

    def configure(self, more: str = "") -> None:
        environments = "environments: {dev: {}, prod: {}}\n"
        (self.root / "mesh.yml").write_text(f"name: m\nprojects: [shop]\n{environments}{more}")

    def publish(self, interface: Interface) -> None:
        open_registry(".mesh/registry", base=self.root).publish(interface)

    def commit(self, interface: Interface) -> None:
        (self.root / "shop" / "interface.yml").write_text(to_yaml(interface))

    def resolve(self, name: str = "shop", environment: str = "dev") -> ResolvedUpstream:
        return Upstreams(Workspace.open(self.root)).resolve(Upstream(name, WHERE), environment)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def test_the_registry_comes_first_with_the_relations_of_every_environment(mesh: Mesh) -> None:
    mesh.publish(shop("dev", "published"))
    mesh.publish(shop("prod", "published for prod"))
    mesh.commit(shop(description="committed"))
    found = mesh.resolve()
    assert found.origin == "registry"
    assert found.interface.products[0].versions[0].description == "published"
    assert {name: relation.database for name, relation in found.relations["orders"].items()} == {
        "dev": "dev",
        "prod": "prod",
    }


def test_then_the_committed_interface_with_relations_that_name_what_is_missing(mesh: Mesh) -> None:
    mesh.commit(shop(description="committed"))
    found = mesh.resolve()
    assert found.origin == "interface.yml"
    assert found.relations == {
        "orders": {ANY_ENVIRONMENT: Relation(database="shop", schema="not_published", identifier="orders")}
    }


def test_versions_of_a_committed_product_have_places_of_their_own(mesh: Mesh) -> None:
    """Two models in one relation are an error of dbt."""
    versions = tuple(ProductVersion(v=v, semantic_version=f"{v}.0.0", path=f"orders_v{v}.sql") for v in (1, 2))
    committed = Interface(project="shop", products=(Product(name="orders", latest=2, versions=versions),))
    mesh.commit(committed)
    relations = mesh.resolve().relations
    assert {key: places[ANY_ENVIRONMENT].identifier for key, places in relations.items()} == {
        "orders.v1": "orders_v1",
        "orders.v2": "orders_v2",
    }


def test_a_damaged_document_of_another_environment_concerns_nobody(mesh: Mesh) -> None:
    mesh.publish(shop("dev"))
    (mesh.root / ".mesh/registry/prod/shop").mkdir(parents=True)
    (mesh.root / ".mesh/registry/prod/shop/current.json").write_text("{")
    assert mesh.resolve(environment="dev").relations["orders"].keys() == {"dev"}
    with pytest.raises(MeshError, match="truncated"):
        mesh.resolve(environment="prod")


def test_another_environment_stands_in_only_as_a_fallback(mesh: Mesh) -> None:
    mesh.publish(shop("dev"))
    with pytest.raises(MeshError, match="not been published in the environment 'prod'"):
        mesh.resolve(environment="prod")
    mesh.configure("sync: {fallback: default}\n")
    assert mesh.resolve(environment="prod").interface.environment == "dev"


def test_a_producer_without_mesh_is_read_from_its_manifest(mesh: Mesh) -> None:
    (mesh.root / "manifest.json").write_text(json.dumps(manifest_of("plain")))
    mesh.configure("upstreams: {plain: {manifest: manifest.json}}\n")
    found = mesh.resolve("plain")
    assert found.origin == "manifest"
    assert found.relations["orders"][ANY_ENVIRONMENT].database == "db"


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A folder behind a web server."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    folder = tmp_path_factory.mktemp("served")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def test_its_manifest_may_be_on_a_web_server(mesh: Mesh, served: tuple[str, Path]) -> None:
    url, folder = served
    (folder / "manifest.json").write_text(json.dumps(manifest_of("plain")))
    mesh.configure(f"upstreams: {{plain: {{manifest: '{url}/manifest.json'}}}}\n")
    assert mesh.resolve("plain").interface.products[0].name == "orders"


def test_an_address_without_a_manifest_is_one_error(mesh: Mesh, served: tuple[str, Path]) -> None:
    url, _ = served
    mesh.configure(f"upstreams: {{plain: {{manifest: '{url}/manifest.json'}}}}\n")
    with pytest.raises(MeshError) as caught:
        mesh.resolve("plain")
    assert url in str(caught.value)


def test_a_manifest_of_another_project_is_told_at_its_place_in_mesh_yml(mesh: Mesh) -> None:
    (mesh.root / "manifest.json").write_text(json.dumps(manifest_of("other")))
    mesh.configure("upstreams:\n  plain:\n    manifest: manifest.json\n")
    with pytest.raises(MeshError) as caught:
        mesh.resolve("plain")
    assert caught.value.message == "upstreams.plain: the manifest is of the project 'other'"
    assert caught.value.where is not None
    assert caught.value.where.line == 6


def test_a_project_that_never_published_is_told_with_the_command(mesh: Mesh) -> None:
    with pytest.raises(MeshError) as caught:
        mesh.resolve()
    assert caught.value.message == "shop has not been published in the environment 'dev' yet"
    assert caught.value.hint == "run `mesh build --env dev --select +shop`"
    assert caught.value.where == WHERE


def test_a_project_that_nobody_knows_is_told_with_the_nearest_and_the_ways_out(mesh: Mesh) -> None:
    with pytest.raises(MeshError) as caught:
        mesh.resolve("shopp")
    assert caught.value.hint is not None
    first, *rest = caught.value.hint.splitlines()
    assert first == "did you mean 'shop'?"
    assert "publish it to" in rest[0]
    assert "upstreams: {shopp: {manifest: PATH-OR-URL}}" in rest[1]
