"""Scores from findings and coverage.

A product has 100 points: 60 for what is known and promised of it, 40 for what the rules do not find. A project, a
domain and the mesh have 80 for the mean of their products, and 20 for what the rules do not find in everything else,
in proportion to the number of nodes; without products those 20 are the whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import floor

from msgspec.structs import replace

from mesh_tools.lint.scorecard.card import Card, CardKind, Loss, Part, Scorecard, badge_for
from mesh_tools.lint.scorecard.coverage import COVERAGE, coverage_of
from mesh_tools.lint.subjects import Mesh, Product
from mesh_tools.model.finding import Finding, Severity

WHOLE = 100
OF_FINDINGS = WHOLE - COVERAGE
"""Points that a product loses to findings, at most."""
OF_PRODUCTS = 80
OF_OTHERS = WHOLE - OF_PRODUCTS
"""Points that a project or domain has for findings that are about none of its products."""

WEIGHTS: Mapping[Severity, float] = {"error": 10, "warn": 4, "info": 1, "off": 0}
"""Points that a finding costs a product. Of everything else: that many tenths of a node."""
SUPPRESSED = 0.25
"""What a suppressed finding costs of that: somebody answers for it, but it is there."""
_EPSILON = 1e-6


def scorecard_of(mesh: Mesh, findings: Iterable[Finding], projects: Collection[str] | None = None) -> Scorecard:
    """The scores of all products, projects and domains of a mesh, and its own.

    Args:
        mesh: The projects, with what they promise.
        findings: All, those that are known or suppressed, too.
        projects: Only these are scored, and the mesh as if it had no others. Default: all.
    """
    names = [name for name in mesh.members if projects is None or name in projects]
    domain_of = {name: mesh.domain_of(name) for name in names}
    of_product, others = _sorted_out(mesh, findings)
    products: defaultdict[str, list[Card]] = defaultdict(list)
    for product in mesh.products:
        if product.owner in domain_of:
            products[product.owner].append(_product(product, of_product[product.label]))

    def group(kind: CardKind, name: str, members: Sequence[str]) -> Card:
        own = [card for project in members for card in products[project]]
        reporting = (*members, "") if kind == "mesh" else members
        rest = [finding for project in reporting for finding in others[project]]
        card = _group(own, rest, sum(len(mesh.members[project].summary.nodes) for project in members))
        domain = domain_of[name] if kind == "project" else name if kind == "domain" else ""
        return replace(card, kind=kind, name=name, domain=domain, project=name if kind == "project" else "")

    domains: defaultdict[str, list[str]] = defaultdict(list)
    for name, domain in sorted(domain_of.items()):
        domains[domain].append(name)
    return Scorecard(
        mesh=group("mesh", mesh.label, names),
        domains=tuple(group("domain", name, owned) for name, owned in sorted(domains.items())),
        projects=tuple(group("project", name, (name,)) for name in sorted(names)),
        products=tuple(sorted((card for cards in products.values() for card in cards), key=lambda card: card.name)),
    )


def _sorted_out(
    mesh: Mesh, findings: Iterable[Finding]
) -> tuple[dict[str, list[Finding]], defaultdict[str, list[Finding]]]:
    """Findings about each product or a column of it, by its label; all others by project."""
    found: dict[str, list[Finding]] = {product.label: [] for product in mesh.products}
    others: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        about = finding.subject.rpartition(".")[0] if finding.kind == "column" else finding.subject
        found.get(about, others[finding.project]).append(finding)
    return found, others


def _product(product: Product, findings: Sequence[Finding]) -> Card:
    parts, losses = coverage_of(product)
    cost = sum(map(_cost, findings))
    scale = min(1, OF_FINDINGS / cost) if cost else 1
    lost = _lost_to(findings, scale)
    parts.append(_findings_part(findings, OF_FINDINGS, cost * scale))
    return _card(
        Card(kind="product", name=product.label, domain=product.domain, project=product.owner, score=0, badge="none"),
        parts,
        [*losses, *lost],
        _counts(findings),
    )


def _group(products: Sequence[Card], findings: Sequence[Finding], nodes: int) -> Card:
    """What projects, domains and the mesh have in common."""
    most = OF_OTHERS if products else WHOLE
    cost = sum(map(_cost, findings)) / WEIGHTS["error"] / max(nodes, 1)
    scale = most * min(1, 1 / cost if cost else 1) / WEIGHTS["error"] / max(nodes, 1)
    parts = [_findings_part(findings, most, min(1, cost) * most)]
    losses = _lost_to(findings, scale)
    if products:
        share = OF_PRODUCTS / WHOLE / len(products)
        points = sum(part.points for card in products for part in card.parts) * share
        text = f"{len(products)} product{'' if len(products) == 1 else 's'}, {points / OF_PRODUCTS:.0%} of their points"
        parts.insert(0, Part(name="products", points=points, most=OF_PRODUCTS, text=text))
        losses += _of_products(products, share)
    counts: Counter[str] = Counter(_counts(findings))
    for card in products:
        counts.update(card.counts)
    empty = Card(kind="mesh", name="", score=0, badge="none", products=len(products))
    return _card(empty, parts, losses, dict(counts))


def _card(card: Card, parts: Sequence[Part], losses: Iterable[Loss], counts: dict[str, int]) -> Card:
    # Downwards, so that 100 means that nothing is missing; but not for what floating-point numbers miss.
    score = floor(sum(part.points for part in parts) + _EPSILON)
    return replace(
        card,
        score=score,
        badge=badge_for(score, counts["error"]),
        parts=tuple(replace(part, points=round(part.points, 2)) for part in parts),
        losses=tuple(
            replace(loss, points=round(loss.points, 2))
            for loss in sorted(losses, key=lambda loss: (-loss.points, loss.part, loss.code))
            if loss.points > _EPSILON
        ),
        counts=counts,
    )


def _of_products(products: Sequence[Card], share: float) -> list[Loss]:
    """What the products lose, by reason, as it counts for what they belong to."""
    found: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    for card in products:
        for loss in card.losses:
            found[loss.part, loss.code, loss.to_do].append(loss.points)
    return [
        Loss(
            points=sum(points) * share,
            part=part,
            code=code,
            to_do=to_do,
            text=f"{code or part}: lost by {len(points)} of {len(products)} product{'' if len(products) == 1 else 's'}",
        )
        for (part, code, to_do), points in found.items()
    ]


def _lost_to(findings: Sequence[Finding], scale: float) -> list[Loss]:
    by_rule: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.code, finding.name].append(finding)
    return [
        Loss(
            points=sum(map(_cost, of_rule)) * scale,
            part="findings",
            code=code,
            text=f"{code} {name}: {_in_words(of_rule)}",
            to_do=f"see `mesh rule {code}`",
        )
        for (code, name), of_rule in by_rule.items()
    ]


def _findings_part(findings: Sequence[Finding], most: float, lost: float) -> Part:
    return Part(name="findings", points=most - lost, most=most, text=_in_words(findings))


def _cost(finding: Finding) -> float:
    return WEIGHTS[finding.severity] * (SUPPRESSED if finding.state == "suppressed" else 1)


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    counts: Counter[str] = Counter(
        "suppressed" if finding.state == "suppressed" else finding.severity for finding in findings
    )
    return {key: counts[key] for key in ("error", "warn", "info", "suppressed")}


def _in_words(findings: Sequence[Finding]) -> str:
    said = [f"{number} {key}" for key, number in _counts(findings).items() if number]
    return ", ".join(said) or "none"
