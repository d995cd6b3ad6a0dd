"""What is compared is told by how it is written, never by which files there are."""

from __future__ import annotations

import pytest

from mesh_tools.contracts.operands.spec import Operand, parse_operand
from mesh_tools.errors import MeshError

ENVIRONMENTS = ("dev", "prod")


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("accepted", Operand("accepted")),
        ("present", Operand("present")),
        ("prod", Operand("registry", "prod")),
        ("git:prod", Operand("git", "prod")),
        ("main", Operand("git", "main")),
        ("origin/main", Operand("git", "origin/main")),
        ("HEAD~1", Operand("git", "HEAD~1")),
        ("v1.2", Operand("git", "v1.2")),
        ("HEAD@{1 day ago}", Operand("git", "HEAD@{1 day ago}")),
        ("registry:staging", Operand("registry", "staging")),
        ("interface.yml", Operand("file", "interface.yml")),
        ("../shop/target/MANIFEST.JSON", Operand("file", "../shop/target/MANIFEST.JSON")),
        ("C:\\shop\\manifest.json", Operand("file", "C:\\shop\\manifest.json")),
        ("https://example.com/manifest", Operand("file", "https://example.com/manifest")),
        ("s3://bucket/prod/shop/current.json", Operand("file", "s3://bucket/prod/shop/current.json")),
        ("file:manifest", Operand("file", "manifest")),
        ("file:///tmp/x.json", Operand("file", "///tmp/x.json")),
        ("git:notes.json", Operand("git", "notes.json")),
        (" main ", Operand("git", "main")),
    ],
)
def test_what_a_text_names(text: str, operand: Operand) -> None:
    assert parse_operand(text, ENVIRONMENTS) == operand


@pytest.mark.parametrize("text", ["", "  ", "git:", "registry: ", "file:"])
def test_a_text_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(MeshError, match="names nothing to compare with") as caught:
        parse_operand(text, ENVIRONMENTS)
    assert "registry:ENVIRONMENT" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "operand", [Operand("git", "prod"), Operand("file", "a"), Operand("registry", "dev"), Operand("present")]
)
def test_an_operand_as_it_is_shown_means_the_same(operand: Operand) -> None:
    assert parse_operand(str(operand), ENVIRONMENTS) == operand
