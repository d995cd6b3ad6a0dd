{% macro calendar() %}
  select * from {{ ref('reference', 'calendar_days') }}
{% endmacro %}
