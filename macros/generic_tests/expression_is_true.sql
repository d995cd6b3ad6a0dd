{#- An expression that is null is not true: say what shall happen to nulls in the expression, or exclude them with
    `config: where:`. -#}
{% test expression_is_true(model, expression) %}

select *
from {{ model }}
where not coalesce(({{ expression }}), false)

{% endtest %}
