"""REF: how one project reads another's products."""

from __future__ import annotations

from mesh_tools.lint.fixes.fix import PinRef
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import CrossRef


@rule("REF004", "ref-without-version", severity="warn", tier="recommended", side="consumer")
def ref_without_version(ref: CrossRef) -> Found:
    """A ref to another project's versioned product names no version.

    Why:
        It follows the latest version: the day on which the producer releases the next one, the consumer breaks, or
        silently means something else.

    Bad:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders') }}  -- REF004

    Good:
        shop/models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns: [{name: order_id, data_type: integer}]
                latest_version: 1
                versions: [{v: 1}]
        shop/models/orders_v1.sql:
            select 1 as order_id
        sales/models/report.sql:
            select order_id from {{ ref('shop', 'orders', v=1) }}

    To do:
        Name the version: `ref('shop', 'orders', v=1)`. `mesh lint --fix` writes the one that the ref means now.
    """
    if ref.edge == "ref" and not ref.is_pinned:
        v = ref.producer.v
        yield ref.raised(
            f"follows the latest version, now v{v}",
            fix=PinRef(file=ref.consumer.path, ref=ref.call, version=v),
        )
