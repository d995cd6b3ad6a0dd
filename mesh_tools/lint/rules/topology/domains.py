"""How data travels between domains."""

from __future__ import annotations

from mesh_tools.lint.places import Place, YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import CrossRef, MeshProject
from mesh_tools.lint.subjects.topology import Links, chains_of, links_of


@rule("TOP003", "long-chain-of-domains", severity="warn", tier="strict", side="mesh")
def long_chain_of_domains(ref: CrossRef, *, max_hops: int = 3) -> Found:
    """Data has changed domain too often on its way to a model.

    Why:
        Every domain on the way adds a release cycle, a schedule and a chance to fail; who reads the end of a long chain
        can neither say how old the data is nor whom to ask.

    Options:
        max_hops: How often data may change domain.

    Bad:
        mesh.yml:
            lint: {rules: {TOP003: {max_hops: 1}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/sold.yml:
            models:
              - {name: sold, config: {access: public}}
        sales/models/sold.sql:
            select order_id from {{ ref('shop', 'orders') }}
        board/models/figures.sql:
            select order_id from {{ ref('sales', 'sold') }}  -- TOP003

    Good:
        mesh.yml:
            lint: {rules: {TOP003: {max_hops: 1}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        board/models/figures.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Read the product nearer to where the data is from, or let the domain at the beginning of the chain offer what is
        needed.
    """
    if not ref.consumer.holds_data:
        return
    mesh = ref.mesh
    chain = mesh.once("TOP003", lambda: chains_of(mesh)).get(ref.producer.key, ())
    domain = mesh.domain_of(ref.consumer.project)
    if len(chain) > max_hops and chain[-1] != domain:
        path = " -> ".join((*chain, domain))
        yield ref.raised(f"brings data through {len(chain)} hops between domains ({path}), more than {max_hops}")


@rule("TOP004", "coupled-domain", severity="warn", tier="strict", side="mesh")
def coupled_domain(project: MeshProject, *, max_upstream: int = 5, max_instability: float = 1.0) -> Found:
    """A domain depends on too many others.

    Either it reads more domains than `max_upstream`, or it is read by others although it is itself less stable than
    `max_instability` allows: of all domains that it is linked with, it depends on too large a part.

    Why:
        Each upstream domain can break it and has to be talked to; and a domain that others build on passes all of that
        on. Dependencies are best in the direction of what changes less.

    Options:
        max_upstream: How many domains a domain may read.
        max_instability: Of a domain that others read, the part of its links that may lead upstream: from 0 (it depends
            on nobody) to 1 (which is never exceeded).

    Bad:
        mesh.yml:
            lint: {rules: {TOP004: {max_upstream: 1}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        stock/models/items.yml:
            models:
              - {name: items, config: {access: public}}
        stock/models/items.sql:
            select 1 as item_id
        sales/dependencies.yml:
            projects:  # TOP004
              - name: shop
              - name: stock
        sales/models/sold.sql:
            select order_id, item_id from {{ ref('shop', 'orders') }}, {{ ref('stock', 'items') }}

    Good:
        mesh.yml:
            lint: {rules: {TOP004: {max_upstream: 1}}}
        shop/models/orders.yml:
            models:
              - {name: orders, config: {access: public}}
        shop/models/orders.sql:
            select 1 as order_id
        sales/models/sold.sql:
            select order_id from {{ ref('shop', 'orders') }}

    To do:
        Ask for a product that already joins what is needed, move models to the domain that they mostly read, or split
        the domain.
    """
    mesh, domain = project.mesh, project.domain
    links = mesh.once("TOP004", lambda: links_of(mesh))
    speakers = mesh.once(
        "TOP004 speakers", lambda: {mesh.domain_of(name): name for name in sorted(mesh.reads, reverse=True)}
    )
    if speakers.get(domain) == project.name:
        for message, key in _couplings(links, domain, max_upstream, max_instability):
            yield project.raised(message, place=_declarations(project), key=key)


def _couplings(links: Links, domain: str, max_upstream: int, max_instability: float) -> list[tuple[str, str]]:
    reads, read_by = sorted(links.upstream.get(domain, ())), links.downstream.get(domain, ())
    found: list[tuple[str, str]] = []
    if len(reads) > max_upstream:
        names = ", ".join(reads)
        found.append((f"belongs to {domain}, which reads {len(reads)} domains ({names}), more than {max_upstream}", ""))
    instability = links.instability(domain)
    if read_by and instability > max_instability:
        why = f"it reads {len(reads)} domains and is read by {len(read_by)}"
        message = f"belongs to {domain}, whose instability is {instability:.2f}, above {max_instability:g}: {why}"
        found.append((message, "instability"))
    return found


def _declarations(project: MeshProject) -> Place:
    files = project.member.files
    declares = files is not None and files.upstreams
    return YamlPlace(file="dependencies.yml", steps=("projects",)) if declares else project.place
