"""A mesh whose every text is an attack: on its pages nothing runs, nothing is asked for, and nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mesh_tools.interface.document import sealed, to_json
from mesh_tools.model.interface import Interface, Product, ProductVersion
from support.meshes import BuiltMesh
from support.site import Site, listed
from support.site_browser import PHONE, Tab, audit, new_tab, overflow
from support.site_hostile import CASES, PROJECTS, publish, texts, write_manifest
from support.site_markup import broken_links, markup_of

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

_WORDS = re.compile(r"\w+")
TAGS = frozenset(_WORDS.findall((CASES / "tags.txt").read_text(encoding="utf-8")))
"""All that our own pages are made of, and Markdown may be."""
_CONTROLS_IN_NAMES = re.compile(r"lineage\.html#\S*%(?:0[0-8]|E2%80%AE|E2%80%8B|EF%BF%BE)")
MODES = {"registry": ("--from-registry",), "all": ("--all",)}


def _attacks() -> dict[str, tuple[str, ...]]:
    """All of them in one project, some in the other, which reads from it and is read by it."""
    return dict(zip(PROJECTS, (tuple(texts().values()), tuple(texts().values())[:3]), strict=True))


@pytest.fixture(scope="session")
def hostile_mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh("name: trap\nprojects: [evil, victim]\n")
    for project, attacks in _attacks().items():
        mesh.project(project, {})
        write_manifest(mesh.root, project, attacks)
        publish(mesh.root, project, attacks)
    return mesh


@pytest.fixture(scope="session", params=MODES)
def hostile_site(
    request: pytest.FixtureRequest, hostile_mesh: BuiltMesh, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    folder = tmp_path_factory.mktemp("hostile") / "site"
    hostile_mesh.run("mesh", "docs", "build", "--output", str(folder), *MODES[request.param])
    return Site(folder)


def test_there_is_a_page_for_each_attack(hostile_site: Site) -> None:
    assert sum(kind.startswith("products/") for kind in hostile_site.kinds) >= 3
    assert len([page for page in hostile_site.pages if page.startswith("products/")]) > 3 * len(texts())


def test_texts_bring_no_markup_of_their_own(hostile_site: Site) -> None:
    for path in (*hostile_site.portable, *hostile_site.drawings):
        for tag, attributes in markup_of(hostile_site, path).tags:
            assert tag in TAGS, path
            assert tag != "script" or attributes.get("src", "").endswith(".js"), path
            assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}], path


def test_links_lead_to_the_site_or_to_whole_addresses_of_the_web(hostile_site: Site) -> None:
    # The explorer gets names from data in which controls are replaced: it says of those that it knows no such box.
    broken = [problem for problem in broken_links(hostile_site) if not _CONTROLS_IN_NAMES.search(problem)]
    assert not broken, listed(broken)


def test_no_character_turns_the_direction_of_the_page(hostile_site: Site) -> None:
    for path in hostile_site.folder.rglob("*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not set(text) & set("\0\x1b\u202e\u2066\u200f"), path


def test_nothing_runs_and_nothing_breaks(browser: Browser, hostile_site: Site) -> None:
    """On a phone, where a word without blanks is the widest thing there is."""
    found: list[str] = []
    with new_tab(browser, viewport=PHONE) as tab:
        for path in _sample(hostile_site):
            tab.open(hostile_site.file_address, path)
            found += [f"{path}: {problem}" for problem in overflow(tab.page)]
    assert not tab.problems, listed(tab.problems)
    assert not found, listed(found)


def _sample(site: Site) -> list[str]:
    """One page of each kind, and of products that of each attack."""
    is_whole = any(path.startswith("models/") for path in site.portable)
    products = [path for path in site.portable if path.startswith("products/") and path.endswith("/index.html")]
    return list(dict.fromkeys([*site.kinds.values(), *([] if is_whole else products)]))


def test_what_scripts_show_is_text(tab: Tab, hostile_site: Site) -> None:
    """Results of a search, and the explorer of lineage: both are made in the browser, from data."""
    page = tab.open(hostile_site.file_address, "index.html")
    for word in ("img", "script", "onerror", "__proto__", "constructor", "</", "{{", "%2e"):
        page.locator("#q").fill("")
        page.locator("#q").type(word)
        page.wait_for_timeout(150)  # a script of the attack would need no longer
    page = tab.open(hostile_site.file_address, "lineage.html")
    page.locator("#lx-q").type("img")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)


def test_the_page_of_an_attack_can_be_read_by_everybody(tab: Tab, hostile_site: Site) -> None:
    pages = [path for path in hostile_site.portable if path.startswith("products/")]
    tab.open(hostile_site.file_address, next(path for path in pages if "img-src-x" in path))
    assert audit(tab.page) == []


def test_a_description_of_ten_megabytes_is_cut(tab: Tab, new_mesh: Callable[[str], BuiltMesh], tmp_path: Path) -> None:
    mesh = new_mesh("name: trap\nprojects: ['*']\n")
    version = ProductVersion(semantic_version="1.0.0", path="big.sql", description="*a* [b](c) <d> " * 700_000)
    product = Product(name="big", versions=(version,))
    interface = Interface(project="evil", environment="dev", published_at="2026-01-02T03:04:05Z", products=(product,))
    document = mesh.root / ".mesh" / "registry" / "dev" / "evil" / "current.json"
    document.parent.mkdir(parents=True)
    document.write_bytes(to_json(sealed(interface)))
    mesh.run("mesh", "docs", "build", "--from-registry", "--output", str(tmp_path / "site"))
    site = Site(tmp_path / "site")
    assert max((site.folder / path).stat().st_size for path in site.pages) < 300_000
    page = tab.open(site.file_address, site.kinds["products/*/*/index.html"])
    assert "Shortened" in page.inner_text("main")
