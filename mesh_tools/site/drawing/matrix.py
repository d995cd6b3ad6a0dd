"""The coupling matrix: what no map of many lines can show."""

from __future__ import annotations

from mesh_tools.site.drawing.coupling import Flow, coupling_anchor, flow_of, in_words, step
from mesh_tools.site.drawing.svg import element, text
from mesh_tools.site.facts.graph import MapFacts

_ROOMY_UP_TO = 24
_CAPTION = (
    "Each row is a domain that is read, each column one that reads it, both upstream first: what goes with the flow "
    "stands above the diagonal. The number is that of the models and exposures that do."
)


def matrix(facts: MapFacts, *, page: str = "") -> str:
    """Producers as rows and consumers as columns, upstream first, as an HTML table.

    What goes with the flow stands above the diagonal; what is below it closes a cycle.

    Args:
        facts: What is shown.
        page: Where the refs are listed, when it is not on the same page.
    """
    flow = flow_of(facts)
    cells = _Cells(facts, flow, page)
    head = [
        element("th", element("span", text(name)), scope="col", title=name, data_column=cells.number[name])
        for name in flow.order
    ]
    return element(
        "table",
        element("caption", _CAPTION),
        element("thead", element("tr", '<td class="corner">read by</td>', *head)),
        element("tbody", *(cells.row(producer) for producer in flow.order)),
        class_="matrix" if len(flow.order) <= _ROOMY_UP_TO else "matrix matrix-small",
    )


class _Cells:
    def __init__(self, facts: MapFacts, flow: Flow, page: str) -> None:
        self.flow, self.page = flow, page
        self.links = {box.name: box.href for box in facts.domains}
        self.number = {name: index for index, name in enumerate(sorted(flow.order))}
        self.couplings = {(c.producer, c.consumer): c for c in facts.couplings}

    def row(self, producer: str) -> str:
        href = self.links.get(producer)
        name = element("a", text(producer), href=href) if href else text(producer)
        return element(
            "tr",
            element("th", name, scope="row", title=producer),
            *(self._cell(producer, consumer) for consumer in self.flow.order),
            data_row=self.number[producer],
        )

    def _cell(self, producer: str, consumer: str) -> str:
        coupling = self.couplings.get((producer, consumer))
        if coupling is None:
            return '<td class="self"></td>' if producer == consumer else "<td></td>"
        kind = self.flow.kind(coupling)
        words = in_words(coupling, kind)
        href = f"{self.page}#{coupling_anchor(producer, consumer)}"
        link = element("a", f"{coupling.strength:,}", href=href, title=words, aria_label=words)
        return element("td", link, class_=f"{step(coupling.strength)} {kind}")
