{% raw %}{{ ref('raw') }}{% endraw %}
{%- raw -%}
  {{ ref('raw_too') }}
{%- endraw -%}
{{ ref('after') }}
