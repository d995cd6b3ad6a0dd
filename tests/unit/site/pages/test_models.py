"""Models, their SQL among it: for who may see everything, and for nobody else."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.site.pages.models import ON_A_PAGE, model_pages
from support.catalogues import files, with_models
from support.markup import links, section, text_of

FLIGHTS = "models/operations/int_flights.html"


def test_the_public_profile_has_none() -> None:
    assert files(model_pages, replace(with_models(), profile="public")) == {}


def test_there_is_a_list_of_projects_and_one_of_the_models_of_each() -> None:
    found = files(model_pages, with_models())
    assert sorted(found) == [
        "models.html",
        "models/operations.html",
        FLIGHTS,
        "models/planning.html",
        "models/planning/seed_a.html",
    ]
    assert "models/operations.html" in links(found["models.html"])
    assert "../models/operations/int_flights.html" in links(found["models/operations.html"])


def test_a_model_shows_its_columns_neighbours_and_tests() -> None:
    found = files(model_pages, with_models())[FLIGHTS]
    assert "int_flights model private view Flights cleaned . models/int_flights.sql" in text_of(found)
    assert section(found, "columns").endswith("flight_id varchar The key.")
    assert "operations.raw.flights" in section(found, "reads")
    assert "../../products/operations/flights/index.html" in links(found)
    assert section(found, "tests") == "Tests 1 not null flight_id pass"


def test_its_sql_is_shown_as_it_is_written_and_as_it_is_compiled() -> None:
    found = files(model_pages, with_models())[FLIGHTS]
    assert "select * from {{ ref('x') }} where 1 < 2" in section(found, "sql")
    assert 'select * from "prod"."x" where 1 < 2' in section(found, "sql")
    assert "1 &lt; 2" in found


def test_where_little_is_known_it_says_which_command_brings_more() -> None:
    found = files(model_pages, with_models())["models/planning/seed_a.html"]
    assert "It is not described." in text_of(found)
    assert "dbt docs generate" in section(found, "columns")
    assert section(found, "sql") == ""


def test_a_model_that_is_a_product_leads_to_the_products_page() -> None:
    base = with_models()
    public = replace(base.models[0], label="operations.flights.v2")
    found = files(model_pages, replace(base, models=(public,)))[FLIGHTS]
    assert "This is a product" in text_of(found)


def test_a_model_called_index_is_not_taken_for_the_list() -> None:
    base = with_models()
    index = replace(base.models[0], label="operations.index", page="models/operations/index.html")
    found = files(model_pages, replace(base, models=(index,)))
    assert "Models of" in found["models/operations.html"]
    assert "Models of" not in found["models/operations/index.html"]


def test_the_list_of_a_project_with_very_many_has_several_pages() -> None:
    base = with_models()
    models = [
        replace(base.models[0], label=f"operations.m{n}", page=f"models/operations/m{n}.html")
        for n in range(ON_A_PAGE + 1)
    ]
    found = files(model_pages, replace(base, models=tuple(models)))
    assert "../models/operations/m1000.html" in links(found["models/operations--2.html"])
    assert "../models/operations--2.html" in links(found["models/operations.html"])
