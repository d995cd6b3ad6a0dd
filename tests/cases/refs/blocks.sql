{{ config(pre_hook="insert into log select * from {{ ref('hooked') }}") }}
{% set relation = ref('set') %}
{%- if execute and ref('tested') is not none -%}
  {% for row in run_query('select * from ' ~ ref('looped')) %}{% endfor %}
{%- endif -%}
