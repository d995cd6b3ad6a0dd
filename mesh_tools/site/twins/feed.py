"""What is published, as Atom feeds (RFC 4287): of the mesh, and of each domain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import islice
from uuid import NAMESPACE_URL, UUID, uuid5

from markupsafe import Markup, escape

from mesh_tools import __version__
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.product import ChangeFacts, Release
from mesh_tools.site.names import domain_page, slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

NEWEST = 100
"""Entries of a feed."""
_CHANGES = 20
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:mesh-tools:feed")
_FEED = Markup(
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom">\n'
    "<id>{id}</id>\n"
    "<title>{title}</title>\n"
    "<updated>{updated}</updated>\n"
    "<author><name>{author}</name></author>\n"
    '<generator version="{version}">mesh-tools</generator>\n'
    '{itself}<link rel="alternate" type="text/html" href="{page}"/>\n'
    "{entries}"
    "</feed>\n"
)
_SELF = Markup('<link rel="self" type="application/atom+xml" href="{}"/>\n')
_ENTRY = Markup(
    "<entry>\n"
    "<id>{id}</id>\n"
    "<title>{title}</title>\n"
    "<updated>{updated}</updated>\n"
    '<link rel="alternate" type="text/html" href="{page}"/>\n'
    '<category term="{domain}"/>\n'
    '<category term="{cls}"/>\n'
    '<content type="html">{content}</content>\n'
    "</entry>\n"
)
_Entry = tuple[Release, str, UUID]
"""A publication, its moment and its id."""


def feeds(renderer: Renderer) -> Iterator[Page]:
    """``feed.xml`` and ``domains/<domain>/feed.xml``, each of the newest publications."""
    catalogue = renderer.catalogue
    entries = list(_entries(catalogue))
    yield _feed(renderer, "feed.xml", catalogue.name, "changes.html", entries[:NEWEST])
    of_domain: defaultdict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        of_domain[entry[0].domain].append(entry)
    for domain in catalogue.domains:
        path = f"domains/{slug(domain.name)}/feed.xml"
        title = f"{domain.name} · {catalogue.name}"
        yield _feed(renderer, path, title, domain_page(domain.name), of_domain[domain.name][:NEWEST])


def _entries(catalogue: Catalogue) -> Iterator[_Entry]:
    """What has a moment, newest first. Ids know nothing of the site's address, so that it may move."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for release in catalogue.releases:
        at = moment_of(release.at)
        if at is not None:
            key = (release.project, release.product, at)
            yield release, at, _id(catalogue, *key, str(seen[key]))
            seen[key] += 1


def _id(catalogue: Catalogue, *parts: str) -> UUID:
    text = "\n".join((catalogue.name, catalogue.environment, *parts))
    return uuid5(_NAMESPACE, text.encode("utf-8", "replace").hex())


def moment_of(text: str | None) -> str | None:
    """An ISO 8601 moment as feeds want it (RFC 3339), in UTC; ``None`` of what is no moment."""
    try:
        # Python 3.10 does not read the Z.
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return f"{aware.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def _feed(renderer: Renderer, path: str, title: str, page: str, entries: Sequence[_Entry]) -> Page:
    catalogue = renderer.catalogue
    base = renderer.base_url.rstrip("/")
    root = f"{base}/" if base else "../" * path.count("/")
    # Of nothing published the day that the site shows: the clock would make other bytes of the same mesh.
    updated = max((at for _, at, _ in entries), default=f"{catalogue.as_of}T00:00:00Z")
    text = _FEED.format(
        id=_id(catalogue, path).urn,
        title=f"What changes: {title}",
        updated=updated,
        author=catalogue.name,
        version=__version__,
        itself=_SELF.format(root + path) if base else "",
        page=root + page,
        entries=Markup().join(_entry(renderer, root, entry) for entry in entries),
    )
    return Page(path, str(text))


def _entry(renderer: Renderer, root: str, entry: _Entry) -> Markup:
    release, at, key = entry
    return _ENTRY.format(
        id=key.urn,
        title=f"{release.project}.{release.product}{_number(release)}: {_what(release)}",
        updated=at,
        page=root + (renderer.release_page(release) or "changes.html"),
        domain=release.domain,
        cls=release.effective,
        content=str(_content(release)),
    )


def _number(release: Release) -> str:
    """The highest contract version."""
    return f" {release.numbers[-1][1]}" if release.numbers else ""


def _what(release: Release) -> str:
    if release.first:
        return "first published"
    return "taken away" if release.gone else release.effective


def _content(release: Release) -> Markup:
    if not release.changes:
        return Markup("<p>{}</p>").format(_what(release).capitalize())
    more = len(release.changes) - _CHANGES
    told: Iterable[Markup] = map(_change, islice(release.changes, _CHANGES))
    rest = Markup("<li>and {} more</li>").format(more) if more > 0 else ""
    return Markup("<ul>{}{}</ul>").format(Markup().join(told), rest)


def _change(change: ChangeFacts) -> Markup:
    hit = ", ".join(effect.project for effect in change.effects if effect.effect not in {"none", "unknown"})
    concerned = escape(f" (concerns {hit})" if hit else "")
    return Markup("<li>{}: {}{}</li>").format(change.effective, change.message, concerned)
