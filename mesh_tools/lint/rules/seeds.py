"""SED: seeds are small lists that people keep by hand."""

from __future__ import annotations

from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Files
from mesh_tools.lint.subjects import Seed


@rule("SED001", "seed-too-large", severity="warn", tier="recommended")
def seed_too_large(seed: Seed, files: Files, *, max_bytes: int = 1_000_000, max_rows: int = 0) -> Found:
    """A seed is larger than a list that people keep by hand.

    Why:
        dbt inserts a seed row by row, and the repository keeps every version of it: data belongs into a source.

    Options:
        max_bytes: The largest size of the file.
        max_rows: The greatest number of rows; 0: any.

    Bad:
        mesh.yml:
            lint: {rules: {SED001: {max_rows: 1}}}
        seeds/countries.csv:
            code,name
            NO,Norway
            SE,Sweden
        seeds/_seeds.yml:
            seeds:
              - name: countries
        expect:
            shop/seeds/countries.csv:1

    Good:
        mesh.yml:
            lint: {rules: {SED001: {max_rows: 1}}}
        seeds/countries.csv:
            code,name
            NO,Norway

    To do:
        Load it as a source, and read it from there.
    """
    path = files.root / seed.path
    if not path.is_file():
        return
    place = CodePlace(file=seed.path, line=1)
    size = path.stat().st_size
    if size > max_bytes:
        yield seed.raised(f"has {size:,} bytes, more than {max_bytes:,}", place=place, key="bytes")
    if max_rows:
        rows = max(path.read_bytes().rstrip().count(b"\n"), 0)
        if rows > max_rows:
            yield seed.raised(f"has {rows:,} rows, more than {max_rows:,}", place=place, key="rows")
