"""llms.txt: Markdown of a known form, never longer than what is read at once."""

from __future__ import annotations

import posixpath
import re

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.twins.llms import MOST, llms_texts
from support.twins import catalogue, files, named, whole_site

_LINK = re.compile(r"^- \[((?:\\.|[^\]\\])+)\]\(([^)\s]+)\)(?:: (.+)| \(.+\))?$")


def large() -> Catalogue:
    [product, *_] = catalogue().products
    many = (replace(product, folder=f"products/operations/p{number}/") for number in range(MOST + 1))
    return replace(catalogue(), products=tuple(many))


def test_it_is_a_title_a_summary_and_lists_of_links() -> None:
    lines = whole_site()["llms.txt"].splitlines()
    assert lines[:3] == ["# skies", "", "> What flies."]
    assert [line for line in lines if line.startswith("## ")] == ["## operations", "## planning", "## Optional"]
    listed = [line for line in lines if line.startswith("- ")]
    assert [line for line in listed if not _LINK.match(line)] == []


def test_every_product_has_a_line_with_its_document() -> None:
    line = "- [operations.flights.v2](api/v1/products/operations.flights.json): Flights that left, é and 🛫."
    assert line in whole_site()["llms.txt"].splitlines()


def test_links_lead_to_files_of_the_site() -> None:
    targets = [found[2] for line in whole_site()["llms.txt"].splitlines() if (found := _LINK.match(line))]
    assert targets
    assert set(targets) <= set(whole_site())


def test_with_an_address_links_are_whole() -> None:
    text = files(llms_texts, base_url="https://skies.example/mesh")["llms.txt"]
    assert "](https://skies.example/mesh/api/v1/products/operations.flights.json)" in text
    assert "](api/" not in text


def test_a_large_mesh_has_a_file_for_each_domain() -> None:
    made = files(llms_texts, of=large())
    assert set(made) == {"llms.txt", "llms/operations.txt", "llms/planning.txt"}
    assert "- [operations](llms/operations.txt) (501 products)" in made["llms.txt"]
    assert "api/v1/products/" not in made["llms.txt"]


def test_a_large_domain_leads_to_all_of_its_products() -> None:
    listed = [line for line in files(llms_texts, of=large())["llms/operations.txt"].splitlines() if _LINK.match(line)]
    assert len(listed) == MOST + 1
    found = _LINK.match(listed[-1])
    assert found is not None
    assert posixpath.normpath(posixpath.join("llms", found[2])) == "api/v1/domains/operations.json"


def test_names_and_descriptions_are_no_markdown_and_stay_in_their_line() -> None:
    text = files(llms_texts, of=named("x](y)\n# z", description="a\n\n# b\n- [c](http://d) <script>"))["llms.txt"]
    assert len([line for line in text.splitlines() if line.startswith("# ")]) == 1
    [line] = [line for line in text.splitlines() if "x\\]" in line]
    assert _LINK.match(line)
    assert "(http://d)" not in text
