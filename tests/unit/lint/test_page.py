"""The sections of a rule's docstring."""

from __future__ import annotations

from mesh_tools.lint.page import examples_of, page_of
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model


@rule("ORG001", "silent-model")
def silent_model(model: Model, *, words: int = 3, language: str = "en") -> Found:
    """A model says little.

    It has a description, but a short one.

    Why:
        Nobody knows what it holds.

        Nobody will find out.

    Options:
        words: How many words a description
            needs at least.
        language: Of the description.

    Bad:
        models/a.yml:
            models:

              - name: a  # ORG001
        models/a.sql:
            select 1 as id
        seeds/empty.csv:

    Good:
        mesh.yml: {lint: {preset: strict}}
        expect:
            models/a.sql
            mesh

    To do:
        Write `description: ...`.
    """
    if len(model.description.split()) < words:
        yield f"says little in {language}"


def test_each_section_has_its_text_without_the_indentation() -> None:
    page = page_of(silent_model)
    assert page.what == "A model says little.\n\nIt has a description, but a short one."
    assert page.why == "Nobody knows what it holds.\n\nNobody will find out."
    assert page.to_do == "Write `description: ...`."


def test_an_option_has_its_text_in_one_line() -> None:
    assert page_of(silent_model).options == {
        "words": "How many words a description needs at least.",
        "language": "Of the description.",
    }


def test_the_files_of_examples_are_as_they_are_written() -> None:
    assert examples_of(silent_model) == {
        "bad": {
            "models/a.yml": "models:\n\n  - name: a  # ORG001\n",
            "models/a.sql": "select 1 as id\n",
            "seeds/empty.csv": "",
        },
        "good": {"mesh.yml": "{lint: {preset: strict}}\n", "expect": "models/a.sql\nmesh\n"},
    }


def test_a_page_without_sections_says_only_what_is_wrong() -> None:
    @rule("ORG002", "bare-rule")
    def bare(model: Model) -> Found:
        """Nothing else is said."""
        yield model.label

    page = page_of(bare)
    assert page.what == "Nothing else is said."
    assert (page.why, page.to_do, page.bad, page.good, page.options) == ("", "", {}, {}, {})
