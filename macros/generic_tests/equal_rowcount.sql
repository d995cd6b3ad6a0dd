{% test equal_rowcount(model, compare_model) %}

with counted as (

    select
        (select count(*) from {{ model }}) as row_count,
        (select count(*) from {{ compare_model }}) as compare_row_count

)

select row_count, compare_row_count
from counted
where row_count <> compare_row_count

{% endtest %}
