"""`mesh docs build` and its site, beside dbt docs and dbt-colibri on the same models: ``catalogue.py [--quick]``.

dbt docs and dbt-colibri show one project, so they get all models as one. `dbt docs generate --static` would parse and
ask a warehouse first; here only what it writes is made, as dbt does: its page with manifest and catalog inside.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from catalogue_browser import Cost, cost_of, search_times
from catalogue_mesh import write_catalog, write_manifest, write_mesh, write_seed
from measure import Case, CommandError, Run, measure
from peers import colibri
from tables import Table, markdown

_ROOT = Path(__file__).resolve().parents[2]
_SIZES = ((10, 100), (10, 500), (20, 1000))
_QUICK = ((2, 20),)
_MOST_OF_PEERS = 5_000
"""Models up to which dbt-colibri is run: it takes minutes, and gigabytes, beyond."""
_LIMIT = 60.0  # seconds for one page
_RENDER = """
import resource, sys, time
from pathlib import Path
from mesh_tools.site.making import catalogue_for, output_of
from mesh_tools.site.output import write_site
from mesh_tools.site.site import site_pages
from mesh_tools.site.wanted import Wanted
wanted = Wanted(profile=sys.argv[1], scores=False, output=Path(sys.argv[2]))
catalogue = catalogue_for(wanted, lambda text: None)
before = time.process_time()
written = write_site(site_pages(catalogue), output_of(wanted))
print(f"part: {time.process_time() - before:.3f} CPU s")
"""
_STATIC = """
import sys
from pathlib import Path
page, manifest, catalog, target = map(Path, sys.argv[1:])
text = page.read_text().replace('"MANIFEST.JSON INLINE DATA"', manifest.read_text())
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(text.replace('"CATALOG.JSON INLINE DATA"', catalog.read_text()))
"""
_QUERIES = ("products", "amount", "orders status", "record source", "prodcts")


def cases(work: Path, projects: int, models: int, *, with_colibri: bool) -> Iterator[tuple[Case, Path]]:
    """What makes each site, and its first page."""
    seed = write_seed(work / "seed")
    mesh = write_mesh(work / "mesh", seed, projects, models)
    total = projects * models
    for title, profile in (("public", "public"), ("everything (`--all`)", "all")):
        target = work / profile
        command = [sys.executable, "-c", _RENDER, profile, str(target)]
        yield Case(f"`mesh docs build`, {title}", command, mesh), target / "index.html"
    whole, catalog = work / "whole.json", work / "catalog.json"
    write_manifest(whole, seed, total)
    write_catalog(catalog, whole)
    static = work / "dbt-docs" / "index.html"
    yield (
        Case(
            "dbt docs, static",
            [sys.executable, "-c", _STATIC, str(_dbt_page()), str(whole), str(catalog), str(static)],
            work,
        ),
        static,
    )
    found = colibri(work.parent, _say) if with_colibri else None
    if found:
        target = work / "colibri"
        command = [
            str(found),
            "generate",
            "--manifest",
            str(whole),
            "--catalog",
            str(catalog),
            "--output-dir",
            str(target),
        ]
        yield (
            Case("dbt-colibri", ["/bin/sh", "-c", f"DO_NOT_TRACK=1 {shlex.join(command)}"], work),
            target / "index.html",
        )


def _dbt_page() -> Path:
    spec = find_spec("dbt.task.docs")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "index.html"


def _size(page: Path, root: Path) -> tuple[int, int]:
    """Files and bytes of a site."""
    folder = page.parent if page.parent != root else page
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def _print_scene(projects: int, models: int, work: Path, runs: int, browser: Browser) -> None:
    total = projects * models
    found = list(cases(work, projects, models, with_colibri=total <= _MOST_OF_PEERS))
    measured: dict[str, list[Run]] = {}
    pages: dict[str, Path] = {}
    for case, page in found:
        try:
            measured |= measure([case], runs, work, _say)
        except CommandError as error:
            _say(str(error))
            continue
        pages[case.title] = page
    table = Table(f"{total:,} models in {projects} projects: making the site", measured, "writing alone")
    sys.stdout.write(f"{markdown(table)}\n")
    for profile in ("public", "all"):
        title = next(title for title, page in pages.items() if page.parent.name == profile)
        html = sum(1 for _ in (work / profile).rglob("*.html"))
        part = median(run.part or 0 for run in measured[title])
        sys.stdout.write(f"{title}: {html:,} pages, {html / part:,.0f} pages per CPU s.\n")
    sys.stdout.write(f"\n### {total:,} models: in the browser, from the disk\n\n")
    rows = [["page", "renderer CPU s", "JS heap MB", "files", "MB on disk"], ["---", "---:", "---:", "---:", "---:"]]
    empty = work / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>")
    rows.append(
        ["limit: an empty page", *_shown([cost_of(browser, empty.as_uri(), _LIMIT) for _ in range(runs)]), "", ""]
    )
    for title, page in pages.items():
        files, size = _size(page, work)
        for name, url in _pages_of(title, page):
            costs = [cost_of(browser, url, _LIMIT) for _ in range(runs)]
            rows.append([f"{title}: {name}", *_shown(costs), f"{files:,}", f"{size / 1e6:,.1f}"])
            _say(" | ".join(rows[-1]))
    sys.stdout.write("\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n\n")
    times = search_times(browser, (work / "public" / "index.html").as_uri(), _QUERIES)
    first, later = times[: len(_QUERIES)], times[len(_QUERIES) :]
    sys.stdout.write(
        f"Search: the first query {first[0]:.0f} ms with what it loads, four others {min(first[1:]):.0f} to "
        f"{max(first[1:]):.0f} ms with what they load, all five again {min(later):.0f} to {max(later):.0f} ms.\n\n"
    )
    sys.stdout.flush()


def _pages_of(title: str, page: Path) -> Iterator[tuple[str, str]]:
    yield "first page", page.as_uri()
    if "mesh" in title:
        product = next(iter(sorted(page.parent.glob("products/*/*/index.html"))))
        domain, name = product.parent.parent.name, product.parent.name
        yield "a product", product.as_uri()
        yield "products", (page.parent / "products.html").as_uri()
        yield "lineage of a product", f"{(page.parent / 'lineage.html').as_uri()}#{domain}.{name}"


def _shown(costs: Sequence[Cost]) -> tuple[str, str]:
    cpu = median(cost.cpu for cost in costs)
    heap = [cost.heap_mb for cost in costs if cost.heap_mb is not None]
    if not heap:
        return f"{cpu:.1f} and not ready", "-"
    return f"{cpu:.2f}", f"{median(heap):.1f}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 projects of 20 models")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", type=int, default=len(_SIZES), help="how many of the three sizes")
    arguments = parser.parse_args()
    work = _ROOT / ".mesh" / "bench" / "catalogue"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        for projects, models in _QUICK if arguments.quick else _SIZES[: arguments.sizes]:
            _print_scene(projects, models, work / f"{projects * models}", arguments.runs, browser)
        browser.close()


def _browser() -> str:
    sys.path.insert(0, str(_ROOT / "tests"))
    from support.site import HOW_TO_INSTALL, find_browser

    return find_browser() or sys.exit(HOW_TO_INSTALL)


if __name__ == "__main__":
    main()
