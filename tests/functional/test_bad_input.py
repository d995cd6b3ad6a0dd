"""What the user did wrong is told in one message: what, where, and what to do. Never a traceback, never dbt first."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mesh_tools.model.interface import Interface, Owner, Product, ProductVersion, Relation, withheld_key
from support.meshes import BuiltMesh

NewMesh = Callable[[str], BuiltMesh]

pytestmark = pytest.mark.xdist_group("bad_input")

MESH = "name: m\nprojects: [sales, shop]\n"


def shop(environment: str = "dev") -> Interface:
    """A producer with one product of each kind that a ref can meet."""

    def product(name: str, *versions: ProductVersion, renamed_from: tuple[str, ...] = (), **fields: object) -> Product:
        given = versions or (ProductVersion(semantic_version="1.0.0", path=f"{name}.sql"),)
        allowed = fields.get("allowed")
        return Product(
            name=name,
            versions=given,
            latest=given[-1].v,
            renamed_from=renamed_from,
            allowed_consumers=allowed if isinstance(allowed, tuple) else None,
            owner=Owner(name="Shop team", email="shop@example.com"),
        )

    orders = [ProductVersion(v=v, semantic_version=f"{v}.0.0", path=f"orders_v{v}.sql") for v in (1, 2)]
    products = (
        product("customers", renamed_from=("clients",)),
        product("orders", *orders),
        product("payments", allowed=("finance",)),
    )
    keys = ("customers", "orders.v1", "orders.v2", "payments")
    return Interface(
        project="shop",
        environment=environment,
        owner=Owner(name="Shop team", email="shop@example.com"),
        products=products,
        relations={key: Relation(database="shop", schema="main", identifier=key.replace(".", "_")) for key in keys},
        withheld={withheld_key("shop", "stg_orders"): "private", withheld_key("shop", "order_lines"): "protected"},
    )


def selling(new_mesh: NewMesh, sql: str = "select 1 as id", mesh_yml: str = MESH) -> BuiltMesh:
    """A mesh in which sales reads shop, with one model."""
    mesh = new_mesh(mesh_yml)
    mesh.project("shop", {})
    mesh.project("sales", {"models/report.sql": sql}, reads=("shop",))
    return mesh


def told(mesh: BuiltMesh, *command: str, code: int, folder: str = ".", env: dict[str, str] | None = None) -> str:
    """What the command says when it ends with ``code``."""
    done = mesh.run(*command, folder=folder, check=False, env=env)
    output = done.stdout + done.stderr
    assert "Traceback" not in output
    assert done.returncode == code, output
    return output


def test_no_mesh_yml(new_mesh: NewMesh) -> None:
    """Asked in the one folder that has none above it."""
    mesh = new_mesh("")
    assert told(mesh, "mesh", "status", folder="/", code=2).splitlines() == [
        "error: no mesh.yml in this folder or above it",
        "  --> .",
        "  hint: run `mesh init` in the folder that holds your dbt projects, or name the file with --mesh-file",
    ]


@pytest.mark.parametrize(
    ("mesh_yml", "expected"),
    [
        pytest.param(
            "name: m\nprojects: [a\nregistry: x\n",
            ["error: YAML syntax: ", "  --> mesh.yml:3"],
            id="YAML syntax",
        ),
        pytest.param(
            "name: m\nprojects: [sales]\nregistri: x\n",
            ["error: unknown key 'registri'", "  --> mesh.yml:3:1", "  hint: did you mean 'registry'?"],
            id="unknown key",
        ),
        pytest.param(
            "name: m\nprojects:\n  - nowhere\n",
            ["error: projects: there is no folder 'nowhere'", "  --> mesh.yml:3:5"],
            id="no such folder",
        ),
        pytest.param(
            "name: m\nprojects:\n  - domains/*\n",
            ["error: projects: 'domains/*' matches no dbt project", "  --> mesh.yml:3:5", "  hint: a dbt project is"],
            id="empty glob",
        ),
        pytest.param(
            "name: m\nprojects: [sales]\nsync: {guards: colums}\n",
            [
                "error: sync.guards: invalid enum value 'colums'",
                "  --> mesh.yml:3:8",
                "  hint: did you mean 'columns'?",
            ],
            id="unknown word",
        ),
    ],
)
def test_a_wrong_mesh_yml(new_mesh: NewMesh, mesh_yml: str, expected: list[str]) -> None:
    mesh = selling(new_mesh, mesh_yml=mesh_yml)
    lines = told(mesh, "mesh", "sync", code=2).splitlines()
    assert len(lines) >= len(expected)
    for line, beginning in zip(lines, expected, strict=False):
        assert line.startswith(beginning)


def test_two_projects_of_one_name(new_mesh: NewMesh) -> None:
    mesh = new_mesh("name: m\nprojects: [one, two]\n")
    mesh.project("shop", {}, folder="one")
    mesh.project("shop", {}, folder="two")
    output = told(mesh, "mesh", "status", code=2)
    assert "error: two projects are called 'shop'" in output
    assert "--> two/dbt_project.yml:1:1" in output
    assert "the other is one/dbt_project.yml:1:1" in output


def test_an_upstream_that_was_never_published(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh, "select * from {{ ref('shop', 'orders') }}")
    output = told(mesh, "mesh", "sync", code=1)
    assert "error: shop has not been published in the environment 'dev' yet" in output
    assert "--> sales/dependencies.yml:2:5" in output
    assert "hint: run `mesh build --env dev --select +shop`" in output
    assert not (mesh.root / "sales" / ".mesh").exists()


def test_an_upstream_that_nobody_knows(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh)
    mesh.project("sales", {}, reads=("shopp",))
    output = told(mesh, "mesh", "sync", code=1)
    assert "error: nothing is known of the upstream project 'shopp'" in output
    assert "--> sales/dependencies.yml:2:5" in output
    assert "hint: did you mean 'shop'?" in output


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (
            "ref('shop', 'stg_orders')",
            [
                "shop.stg_orders is private: only public models may be used by other projects",
                "ask its owner: Shop team",
            ],
        ),
        (
            "ref('shop', 'order_lines')",
            ["shop.order_lines is protected", "products of shop: customers, orders, payments"],
        ),
        ("ref('shop', 'ordrs')", ["shop has no product 'ordrs'", "did you mean 'orders'?"]),
        ("ref('shop', 'clients')", ["shop.clients was renamed to customers", "write ref('shop', 'customers')"]),
        ("ref('shop', 'payments')", ["shop.payments is not for sales: it allows finance", "shop@example.com"]),
        ("ref('shop', 'orders', v=3)", ["shop.orders has no version 3", "its versions: 1, 2 (latest)"]),
        ("ref('shop', 'customers', v=1)", ["shop.customers has no versions", "write ref('shop', 'customers')"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_ref_to_what_may_not_be_used(new_mesh: NewMesh, ref: str, expected: list[str]) -> None:
    """Refused before dbt parses, and before anything is written."""
    mesh = selling(new_mesh, f"select 1\nfrom {{{{ {ref} }}}}\n")
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "--> sales/models/report.sql:2:9" in output
    for text in expected:
        assert text in output
    assert not (mesh.root / "sales" / ".mesh").exists()


def test_one_project_refused_does_not_keep_the_others_from_syncing(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh, "select * from {{ ref('shop', 'nothing') }}", "name: m\nprojects: [sales, shop, other]\n")
    mesh.project("other", {"models/a.sql": "select * from {{ ref('shop', 'customers') }}"}, reads=("shop",))
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "shop (1 product, new)" in output
    assert (mesh.root / "other/.mesh/shop/models/customers.sql").read_bytes() == b""


def test_an_upstream_that_is_used_but_not_declared(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh, "select * from {{ ref('shop', 'orders') }}")
    (mesh.root / "sales/dependencies.yml").unlink()
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "error: sales uses shop without declaring it" in output
    assert "--> sales/models/report.sql:1:18" in output
    assert "add it to dependencies.yml: projects: [{name: shop}]" in output


def test_an_upstream_whose_package_is_not_installed(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh)
    (mesh.root / "sales/packages.yml").unlink()
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "its interface package is not installed" in output
    assert "hint: add to packages.yml: packages: [{local: .mesh/shop}]" in output


@pytest.mark.parametrize("package", ["local: ../shop", "git: https://example.com/teams/shop.git"])
def test_a_producer_that_is_also_installed_as_a_package(new_mesh: NewMesh, package: str) -> None:
    mesh = selling(new_mesh)
    mesh.write("sales/packages.yml", f"packages:\n  - local: .mesh/shop\n  - {package}\n")
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "error: shop is an upstream project and also installed as a package" in output
    assert "--> sales/packages.yml:3:5" in output
    assert "hint: keep one" in output


def test_a_description_of_what_is_upstream(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh, "select * from {{ ref('shop', 'orders') }}")
    mesh.write("sales/models/models.yml", "models:\n  - name: orders\n    description: Ours?\n")
    mesh.publish(shop())
    output = told(mesh, "mesh", "sync", code=1)
    assert "this entry describes 'orders', which is a product of shop" in output
    assert "--> sales/models/models.yml:2:5" in output


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{", [".mesh/registry/dev/shop/current.json", "hint: publish the project again"]),
        ("[1, 2]", ["this is not an interface document"]),
        (
            '{"schema_version": "9.0", "project": "shop"}',
            ["written by a newer mesh", "pip install --upgrade mesh-tools"],
        ),
    ],
    ids=["damaged", "foreign", "newer"],
)
def test_a_registry_document_that_cannot_be_read(new_mesh: NewMesh, document: str, expected: list[str]) -> None:
    mesh = selling(new_mesh)
    mesh.write(".mesh/registry/dev/shop/current.json", document)
    output = told(mesh, "mesh", "sync", code=1)
    for text in expected:
        assert text in output
    status = told(mesh, "mesh", "status", code=0)
    assert "shop: " in status


def test_an_unknown_environment_project_and_option(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh, mesh_yml=MESH + "environments: {dev: {}, prod: {}}\n")
    output = told(mesh, "mesh", "build", "--env", "prd", code=2)
    assert "error: no environment 'prd' in mesh.yml" in output
    assert "--> mesh.yml:3:1" in output
    assert "hint: did you mean 'prod'?" in output
    output = told(mesh, "mesh", "build", "--select", "sale", code=2)
    assert "error: --select sale matches nothing" in output
    assert "hint: did you mean 'sales'?" in output
    assert "--selekt" in told(mesh, "mesh", "build", "--selekt", "x", code=2)


def test_a_project_that_nobody_has_parsed(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh)
    for command in (["graph"], ["interface", "shop"], ["publish", "shop"]):
        output = told(mesh, "mesh", *command, code=2)
        assert "has no manifest yet" in output
        assert "hint: run `mesh build --select +" in output


def test_a_foreign_manifest(new_mesh: NewMesh) -> None:
    mesh = selling(new_mesh)
    mesh.write("broken.json", '{"metadata": ')
    assert "broken.json" in told(mesh, "mesh", "publish", "shop", "--manifest", "broken.json", code=2)
    output = told(mesh, "mesh", "publish", "shop", "--manifest", "nowhere.json", code=2)
    assert "nowhere.json" in output


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A folder behind a web server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *arguments: _Quiet(*arguments, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_registry_that_is_read_only(new_mesh: NewMesh, served: tuple[str, Path]) -> None:
    url, _ = served
    mesh = selling(new_mesh, mesh_yml=f"{MESH}registry: {url}/registry\n")
    manifest = (Path(__file__).parents[1] / "cases/manifests/dbt_1/manifest.json").read_text()
    mesh.write("manifest.json", manifest)
    mesh.write("shop/dbt_project.yml", f"name: {project_of(manifest)}\n")
    output = told(mesh, "mesh", "publish", project_of(manifest), "--manifest", "manifest.json", code=2)
    assert "read-only" in output
    assert "hint: " in output


def project_of(manifest: str) -> str:
    return str(json.loads(manifest)["metadata"]["project_name"])


def test_folders_that_cannot_be_written(new_mesh: NewMesh) -> None:
    """A file stands where a folder has to be, which stops even root."""
    mesh = selling(new_mesh, "select * from {{ ref('shop', 'orders') }}")
    mesh.publish(shop())
    mesh.write("sales/.mesh", "")
    output = told(mesh, "mesh", "sync", code=1)
    assert "error: cannot be written: " in output
    assert "--> sales/.mesh/shop" in output
    shutil.rmtree(mesh.root / ".mesh/data")
    mesh.write(".mesh/data", "")
    output = told(mesh, "mesh", "sync", code=2)
    assert "error: cannot be written: " in output
    assert "--> .mesh/data/dev/shop" in output
    assert "shop   ok" in output, "the report is told all the same"
    mesh.write(".mesh/runs", "")
    assert "--> .mesh/runs" in told(mesh, "mesh", "build", code=2)
