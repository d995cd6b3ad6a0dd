"""The map of the mesh: domains from upstream to downstream, and who reads whom."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mesh_tools.site.drawing import svg
from mesh_tools.site.drawing.coupling import coupling_anchor, flow_of, in_words, kept_by, step
from mesh_tools.site.drawing.layered import Arrow, Box, Drawing, Place, Space, layered
from mesh_tools.site.facts.graph import Coupling, DomainBox, MapFacts

_MARGIN = 12.0
_GRID = 10.0
_OPEN = 56.0
"""Between boxes without lines; more where all of them are, for the lines that a script shows."""
_CAPTION = 44.0
_NOTE = 26.0
_BULGE = 46.0
_NARROWEST = 900.0
"""Boxes without lines fill rows of at least this width."""
_FITTED = ((720.0, "fit-s"), (1150.0, "fit-m"), (1600.0, "fit-l"))
"""Up to these widths the map may shrink to the width of the page, and stays legible."""


class Style(Struct, frozen=True, kw_only=True):
    """Sizes in pixels: a large mesh has small boxes.

    Attributes:
        height: Of a box with few lines.
        line: How much each further line adds to that.
        per_character: Width of a character of the name.
        beside: What stands beside the name, in width.
        narrow: The least width of a box.
        wide: The most.
        space: Between boxes.
        is_small: One line of text rather than two.
    """

    height: float
    line: float
    per_character: float
    beside: float
    narrow: float
    wide: float
    space: Space
    is_small: bool = False


_ROOMY = Style(
    height=48,
    line=9,
    per_character=8.2,
    beside=28,
    narrow=118,
    wide=210,
    space=Space(layers=104, boxes=24, lines=14),
)
_SMALL = Style(
    height=30,
    line=6,
    per_character=7.2,
    beside=48,
    narrow=110,
    wide=190,
    space=Space(layers=104, boxes=12, lines=8),
    is_small=True,
)
_ROOMY_UP_TO = 32


def mesh_map(facts: MapFacts, min_coupling: int = 0, *, page: str = "", hidden: bool = False) -> str:
    """The map as SVG, with a link to each domain and to the refs of each coupling.

    Args:
        facts: What is drawn.
        min_coupling: Couplings that are weaker decide over no place; a domain without any other stands below the map.
        page: Where the refs are listed, when it is not the page of the map itself: ``map.html``.
        hidden: Whether weaker couplings are in the drawing nevertheless, for a script to show.
    """
    return _Map(facts, min_coupling, page).svg(hidden=hidden)


class _Map:
    def __init__(self, facts: MapFacts, minimum: int, page: str) -> None:
        self.page, self.minimum = page, minimum
        self.flow = flow_of(facts)
        known = {box.name: box for box in facts.domains}
        self.domains = {name: known.get(name) for name in sorted(self.flow.order)}
        self.number = {name: index for index, name in enumerate(self.domains)}
        self.style = _ROOMY if len(self.domains) <= _ROOMY_UP_TO else _SMALL
        self.kept = kept_by(facts, self.flow)
        self.couplings = [c for c in facts.couplings if c.producer != c.consumer]
        self.shown = [c for c in self.couplings if c.strength >= minimum or (c.producer, c.consumer) in self.kept]
        longest = max((len(name) for name in self.domains), default=0)
        wished = longest * self.style.per_character + self.style.beside
        self.box_width = min(max(wished, self.style.narrow), self.style.wide)
        self.drawing = self._drawing()
        self.places = dict(self.drawing.places)
        self.width, self.height = self._with_the_rest()

    def _drawing(self) -> Drawing:
        lines: dict[str, list[int]] = {}
        for coupling in self.shown:
            is_backward = self.flow.kind(coupling) == "backward"
            lines.setdefault(coupling.producer, [0, 0])[not is_backward] += 1
            lines.setdefault(coupling.consumer, [0, 0])[is_backward] += 1
        boxes = [
            Box(name, self.box_width, max(self.style.height, self.style.line * max(lines[name])))
            for name in self.flow.order
            if name in lines
        ]
        arrows = [Arrow(c.producer, c.consumer, c.strength) for c in self.shown]
        return layered(boxes, arrows, backward=self.flow.backward, space=self.style.space)

    def _with_the_rest(self) -> tuple[float, float]:
        """Domains without a line, in rows below; returns width and height of all."""
        rest = [name for name in self.domains if name not in self.places]
        width, height = self.drawing.width, self.drawing.height
        if not rest:
            return width, height
        gap = _GRID if self.drawing.places else _OPEN
        pitch = self.box_width + gap
        columns = min(max(int((max(width, _NARROWEST) + gap) // pitch), 1), len(rest))
        self.caption_at = height + _CAPTION - 2 if self.drawing.places else 12.0
        top = self.caption_at + 14
        for index, name in enumerate(rest):
            x, y = index % columns * pitch, top + index // columns * (self.style.height + gap)
            self.places[name] = Place(x, y, self.box_width, self.style.height, -1)
        rows = -(-len(rest) // columns)
        return max(width, columns * pitch - gap), top + rows * (self.style.height + gap) - gap

    def svg(self, *, hidden: bool) -> str:
        note = "" if hidden else self._note()
        width, height = self.width + 2 * _MARGIN, self.height + 2 * _MARGIN + (_NOTE if note else 0)
        fit = next((name for most, name in _FITTED if width <= most), "fit-none")
        routes = {(route.source, route.target): route for route in self.drawing.routes}
        weak = [c for c in self.couplings if (c.producer, c.consumer) not in routes]
        shown = _strongest_last(self.shown)
        lines = [self._line(c, *svg.arrow(routes[c.producer, c.consumer].points), weak=False) for c in shown]
        if hidden:
            places = self.places
            lines = [self._line(c, *_direct(places[c.producer], places[c.consumer]), weak=True) for c in weak] + lines
        return svg.element(
            "svg",
            svg.element("g", *lines, class_="map-lines") if lines else "",
            self._caption(),
            note,
            svg.element("g", *(self._box(name, box) for name, box in self.domains.items()), class_="map-boxes"),
            # Not an image: what is in an image cannot be reached.
            role="group",
            aria_label="Map of the domains, upstream on the left",
            class_=f"mesh-map {fit}{' map-small' if self.style.is_small else ''}",
            viewBox=" ".join(svg.number(value) for value in (-_MARGIN, -_MARGIN, width, height)),
            width=width,
            height=height,
        )

    def _caption(self) -> str:
        if len(self.places) == len(self.drawing.places):
            return ""
        least = f"of at least {self.minimum:,} readers" if self.minimum > 1 else "with another domain"
        return svg.element("text", f"Without a coupling {least}", class_="map-caption", x=0, y=self.caption_at)

    def _note(self) -> str:
        missing = len(self.couplings) - len(self.shown)
        if not missing:
            return ""
        words = f"{missing:,} weaker {'coupling is' if missing == 1 else 'couplings are'} not drawn"
        return svg.element("text", words, class_="map-caption", x=0, y=self.height + _NOTE - 4)

    def _line(self, coupling: Coupling, path: str, head: str, *, weak: bool) -> str:
        kind = self.flow.kind(coupling)
        words = in_words(coupling, kind)
        return svg.element(
            "a",
            svg.element("title", svg.text(words)),
            svg.element("path", class_="map-hit", d=path),
            svg.element("path", class_="map-line", d=path),
            svg.element("path", class_="map-head", d=head),
            href=f"{self.page}#{coupling_anchor(coupling.producer, coupling.consumer)}",
            aria_label=words,
            class_=f"map-edge {step(coupling.strength)} {kind}{' weak' if weak else ''}",
            # What stays whatever the reader's minimum is has none.
            data_strength=None if (coupling.producer, coupling.consumer) in self.kept else coupling.strength,
            data_from=self.number[coupling.producer],
            data_to=self.number[coupling.consumer],
        )

    def _box(self, name: str, domain: DomainBox | None) -> str:
        place = self.places[name]
        count = domain.products if domain else 0
        counted = f"{count:,} {'product' if count == 1 else 'products'}"
        label = svg.shortened(name, place.width - self.style.beside + 4, self.style.per_character)
        ends = {end for pair in self.flow.backward | self.flow.circular for end in pair}
        return svg.element(
            "a" if domain else "g",
            svg.element("title", svg.text(f"{name}: {counted}")),
            svg.element("rect", x=place.x, y=place.y, width=place.width, height=place.height, rx=7),
            *self._texts(place, label, f"{count:,}" if self.style.is_small else counted),
            href=domain.href if domain else None,
            aria_label=f"{name}, {counted}" if domain else None,
            class_=f"map-box{' in-cycle' if name in ends else ''}",
            data_domain=self.number[name],
        )

    def _texts(self, place: Place, label: str, count: str) -> tuple[str, str]:
        middle, right = place.y + place.height / 2, place.x + place.width - 10
        if self.style.is_small:
            return (
                svg.element("text", svg.text(label), class_="map-name", x=place.x + 12, y=middle + 4.5),
                svg.element("text", count, class_="map-count at-end", x=right, y=middle + 4.5),
            )
        return (
            svg.element("text", svg.text(label), class_="map-name", x=place.x + 14, y=middle - 3),
            svg.element("text", count, class_="map-count", x=place.x + 14, y=middle + 14),
        )


def _strongest_last(couplings: Sequence[Coupling]) -> list[Coupling]:
    """What is drawn last lies on top."""
    return sorted(couplings, key=lambda c: (c.strength, c.producer, c.consumer))


def _direct(source: Place, target: Place) -> tuple[str, str]:
    """A line that no free way was sought for: over everything, from the nearest sides."""
    start, end = source.y + source.height / 2, target.y + target.height / 2
    if source.x + source.width < target.x:
        return svg.arrow([(source.x + source.width, start), (target.x, end)])
    if target.x + target.width < source.x:
        return svg.arrow([(source.x, start), (target.x + target.width, end)])
    return svg.bow((source.x + source.width, start), (target.x + target.width, end), _BULGE)
