"""Facts to the parts that several documents have."""

from __future__ import annotations

from mesh_tools.lint.scorecard import Card
from mesh_tools.model.interface import Owner
from mesh_tools.site.facts.catalogue import ProjectFacts
from mesh_tools.site.facts.product import ProductFacts, Release
from mesh_tools.site.markdown import plain
from mesh_tools.site.names import twin_name
from mesh_tools.site.twins.documents.common import (
    ChangeDocument,
    EffectDocument,
    OwnerDocument,
    ReleaseDocument,
    ScoreDocument,
    ScorePart,
    VersionNumber,
)
from mesh_tools.site.twins.documents.overview import ProductSummary, ProjectDocument
from mesh_tools.site.twins.places import Place

_LINE = 200


def owner_of(owner: Owner) -> OwnerDocument:
    """Whom to ask."""
    return OwnerDocument(name=owner.name, email=owner.email, channel=owner.channel)


def score_of(card: Card | None) -> ScoreDocument | None:
    """A score with its parts; what is missing names rules and subjects that are the producer's own affair."""
    if card is None:
        return None
    parts = (ScorePart(name=part.name, points=part.points, most=part.most, text=part.text) for part in card.parts)
    return ScoreDocument(score=card.score, badge=card.badge, parts=tuple(parts))


def release_of(release: Release, page: str | None) -> ReleaseDocument:
    """A publication; ``page``: of the product's changes."""
    return ReleaseDocument(
        at=release.at,
        label=f"{release.project}.{release.product}",
        domain=release.domain,
        numbers=tuple(VersionNumber(v=v, semantic_version=number) for v, number in release.numbers),
        kind="first" if release.first else "gone" if release.gone else "change",
        class_=release.effective,
        bump=release.bump,
        changes=tuple(
            ChangeDocument(
                rule=change.rule,
                name=change.name,
                v=change.v,
                columns=change.columns,
                structural=change.structural,
                effective=change.effective,
                message=change.message,
                effects=tuple(
                    EffectDocument(project=one.project, effect=one.effect, models=one.models, detail=one.detail)
                    for one in change.effects
                ),
            )
            for change in release.changes
        ),
        page=page,
    )


def summary_of(product: ProductFacts, place: Place) -> ProductSummary:
    """A product in one line."""
    latest = product.latest
    version = latest.version
    return ProductSummary(
        label=product.label,
        twin=twin_name(product),
        url=place.product(product),
        page=place.page(product.folder + "index.html"),
        domain=product.domain,
        project=product.project,
        name=product.name,
        description=plain(version.description, _LINE),
        owner=owner_of(product.owner),
        status=latest.status,
        v=version.v,
        semantic_version=version.semantic_version,
        tier=version.tier,
        freshness=latest.promise,
        built_at=product.built_at,
        deprecation_date=version.deprecation_date,
        versions=len(product.versions),
        columns=len(latest.columns),
        readers=sum(one.readers for one in product.versions),
        score=latest.score.score if latest.score else None,
        tags=version.tags,
    )


def project_of(project: ProjectFacts) -> ProjectDocument:
    """A project, with its last build."""
    return ProjectDocument(
        name=project.name,
        domain=project.domain,
        owner=owner_of(project.owner),
        adapter=project.adapter,
        products=project.products,
        published_at=project.published_at,
        last_build=project.last_build,
        last_build_at=project.last_build_at,
        built_at=project.built_at,
        tests=project.tests,
        problem=project.problem,
        score=project.score.score if project.score else None,
    )
