{#- A package's generate_schema_name is never used for the nodes of the root project, so each project has a
    one-line generate_schema_name of its own that calls this. -#}
{% macro schema_name(custom_schema_name, node=none) -%}
    {{ return(adapter.dispatch('schema_name', 'mesh_macros')(custom_schema_name)) }}
{%- endmacro %}

{#- Projects share a database: the schemas of two projects, or of two people, must not meet. -#}
{% macro default__schema_name(custom_schema_name) -%}
    {%- if custom_schema_name is none -%}
        {{ return(target.schema) }}
    {%- endif -%}
    {{ return(target.schema ~ '_' ~ (custom_schema_name | trim)) }}
{%- endmacro %}

{#- Each project has a database file of its own: a prefix would say nothing. -#}
{% macro duckdb__schema_name(custom_schema_name) -%}
    {%- if custom_schema_name is none -%}
        {{ return(target.schema) }}
    {%- endif -%}
    {{ return(custom_schema_name | trim) }}
{%- endmacro %}
