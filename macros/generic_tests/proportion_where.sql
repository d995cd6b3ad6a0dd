{#- Dirt that cannot be cleaned is promised to stay within bounds: more of it, or none, is news. -#}
{% test proportion_where(model, condition, at_least=0, at_most=1) %}

with measured as (

    select {{ mesh_macros.ratio('count(case when ' ~ condition ~ ' then 1 end)', 'count(*)') }} as proportion
    from {{ model }}

)

select proportion
from measured
where
    proportion is null
    or proportion < {{ at_least }}
    or proportion > {{ at_most }}

{% endtest %}
