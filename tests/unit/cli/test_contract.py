"""`mesh contract`: a promise is changed, judged, accepted and checked, as people and CI would do it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mesh_tools.cli.main import main
from mesh_tools.interface.document import from_yaml, sealed, to_yaml
from mesh_tools.model.interface import SCHEMA_VERSION, Acknowledgement, Interface
from support.manifests import model, reader, stub, write_manifest
from support.repositories import commit, git, repository

COLUMNS = {"order_id": "integer", "amount": "decimal(18,2)", "country": "varchar"}
SALES = "select order_id, amount from shop.main.orders"
TODAY = datetime.now(timezone.utc).astimezone().date()


class Shop:
    """A mesh of a producer and a consumer in a git repository, whose manifests stand where dbt leaves them."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.folder = root / "shop"
        self._capsys = capsys
        repository(root)
        (root / ".gitignore").write_text("target/\n.mesh/\n")
        self.settings()
        for project in ("shop", "sales"):
            (root / project).mkdir()
            (root / project / "dbt_project.yml").write_text(f"name: {project}\n")
        self.promise()
        self.run("accept", "--all", code=0)
        commit(root)

    def settings(self, contracts: str = "{}") -> None:
        text = f"name: m\nprojects: [shop, sales]\nenvironments: {{dev: {{}}, prod: {{}}}}\ncontracts: {contracts}\n"
        (self.root / "mesh.yml").write_text(text)

    def promise(self, changes: Mapping[str, str | None] = {}, *, sql: str | None = SALES, **fields: Any) -> None:
        """Let the manifests promise ``COLUMNS`` with these ``changes``; ``None``: without the column."""
        columns = {name: kind for name, kind in {**COLUMNS, **changes}.items() if kind}
        orders = model("shop", "orders", columns, **fields)
        self.file("shop", orders["original_file_path"])
        write_manifest(self.folder, "shop", orders)
        if sql is not None:
            self.file("sales", "models/revenue.sql")
            before = model("shop", "orders", COLUMNS)
            write_manifest(self.root / "sales", "sales", stub(before), reader("sales", "revenue", sql, before))

    def file(self, project: str, path: str, *, seconds: int = -60) -> Path:
        """Write a file, so long after (or before) the manifest of the project."""
        file = self.root / project / path
        file.parent.mkdir(exist_ok=True)
        file.write_text("select 1")
        manifest = self.root / project / "target" / "manifest.json"
        moment = (manifest.stat().st_mtime if manifest.exists() else time.time()) + seconds
        os.utime(file, (moment, moment))
        return file

    def run(self, *arguments: str, code: int) -> str:
        self._capsys.readouterr()
        try:
            main(["contract", *arguments])
            left = 0
        except SystemExit as leaving:
            left = int(leaving.code or 0)
        printed = self._capsys.readouterr()
        assert left == code, printed.out + printed.err
        return printed.out + printed.err

    def changes(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """The changes of the shop, by rule and column."""
        document = json.loads(self.run("diff", "shop", "--format", "json", *arguments, code=0))
        (project,) = document["projects"]
        return {" ".join([change["id"], *change["columns"]]): change for change in project["changes"]}

    @property
    def accepted(self) -> Interface:
        return from_yaml((self.folder / "interface.yml").read_bytes(), "interface.yml")

    def write(self, interface: Interface) -> None:
        (self.folder / "interface.yml").write_text(to_yaml(interface))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    monkeypatch.chdir(tmp_path)
    return Shop(tmp_path, capsys)


# --- diff ----------------------------------------------------------------------------------------------------------


def test_what_was_accepted_does_not_differ(shop: Shop) -> None:
    assert shop.changes() == {}
    assert "shop: interface.yml -> present, no changes" in shop.run("diff", code=0)


def test_a_change_has_both_verdicts(shop: Shop) -> None:
    shop.promise({"country": None})
    change = shop.changes()["CHG003 country"]
    assert (change["class"], change["bump"], change["effective"], change["effective_bump"]) == (
        "breaking",
        "major",
        "dangerous",
        "minor",
    )
    assert (change["product"], change["version"], change["column"]) == ("orders", None, "country")
    assert (change["gating"], change["state"], change["old"], change["new"]) == (True, "open", "country", None)
    text = shop.run("diff", code=0)
    assert "dangerous  CHG003 column-removed: column country is gone" in text
    assert "structurally breaking; " in text
    assert f"--ack {change['fingerprint']}" in text


def test_a_consumer_that_breaks_is_named(shop: Shop) -> None:
    shop.promise({"amount": None})
    change = shop.changes()["CHG003 amount"]
    assert change["effective"] == "breaking"
    assert [(hit["project"], hit["node"], hit["effect"]) for hit in change["consumers"]] == [
        ("sales", "revenue", "breaking")
    ]
    text = shop.run("diff", code=0)
    assert "sales.revenue breaks" in text
    assert "mesh contract new-version shop.orders" in text


@pytest.mark.parametrize("base", ["main", "git:HEAD", "accepted", "shop/interface.yml", "file:shop/interface.yml"])
def test_the_base_can_be_any_of_these(shop: Shop, base: str) -> None:
    shop.promise({"country": None})
    assert list(shop.changes("--base", base)) == ["CHG003 country"]


def test_both_sides_can_be_anywhere(shop: Shop) -> None:
    shop.promise({"country": None})
    path = str((shop.folder / "target" / "manifest.json").rename(shop.root / "new.json"))
    assert list(shop.changes("--base", "HEAD", "--head", path)) == ["CHG003 country"]
    assert list(shop.changes("--base", path, "--head", "HEAD")) == ["CHG006 country"]
    assert shop.changes("--base", path, "--head", path) == {}


def test_a_side_in_the_registry(shop: Shop) -> None:
    main(["publish", "shop"])
    shop.promise({"country": None})
    assert list(shop.changes("--base", "dev")) == ["CHG003 country"]
    assert list(shop.changes("--base", "registry:dev", "--head", "accepted")) == []
    text = shop.run("diff", "shop", "--base", "prod", code=0)
    assert "shop has not been published in the environment 'prod' yet" in text
    assert "orders is new" in text


def test_two_documents_need_no_mesh(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.chdir(outside)
    new = model("shop", "orders", {**COLUMNS, "amount": "decimal(18,0)"})
    write_manifest(outside, "shop", new)
    old, head = str(shop.folder / "interface.yml"), "target/manifest.json"
    change = shop.changes("--base", old, "--head", head)["CHG012 amount"]
    assert (change["class"], change["effective"], change["consumers"]) == ("breaking", "breaking", [])
    assert "no consumer is known" in shop.run("diff", "--base", old, "--head", head, code=0)
    consumer = str(shop.root / "sales" / "target" / "manifest.json")
    change = shop.changes("--base", old, "--head", head, "--consumer", consumer)["CHG012 amount"]
    assert [hit["node"] for hit in change["consumers"]] == ["revenue"]


def test_names_of_others_do_not_steer_the_terminal(shop: Shop) -> None:
    shop.promise({"\x1b[2Jpaid": "varchar"})
    text = shop.run("diff", "shop", code=0)
    assert "\x1b" not in text
    assert "\ufffd[2Jpaid" in text


def test_a_project_that_cannot_be_compared_does_not_hide_the_others(shop: Shop) -> None:
    shop.promise({"country": None})
    (shop.root / "sales" / "target" / "manifest.json").unlink()
    text = shop.run("diff", code=2)
    assert "CHG003 column-removed" in text
    assert "warning: sales has no manifest yet" in text


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["--base", "mian"], "git knows no 'mian' here", "did you mean 'main'?"),
        (["--base", "registry:prd"], "no environment 'prd' in mesh.yml", "did you mean 'prod'?"),
        (["--base", "gone.json"], "there is no gone.json", "check the path"),
        (["--base", "shop"], "git knows no 'shop' here", "git fetch"),
        (["--base", "file:shop"], "this is a folder, not a document", "interface.yml or target/manifest.json"),
        (["--base", "file:.gitignore"], "this is not an interface document", "the right file"),
        (["--base", "sales/target/manifest.json"], "is of the project 'sales', not of 'shop'", "diff sales"),
        (["--head", "registry:prod"], "shop has not been published in the environment 'prod' yet", "--head"),
        (["--base", ""], "names nothing to compare with", "git:REF"),
    ],
)
def test_what_cannot_be_compared(shop: Shop, arguments: list[str], said: str, hint: str) -> None:
    text = shop.run("diff", "shop", *arguments, code=2)
    assert said in text
    assert hint in text


def test_outside_of_git_and_of_any_mesh(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git ref names the file of a project, and without a mesh there is none."""
    outside = tmp_path.parent
    monkeypatch.chdir(outside)
    text = shop.run("diff", "--base", "main", "--head", str(shop.folder / "interface.yml"), code=2)
    assert "no mesh.yml in this folder or above it" in text


def test_a_project_that_was_moved_is_still_compared(shop: Shop) -> None:
    git(shop.root, "mv", "shop", "store")
    (shop.root / "store" / "interface.yml").unlink()
    text = (shop.root / "mesh.yml").read_text().replace("[shop,", "[store,")
    (shop.root / "mesh.yml").write_text(text)
    shop.folder.rename(shop.root / "old") if shop.folder.exists() else None
    write_manifest(shop.root / "store", "shop", model("shop", "orders", {"order_id": "integer"}))
    assert {"CHG003 amount", "CHG003 country"} <= shop.changes("--base", "main").keys()


def test_a_ref_before_the_project_was_accepted_is_told(shop: Shop) -> None:
    git(shop.root, "rm", "--quiet", "--cached", "shop/interface.yml")
    git(shop.root, "commit", "--quiet", "--message", "away")
    text = shop.run("diff", "shop", "--base", "HEAD", code=0)
    assert "shop has no interface.yml at HEAD: it has never been accepted there" in text


# --- accept --------------------------------------------------------------------------------------------------------


def test_the_first_acceptance_breaks_nothing(shop: Shop) -> None:
    for project in ("shop", "sales"):
        (shop.root / project / "interface.yml").unlink()
    shop.promise({"country": None})
    assert "written: shop/interface.yml, sales/interface.yml" in shop.run("accept", "--all", code=0)
    assert shop.accepted.products[0].versions[0].semantic_version == "1.0.0"


def test_what_is_safe_is_accepted_as_it_is(shop: Shop) -> None:
    shop.promise({"channel": "varchar"})
    text = shop.run("accept", "shop", code=0)
    assert "orders 1.0.0 -> 1.1.0" in text
    assert shop.changes() == {}
    assert shop.run("accept", "shop", code=0) == "shop  no changes\nall interfaces are up to date\n"


def test_what_is_breaking_is_refused_and_nothing_is_written(shop: Shop) -> None:
    before = (shop.folder / "interface.yml").read_bytes()
    shop.promise({"amount": None})
    text = shop.run("accept", "shop", code=1)
    assert "mesh contract new-version shop.orders" in text
    assert "1 change refused\nnothing was written" in text
    shop.run("accept", "--all", "--ack", "CHG003:orders.amount", "--reason", "because", code=1)
    assert (shop.folder / "interface.yml").read_bytes() == before


@pytest.mark.parametrize(
    "selector", ["fingerprint", "prefix", "CHG003:orders.country", "column-removed:shop.orders.country"]
)
def test_what_is_dangerous_is_accepted_with_an_acknowledgement(shop: Shop, selector: str) -> None:
    shop.promise({"country": None})
    assert "nothing was written" in shop.run("accept", "shop", code=1)
    fingerprint = shop.changes()["CHG003 country"]["fingerprint"]
    written = {"fingerprint": fingerprint, "prefix": fingerprint[:6]}.get(selector, selector)
    shop.run("accept", "shop", "--ack", written, "--reason", " nobody reads it ", code=0)
    (given,) = shop.accepted.acknowledgements
    until = (TODAY + timedelta(days=180)).isoformat()
    assert given == Acknowledgement(
        change=fingerprint, rule="CHG003", subject="shop.orders.country", reason="nobody reads it", until=until
    )
    assert shop.changes() == {}
    shop.run("check", code=0)
    shop.run("check", "--base", "main", code=0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--ack", "CHG003:orders.country"], 2, "--ack needs a --reason"),
        (["--ack", "CHG003:orders.country", "--reason", "  "], 2, "--ack needs a --reason"),
        (["--ack", "CHG003:orders.land", "--reason", "x"], 1, "CHG003:shop.orders.country"),
        (["--ack", "ffffffffffff", "--reason", "x"], 1, "--ack: 'ffffffffffff' matches no change"),
        (["--ack", "CHG006:orders.channel", "--reason", "x"], 1, "is safe"),
        (["--ack", "CHG003:orders.country", "--reason", "x", "--until", "tomorrow"], 2, "is no date"),
        (["--ack", "CHG003:orders.country", "--reason", "x", "--until", "2020-01-01"], 2, "has passed"),
        (["--ack", "CHG003:orders.country", "--reason", "x", "--until", "2999-01-01"], 2, "later than the 180 days"),
    ],
)
def test_acknowledgements_that_are_refused(shop: Shop, arguments: list[str], code: int, said: str) -> None:
    before = (shop.folder / "interface.yml").read_bytes()
    shop.promise({"country": None, "channel": "varchar"})
    assert said in shop.run("accept", "shop", *arguments, code=code)
    assert (shop.folder / "interface.yml").read_bytes() == before


def test_expired_acknowledgements_are_dropped_and_others_kept(shop: Shop) -> None:
    def given(change: str, until: date) -> Acknowledgement:
        return Acknowledgement(change=change, rule="CHG007", subject="s", reason="r", until=until.isoformat())

    from msgspec.structs import replace

    kept = given("a" * 12, TODAY)
    shop.write(replace(shop.accepted, acknowledgements=(kept, given("b" * 12, TODAY - timedelta(days=1)))))
    shop.promise({"channel": "varchar"})
    shop.run("accept", "shop", code=0)
    assert shop.accepted.acknowledgements == (kept,)


def test_below_the_profile_is_reported_and_accepted(shop: Shop) -> None:
    shop.settings("{profile: bind}")
    shop.promise({"amount": "decimal(38,2)"})
    change = shop.changes()["CHG010 amount"]
    assert (change["gating"], change["state"], change["effective"]) == (False, "reported", "dangerous")
    assert "reported only" in shop.run("diff", "shop", code=0)
    shop.run("accept", "shop", code=0)


def test_a_branch_is_judged_by_what_its_base_promises(shop: Shop) -> None:
    """With contracts.base, what a branch did and took back needs no acknowledgement."""
    shop.settings("{base: main}")
    git(shop.root, "switch", "--quiet", "--create", "branch")
    shop.promise({"channel": "varchar"})
    shop.run("accept", "shop", code=0)
    commit(shop.root)
    shop.promise()
    shop.run("accept", "shop", code=0)
    assert shop.accepted.products[0].versions[0].semantic_version == "1.0.0"
    shop.run("check", code=0)


def test_what_the_base_got_since_the_branch_left_it_is_not_undone_by_the_branch(shop: Shop) -> None:
    git(shop.root, "switch", "--quiet", "--create", "branch")
    git(shop.root, "switch", "--quiet", "main")
    shop.promise({"channel": "varchar"})
    shop.run("accept", "shop", code=0)
    commit(shop.root)
    git(shop.root, "switch", "--quiet", "branch")
    shop.promise()
    assert "all as promised" in shop.run("check", "--base", "main", code=0)
    assert list(shop.changes("--base", "main")) == ["CHG003 channel"]
    assert "where this branch left it" in shop.run("diff", "--base", "main...", code=0)
    assert shop.changes("--base", "main...") == {}


def test_a_newer_document_is_never_overwritten(shop: Shop) -> None:
    path = shop.folder / "interface.yml"
    path.write_text(path.read_text().replace(f'schema_version: "{SCHEMA_VERSION}"', 'schema_version: "2.0"'))
    before = path.read_bytes()
    assert "was written by a newer mesh" in shop.run("accept", "shop", code=2)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("contract: true", "contrakt: true", "did you mean 'contract'?"),
        ("data_type: integer", "data_type: bigint", "changed by hand or damaged"),
        ("project: shop", "project: sales", "changed by hand or damaged"),
    ],
)
def test_an_edit_by_hand_says_what_to_do(shop: Shop, old: str, new: str, said: str) -> None:
    path = shop.folder / "interface.yml"
    path.write_text(path.read_text().replace(old, new, 1))
    for command in (["diff", "shop"], ["check", "shop"]):
        text = shop.run(*command, code=2)
        assert said in text
        assert "restore it from version control" in text
    text = shop.run("accept", "shop", code=0)
    assert "it is written anew, judged by what git's HEAD has of it" in text
    assert git(shop.root, "status", "--short") == ""
    shop.run("check", code=0)


def test_an_edit_by_hand_hides_nothing_that_was_promised(shop: Shop) -> None:
    path = shop.folder / "interface.yml"
    path.write_text(path.read_text().replace("amount", "total"))
    shop.promise({"amount": None, "total": "decimal(18,2)"})
    assert "nothing was written" in shop.run("accept", "shop", code=1)


def test_a_damaged_interface_that_git_does_not_have_is_not_taken_for_none(shop: Shop) -> None:
    path = shop.folder / "interface.yml"
    git(shop.root, "rm", "--quiet", "--cached", "shop/interface.yml")
    git(shop.root, "commit", "--quiet", "--message", "away")
    path.write_text(path.read_text().replace("amount", "total"))
    text = shop.run("accept", "shop", code=2)
    assert "changed by hand or damaged" in text


def test_projects_must_be_named_or_all(shop: Shop) -> None:
    assert "name the projects to accept, or --all of them" in shop.run("accept", code=2)
    assert "name the projects to accept, or --all of them" in shop.run("accept", "--all", "shop", code=2)
    assert "did you mean 'shop'?" in shop.run("accept", "shopp", code=2)


def _conflict(shop: Shop, ours: Callable[[], None], theirs: Callable[[], None]) -> None:
    git(shop.root, "switch", "--quiet", "--create", "branch")
    theirs()
    commit(shop.root)
    git(shop.root, "switch", "--quiet", "main")
    ours()
    commit(shop.root)
    git(shop.root, "merge", "branch", check=False)
    assert "<<<<<<<" in (shop.folder / "interface.yml").read_text()


def _accepts(shop: Shop, changes: Mapping[str, str | None], *arguments: str) -> Callable[[], None]:
    def accept() -> None:
        shop.promise(changes)
        shop.run("accept", "shop", *arguments, code=0)

    return accept


def test_a_merge_conflict_is_resolved_by_accepting_what_both_sides_made(shop: Shop) -> None:
    dropped = ["--ack", "CHG003:orders.country", "--reason", "nobody reads it"]
    _conflict(shop, _accepts(shop, {"channel": "varchar"}), _accepts(shop, {"country": None}, *dropped))
    for command in ("diff", "check"):
        text = shop.run(command, code=2)
        assert "holds an unresolved merge conflict" in text
        assert "mesh contract accept PROJECT" in text
    shop.promise({"channel": "varchar", "country": None})
    shop.run("accept", "shop", code=0)
    assert [column.name for column in shop.accepted.products[0].versions[0].columns] == [
        "order_id",
        "amount",
        "channel",
    ]
    assert shop.accepted.products[0].versions[0].semantic_version == "1.2.0"
    assert [given.reason for given in shop.accepted.acknowledgements] == ["nobody reads it"]


def test_a_merge_that_loses_what_one_side_promised_is_refused(shop: Shop) -> None:
    _conflict(shop, _accepts(shop, {"channel": "varchar"}), _accepts(shop, {"note": "varchar"}))
    shop.promise({"channel": "varchar"})
    text = shop.run("accept", "shop", code=1)
    assert "nothing was written" in text
    assert "1 change to be acknowledged" in text


def test_conflict_marks_that_git_knows_nothing_of(shop: Shop) -> None:
    path = shop.folder / "interface.yml"
    path.write_text(f"<<<<<<< ours\n{path.read_text()}=======\n>>>>>>> theirs\n")
    text = shop.run("accept", "shop", code=2)
    assert "holds an unresolved merge conflict" in text


# --- check ---------------------------------------------------------------------------------------------------------


def test_a_mesh_as_promised(shop: Shop) -> None:
    text = shop.run("check", code=0)
    assert text.splitlines()[-1] == "2 projects checked: all as promised"
    document = json.loads(shop.run("check", "--format", "json", code=0))
    assert document["ok"]


def test_an_interface_that_is_not_up_to_date(shop: Shop) -> None:
    shop.promise({"channel": "varchar"})
    text = shop.run("check", "shop", code=1)
    assert "error: the interface.yml of shop is not what the project promises now" in text
    assert "hint: run `mesh contract accept shop`" in text


def test_a_manifest_that_is_older_than_its_project_tells_nothing(shop: Shop) -> None:
    shop.file("shop", "models/orders.yml", seconds=1)
    said = "the manifest of shop is older than the project: models/orders.yml was changed since then"
    assert f"note: {said}" in shop.run("diff", code=0)
    assert said in shop.run("accept", "shop", code=0)
    text = shop.run("check", code=1)
    assert f"error: {said}\n  hint: run `dbt parse` in the project" in text
    assert text.count(said) == 1
    shop.promise()
    os.utime(shop.folder / "target" / "manifest.json")
    os.utime(shop.folder / "models" / "orders.yml", (0, 0))
    shop.run("check", code=0)


def test_a_manifest_of_a_model_that_was_removed_tells_nothing(shop: Shop) -> None:
    (shop.folder / "models" / "orders.sql").unlink()
    assert "models/orders.sql was removed since then" in shop.run("check", code=1)


def test_a_consumer_whose_manifest_is_older_than_itself_is_noted(shop: Shop) -> None:
    shop.file("sales", "models/revenue.sql", seconds=1)
    shop.promise({"country": None}, sql=None)
    said = "the manifest of sales is older than the project: models/revenue.sql was changed since then"
    assert f"note: {said}" in shop.run("check", "shop", code=1)
    assert f"note: {said}" in shop.run("diff", "shop", code=0)
    assert f"error: {said}" in shop.run("check", code=1)


def test_a_damaged_interface_is_named_as_seen_from_here(shop: Shop) -> None:
    text = (shop.folder / "interface.yml").read_text()
    (shop.folder / "interface.yml").write_text(text.replace("domain: shop", "domian: shop"))
    assert "there is no such key (shop/interface.yml:5)" in shop.run("check", code=2)


def test_an_interface_that_was_never_accepted(shop: Shop) -> None:
    (shop.folder / "interface.yml").unlink()
    assert "error: shop has no interface.yml" in shop.run("check", code=1)


def test_what_was_accepted_without_due_process_is_found_against_the_base(shop: Shop) -> None:
    """Somebody removed the interface.yml and accepted it anew."""
    shop.promise({"country": None, "amount": None})
    (shop.folder / "interface.yml").unlink()
    shop.run("accept", "shop", code=0)
    shop.run("check", code=0)
    text = shop.run("check", "--base", "main", code=1)
    assert "shop.orders.amount: CHG003 column-removed: column amount is gone" in text
    assert "column country is gone; nobody has acknowledged it" in text
    assert "shop.orders is 1.0.0 in its interface.yml; what has changed since git:main... makes it 1.1.0" in text


def test_a_project_that_was_removed_has_broken_its_promise(shop: Shop) -> None:
    shutil.rmtree(shop.folder)
    (shop.root / "mesh.yml").write_text("name: m\nprojects: [sales]\n")
    shop.run("check", code=0)
    text = shop.run("check", "--base", "main", code=1)
    assert "shop   refused  1 change since git:main...; shop is not in the mesh any more" in text
    assert "error: shop.orders: CHG001 product-removed: orders is gone" in text
    shop.run("check", "sales", "--base", "main", code=0)


def test_a_project_whose_products_have_ended_may_be_removed(shop: Shop) -> None:
    (orders,) = shop.accepted.products
    (version,) = orders.versions
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    over = replace(orders, versions=(replace(version, deprecation_date=yesterday),))
    shop.write(sealed(replace(shop.accepted, products=(over,))))
    commit(shop.root)
    shutil.rmtree(shop.folder)
    (shop.root / "sales" / "target" / "manifest.json").unlink()
    write_manifest(shop.root / "sales", "sales")
    (shop.root / "mesh.yml").write_text("name: m\nprojects: [sales]\n")
    assert "shop   ok  1 change since git:main..." in shop.run("check", "--base", "main", code=0)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ((TODAY - timedelta(days=1)).isoformat(), "its acknowledgement expired on"),
        ("2999-01-01", "longer than this mesh allows"),
        ("soon", "its acknowledgement has no date: 'soon'"),
    ],
)
def test_an_acknowledgement_that_does_not_count(shop: Shop, until: str, said: str) -> None:
    from msgspec.structs import replace

    shop.promise({"country": None})
    shop.run("accept", "shop", "--ack", "CHG003:orders.country", "--reason", "x", code=0)
    (given,) = shop.accepted.acknowledgements
    shop.write(replace(shop.accepted, acknowledgements=(replace(given, until=until),)))
    assert said in shop.run("check", "--base", "main", code=1)


def test_a_consumer_of_what_is_published_must_fit(shop: Shop) -> None:
    main(["publish", "shop"])
    shop.promise({"amount": None})
    (shop.folder / "interface.yml").unlink()
    shop.run("accept", "shop", code=0)
    text = shop.run("check", "shop", code=1)
    assert "error: sales.revenue does not fit any more: shop.orders.amount, column amount is gone" in text
    assert "registry:dev is what it reads today" in text


def test_a_registry_that_cannot_be_read_is_told(shop: Shop) -> None:
    main(["publish", "shop"])
    for path in shop.root.glob(".mesh/registry/dev/shop/current.json"):
        path.write_text("{")
    text = shop.run("check", "shop", code=0)
    assert "warning: consumers of shop as of dev were not checked" in text


def test_a_version_past_its_date_is_warned_of(shop: Shop) -> None:
    shop.promise(deprecation_date="2020-01-01")
    shop.run("accept", "shop", "--ack", "CHG043:orders", "--reason", "late", code=0)
    text = shop.run("check", "shop", code=0)
    assert "warning: shop.orders was to end on 2020-01-01, and is still there" in text


@pytest.mark.parametrize(("days", "code"), [(100, 0), (89, 1)])
def test_a_deprecation_leaves_consumers_the_grace_period(shop: Shop, days: int, code: int) -> None:
    shop.promise(deprecation_date=(TODAY + timedelta(days=days)).isoformat())
    shop.run("accept", "shop", code=code)


def test_a_grace_period_that_was_long_enough_when_it_was_accepted_is_enough(shop: Shop) -> None:
    shop.settings("{grace_days: 10}")
    shop.promise(deprecation_date=(TODAY + timedelta(days=20)).isoformat())
    shop.run("accept", "shop", code=0)
    shop.settings("{grace_days: 90}")
    shop.run("check", "--base", "main", code=0)


def test_a_project_without_a_manifest_is_no_success(shop: Shop) -> None:
    (shop.folder / "target" / "manifest.json").unlink()
    text = shop.run("check", code=2)
    assert "error: shop has no manifest yet" in text
    assert "sales  ok" in text


def test_a_manifest_without_compiled_sql_says_which_command_makes_it(shop: Shop) -> None:
    shop.promise({"country": None}, sql=None)
    before = model("shop", "orders", COLUMNS)
    parsed = {**reader("sales", "revenue", SALES, before), "compiled_code": None}
    write_manifest(shop.root / "sales", "sales", stub(before), parsed)
    text = shop.run("diff", "shop", code=0)
    assert "the manifest of sales holds no compiled SQL" in text
    assert "`dbt compile` in sales" in text
    assert shop.changes()["CHG003 country"]["effective"] == "breaking"


# --- rules ---------------------------------------------------------------------------------------------------------


def test_rules_are_listed_and_explained(shop: Shop) -> None:
    listed = json.loads(shop.run("rules", "--format", "json", code=0))
    assert {"CHG001", "CHG048"} <= {rule["id"] for rule in listed}
    assert "CHG003  column-removed" in shop.run("rules", code=0)
    for name in ("CHG003", "chg003", "column-removed"):
        assert "A column is gone." in shop.run("explain", name, code=0)
    assert "did you mean 'column-removed'?" in shop.run("explain", "column-removd", code=2)
