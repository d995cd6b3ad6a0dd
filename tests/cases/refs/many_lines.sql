select *
from {{
    ref(
        'operations',
        'flights',
        v=2,
    )
}}
