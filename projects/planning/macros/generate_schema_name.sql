{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ mesh_macros.schema_name(custom_schema_name, node) }}
{%- endmacro %}
