"""Names that may become files: what is accepted, what is refused, and that no path leaves its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.errors import MeshError
from mesh_tools.model.names import (
    check_environment_name,
    check_project_name,
    check_relative_path,
    check_resource_name,
)

CHECKS: dict[str, Callable[[str], str]] = {
    "project": check_project_name,
    "resource": check_resource_name,
    "environment": check_environment_name,
}

# Refused everywhere, whatever the name is for.
NEVER = {
    "empty": "",
    "parent folder": "..",
    "this folder": ".",
    "up and away": "../x",
    "absolute": "/etc/passwd",
    "backslash": "a\\b",
    "drive": "C:x",
    "NUL character": "a\0",
    "trailing newline": "flights\n",
    "newline inside": "a\nb",
    "tab": "a\tb",
    "quote": "a'b",
    "double quote": 'a"b',
    "Jinja": "{{ x }}",
    "hidden file": ".ssh",
    "option of a command": "-rf",
    "Windows device": "nul",
    "Windows device in upper case": "COM1",
    "accented letter": "caf\u00e9",
    "cyrillic look-alike": "\u0430irports",
    "full-width dots": "\uff0e\uff0e",
    "fraction slash": "a\u2044b",
    "digit of another script": "a\u0663",
    "zero-width space": "a\u200bb",
    "right-to-left override": "a\u202eb",
    "lone surrogate": "a\ud800",
    "too long": "a" * 300,
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", NEVER.values(), ids=NEVER)
def test_refused_for_every_kind(check: Callable[[str], str], name: str) -> None:
    with pytest.raises(MeshError, match=r"cannot be an? \w+ name") as caught:
        check(name)
    assert caught.value.message.isascii()
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 120
    assert caught.value.hint


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", ["flights", "Flights_2", "_x", "a", "A" * 99, "console", "communications"])
def test_accepted_for_every_kind(check: Callable[[str], str], name: str) -> None:
    assert check(name) == name


@pytest.mark.parametrize(
    ("kind", "name", "accepted"),
    [
        pytest.param("project", "2fast", False, id="project that begins with a digit"),
        pytest.param("project", "a-b", False, id="project with a hyphen"),
        pytest.param("project", "a.b", False, id="project with a dot"),
        pytest.param("project", "dbt", False, id="project called like dbt's own package"),
        pytest.param("project", "All", False, id="project called like dbt's word for all"),
        pytest.param("project", "a" * 128, False, id="project longer than dbt allows"),
        pytest.param("resource", "flights.v2", True, id="model with its version"),
        pytest.param("resource", "stg flights", True, id="model with a blank, which dbt allows"),
        pytest.param("resource", "flights ", False, id="model that ends with a blank, which Windows drops"),
        pytest.param("resource", "flights.", False, id="model that ends with a dot, which Windows drops"),
        pytest.param("resource", "a..b", False, id="model with two dots in a row"),
        pytest.param("resource", "nul.sql", False, id="Windows device with an extension"),
        pytest.param("resource", "con .sql", False, id="Windows device with a blank and an extension"),
        pytest.param("resource", "com1.v1.sql", False, id="Windows device with two extensions"),
        pytest.param("resource", "con_air.sql", True, id="begins like a Windows device"),
        pytest.param("environment", "2024", True, id="environment of digits"),
        pytest.param("environment", "pr-12", True, id="environment with a hyphen"),
        pytest.param("environment", "eu.prod", True, id="environment with a dot"),
        pytest.param("environment", "a b", False, id="environment with a blank"),
        pytest.param("environment", "prod.", False, id="environment that ends with a dot"),
        pytest.param("environment", "a" * 101, False, id="environment that is too long"),
    ],
)
def test_each_kind_has_its_own_rule(kind: str, name: str, accepted: bool) -> None:  # noqa: FBT001 - a table's column
    if accepted:
        assert CHECKS[kind](name) == name
    else:
        with pytest.raises(MeshError):
            CHECKS[kind](name)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        pytest.param("flights.sql", ("flights.sql",), id="a file"),
        pytest.param("marts/flights_v2.sql", ("marts", "flights_v2.sql"), id="a file in a folder"),
        pytest.param("marts\\core\\flights.sql", ("marts", "core", "flights.sql"), id="as Windows writes it"),
        pytest.param("a b/c.d.sql", ("a b", "c.d.sql"), id="blanks and dots"),
    ],
)
def test_a_models_path_is_split_into_its_parts(path: str, parts: tuple[str, ...]) -> None:
    assert check_relative_path(path) == parts


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/etc/passwd", "..", "../x.sql", "a/../../x.sql", "a/./b.sql", "a//b.sql", "a/", "./a.sql", "."),
        *("..\\x.sql", "C:\\x.sql", "C:/x.sql", "\\\\host\\share\\x.sql", "//host/x.sql", "~/x.sql", "a/~"),
        *("a\0b.sql", "a/con.sql", "a/nul", "a/b.sql\n", "a/b.sql ", "a/b.", "a/.hidden.sql", "a/-x.sql"),
        *("a/\uff0e\uff0e/b.sql", "a\u2215b.sql", "a/\u202egnp.sql", "a:stream.sql", "a/b*.sql", "a/'b'.sql"),
    ],
    ids=ascii,
)
def test_a_path_that_could_leave_its_folder_is_refused(path: str) -> None:
    with pytest.raises(MeshError, match="cannot be"):
        check_relative_path(path)


@given(st.text(alphabet=st.sampled_from("ab./\\:~ -_\0\n\u2215\uff0e"), max_size=12) | st.text(max_size=12))
def test_whatever_is_accepted_lies_below_the_folder_on_every_system(path: str) -> None:
    try:
        parts = check_relative_path(path)
    except MeshError:
        return
    assert parts
    folder = Path("models").resolve()
    assert folder in folder.joinpath(*parts).resolve().parents
    for flavour in (PurePosixPath, PureWindowsPath):
        joined = flavour("models").joinpath(*parts)
        assert not joined.is_absolute()
        assert joined.parts == ("models", *parts)
        assert ".." not in joined.parts


@given(st.from_regex(r"[^A-Za-z_].{0,5}", fullmatch=True) | st.text(st.characters(categories=["Cc", "Lo"]), min_size=1))
def test_a_refused_name_is_shown_on_one_line_of_ascii(name: str) -> None:
    with pytest.raises(MeshError) as caught:
        check_project_name(name)
    assert caught.value.message.isascii()
    assert caught.value.message.isprintable()
