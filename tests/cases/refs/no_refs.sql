select ref('not_jinja'), {{ my_ref('x') }}, {{ xref("y") }}, {{ refs('z') }}
, {{ ref(name) }}, {{ ref('a' ~ 'b') }}, {{ ref() }}, {{ ref('') }}, {{ ref('a', 'b', 'c') }}, {{ ref('a', x=1) }}
