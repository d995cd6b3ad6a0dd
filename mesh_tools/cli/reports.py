"""Where the reports of the linter and of all gates go: one is printed, others are written to files."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")


def _reports(_context: click.Context, _parameter: click.Parameter, written: tuple[str, ...]) -> dict[Path, str]:
    """Formats by file."""
    found: dict[Path, str] = {}
    for one in written:
        name, equals, file = one.partition("=")
        if not equals or not file or name not in FORMATS:
            raise click.BadParameter(f"{one!r} is not FORMAT=FILE; formats: {', '.join(FORMATS)}")
        found[Path(file)] = name
    return found


report_format_option = click.option(
    "--format", "output", type=click.Choice(FORMATS), default="text", show_default=True, help="Of the report."
)
reports_option = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT=FILE",
    callback=_reports,
    help="Write the report to a file, too. May be given several times.",
)


def write_report(file: Path, text: str) -> None:
    """Write a report in one step.

    Raises:
        MeshError: it cannot be written.
    """
    from mesh_tools.errors import Location, MeshError
    from mesh_tools.files import disk_hint, write_atomically

    try:
        write_atomically(file, text.encode())
    except OSError as error:
        where = Location.of(file)
        raise MeshError(f"cannot be written: {error.strerror}", where=where, hint=disk_hint(error)) from None
