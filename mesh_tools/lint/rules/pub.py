"""PUB: a product is public on purpose: contracted, described, owned, identified, promised."""

from __future__ import annotations

from mesh_tools.lint.fixes.fix import SetKey
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model


@rule("PUB001", "public-model-without-contract", severity="error", tier="starter")
def public_model_without_contract(model: Model) -> Found:
    """A public model enforces no contract.

    Why:
        A public model is an interface: consumers in other domains build on its columns and types, and without an
        enforced contract nothing keeps these as they are.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}  # PUB001
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public, contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
        models/orders.sql:
            select 1 as order_id

    To do:
        Give every column a `data_type`, and set `contract: {enforced: true}` under `config`. `mesh lint --fix` adds the
        block where all types are known.
    """
    if model.is_public and not model.node.contract_enforced:
        typed = bool(model.columns) and all(column.data_type for column in model.columns)
        place = model.place
        fix = (
            SetKey(place=place, steps=("config", "contract", "enforced"), value=True)
            if typed and isinstance(place, YamlPlace)
            else None
        )
        yield model.raised("is public, but enforces no contract", "config", "contract", fix=fix)
