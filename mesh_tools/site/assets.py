"""What all pages share: one style sheet, a few scripts, an icon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mesh_tools.site.output import Page

STATIC = Path(__file__).with_name("static")


def assets() -> Iterator[Page]:
    """The files below ``assets/``. The parts of the style sheet stand in the order of their names."""
    sheets = (path.read_text(encoding="utf-8") for path in sorted((STATIC / "css").glob("*.css")))
    yield Page("assets/site.css", "\n".join(sheets))
    for path in sorted((STATIC / "js").glob("*.js")):
        yield Page(f"assets/{path.name}", path.read_text(encoding="utf-8"))
    yield Page("assets/icon.svg", (STATIC / "icon.svg").read_text(encoding="utf-8"))
