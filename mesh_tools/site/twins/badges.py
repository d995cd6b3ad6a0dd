"""Badges: the state of a product or a domain in one line, as an SVG for a README or a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from markupsafe import Markup
from msgspec import Struct

from mesh_tools.model.interface import product_key
from mesh_tools.site.facts.catalogue import DomainFacts
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer, counted
from mesh_tools.site.twins.old_names import twins_of

_LONGEST = 48
_MARGIN = 6
_GAP = 1  # two neighbours may have one colour
# Of white text on them at least 4.5 : 1.
_LABEL = "#44494d"
_PLAIN = "#5b646b"
_GOOD = "#24704a"
_WARN = "#8a5a00"
_BAD = "#a8322a"
_BLUE = "#1f5f8b"
_STATUS = {"stable": _GOOD, "prerelease": _BLUE, "superseded": _PLAIN, "deprecated": _WARN, "retired": _BAD}
_PROMISE = {"kept": ("fresh", _GOOD), "broken": ("stale", _BAD)}
_SCORE = {"gold": _GOOD, "silver": _GOOD, "bronze": _WARN, "none": _BAD}
# Widths in Verdana at 11 px, which the text is then fitted to, whatever font the reader has.
_WIDTHS = {**dict.fromkeys("fijlrtI.,:;'|!()[]/ ", 4.6), **dict.fromkeys("mwMWGOQ%@#", 9.6)}
_WIDTH = 7.2
_WIDE = 11.5

_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">'
    '<title>{title}</title><clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
    '<g clip-path="url(#r)">{boxes}</g>'
    '<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
)
_BOX = Markup('<rect x="{}" width="{}" height="20" fill="{}"/>')
_TEXT = Markup('<text x="{}" y="14" textLength="{}" lengthAdjust="spacingAndGlyphs">{}</text>')


class Piece(Struct, frozen=True):
    """One box of a badge."""

    text: str
    colour: str


def badges(renderer: Renderer) -> Iterator[Page]:
    """``badges/<domain>.<name>.svg``, also under names that a product had, and ``badges/domains/<domain>.svg``."""
    of_domain: defaultdict[str, list[ProductFacts]] = defaultdict(list)
    for product, twins in twins_of(renderer.catalogue):
        of_domain[product.domain].append(product)
        drawn = badge(product_pieces(product))
        for twin in twins:
            yield Page(f"badges/{twin}.svg", drawn)
    for domain in renderer.catalogue.domains:
        drawn = badge(domain_pieces(domain, of_domain[domain.name]))
        yield Page(f"badges/domains/{slug(domain.name)}.svg", drawn)


def product_pieces(product: ProductFacts) -> list[Piece]:
    """Name, contract version and status; freshness and score where they are known."""
    latest = product.latest
    pieces = [
        Piece(product_key(product.name, latest.version.v), _LABEL),
        Piece(latest.version.semantic_version, _BLUE),
        Piece(latest.status, _STATUS[latest.status]),
    ]
    if latest.promise in _PROMISE:
        pieces.append(Piece(*_PROMISE[latest.promise]))
    if latest.score:
        pieces.append(Piece(f"score {latest.score.score}", _SCORE[latest.score.badge]))
    return pieces


def domain_pieces(domain: DomainFacts, products: Sequence[ProductFacts]) -> list[Piece]:
    """Name and how many products; what is stale, and the score, where there is such."""
    pieces = [Piece(domain.name, _LABEL), Piece(counted(len(products), "product"), _BLUE)]
    stale = sum(product.latest.promise == "broken" for product in products)
    if stale:
        pieces.append(Piece(f"{stale} stale", _BAD))
    if domain.score:
        pieces.append(Piece(f"score {domain.score.score}", _SCORE[domain.score.badge]))
    return pieces


def badge(pieces: Sequence[Piece]) -> str:
    """The boxes side by side, with all of them as the title."""
    texts = [piece.text if len(piece.text) <= _LONGEST else piece.text[: _LONGEST - 1] + "…" for piece in pieces]
    widths = [_width(text) for text in texts]
    starts = [0, *accumulate(width + 2 * _MARGIN + _GAP for width in widths)]
    boxes = (
        _BOX.format(start, width + 2 * _MARGIN, piece.colour)
        for start, width, piece in zip(starts, widths, pieces, strict=False)
    )
    words = (
        _TEXT.format(start + _MARGIN, width, text) for start, width, text in zip(starts, widths, texts, strict=False)
    )
    title = f"{pieces[0].text}: {', '.join(piece.text for piece in pieces[1:])}"
    drawn = _SVG.format(width=starts[-1] - _GAP, title=title, boxes=Markup().join(boxes), texts=Markup().join(words))
    return str(drawn)


def _width(text: str) -> int:
    """Of the text alone, in pixels."""
    return max(1, round(sum(_WIDTHS.get(one, _WIDTH if one.isascii() else _WIDE) for one in text)))
