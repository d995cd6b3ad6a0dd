{#- Rows whose grain is incomplete are failures too: a key that is null identifies nothing. -#}
{% test unique_combination_of_columns(model, combination_of_columns) %}

{%- if not combination_of_columns -%}
    {{ exceptions.raise_compiler_error("unique_combination_of_columns needs at least one column") }}
{%- endif -%}
{%- set columns = combination_of_columns | join(', ') %}

select {{ columns }}, count(*) as row_count
from {{ model }}
group by {{ columns }}
having
    count(*) > 1
    {%- for column in combination_of_columns %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
