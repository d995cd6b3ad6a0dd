"""What holds for every file of a site, seen without a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.manifests import manifest, model
from support.meshes import BuiltMesh
from support.site import Site, listed
from support.site_markup import broken_links, markup_of

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

_URL_ATTRIBUTES = ("href", "src", "action", "xlink:href")


@pytest.fixture(params=["site", "whole_site"], ids=["public", "all"])
def each_site(request: pytest.FixtureRequest) -> Site:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Site)
    return found


def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(each_site: Site) -> None:
    """So it works from a folder, from any host, and offline: nothing is fetched from elsewhere."""
    broken = broken_links(each_site)
    assert not broken, listed(broken)


def test_every_page_has_a_language_a_title_and_one_headline(each_site: Site) -> None:
    for path in each_site.pages:
        page = markup_of(each_site, path)
        assert page.of("html")[0].get("lang") == "en", path
        assert page.title, path
        assert len(page.of("h1")) == 1, path


def test_titles_tell_pages_apart(each_site: Site) -> None:
    titles = [markup_of(each_site, path).title for path in each_site.pages]
    assert sorted(set(titles)) == sorted(titles)


def test_no_id_is_there_twice(each_site: Site) -> None:
    for path in each_site.pages:
        ids = [attributes["id"] for _, attributes in markup_of(each_site, path).tags if "id" in attributes]
        assert sorted(set(ids)) == sorted(ids), path


def test_every_page_has_a_strict_policy(each_site: Site) -> None:
    for path in each_site.pages:
        policy = markup_of(each_site, path).policy
        assert "default-src 'none'" in policy, path
        assert "unsafe-" not in policy, path
        assert "http" not in policy, path
        assert "*" not in policy, path


def test_nothing_needs_a_weaker_policy(each_site: Site) -> None:
    """No script, style or handler stands within a page."""
    for path in [
        *each_site.pages,
        *(p.relative_to(each_site.folder).as_posix() for p in each_site.folder.rglob("*.svg")),
    ]:
        for tag, attributes in markup_of(each_site, path).tags:
            assert tag not in {"style", "iframe", "object", "embed", "base"}, path
            assert tag != "script" or attributes.get("src"), path
            assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}], path
            for name in _URL_ATTRIBUTES:
                assert not attributes.get(name, "").strip().lower().startswith(("javascript:", "vbscript:")), path


def test_two_builds_write_the_same_bytes(reference_mesh: BuiltMesh, site: Site, tmp_path: Path) -> None:
    """Also when Python orders its sets in another way."""
    command: list[str | Path] = [
        Path(sys.executable).with_name("mesh"),
        "docs",
        "build",
        "--output",
        tmp_path / "catalogue",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    subprocess.run(command, cwd=reference_mesh.root, env=environment, check=True, capture_output=True)
    assert _contents(tmp_path / "catalogue") == _contents(site.folder)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_names_that_could_be_one_file_are_several(new_mesh: Callable[[str], BuiltMesh], tmp_path: Path) -> None:
    """Two letters that some file systems take for one, dots, and the names of our own pages."""
    mesh = new_mesh("name: names\nprojects: [a, b]\ndomains:\n  x: {projects: [a]}\n  x.y: {projects: [b]}\n")
    names = ("index", "changes", "orders", "Orders", "raw.orders", "y.z")
    document = manifest("a", *(model("a", name, {"id": "integer"}) for name in names))
    source = {"resource_type": "source", "package_name": "a", "name": "orders", "source_name": "raw"}
    document["sources"] = {"source.a.raw.orders": {**source, "unique_id": "source.a.raw.orders"}}
    mesh.project("a", {})
    mesh.project("b", {})
    mesh.write("a/target/manifest.json", json.dumps(document))
    mesh.write("b/target/manifest.json", json.dumps(manifest("b", model("b", "z", {"id": "integer"}))))
    mesh.run("mesh", "docs", "build", "--all", "--output", str(tmp_path / "site"))
    site = Site(tmp_path / "site")
    assert len([page for page in site.pages if page.startswith("products/")]) == 2 * 7
    assert len([page for page in site.pages if page.startswith("models/")]) == 2 + 7 + 1
    assert len({page.lower() for page in site.pages}) == len(site.pages)
    assert broken_links(site) == []
