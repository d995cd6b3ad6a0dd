{# {{ ref('in_jinja_comment') }} #}
-- {{ ref('in_sql_comment_which_dbt_renders') }}
/* {{ ref('in_block_comment_which_dbt_renders') }} */
{#
  {{ ref('in_long_comment') }}
#}
select 1 -- ref('no_jinja')
