{% macro local_to_utc(local_timestamp, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'mesh_macros')(local_timestamp, time_zone)) }}
{%- endmacro %}

{% macro default__local_to_utc(local_timestamp, time_zone) -%}
    ((({{ local_timestamp }}) at time zone {{ time_zone }}) at time zone 'UTC')
{%- endmacro %}

{% macro spark__local_to_utc(local_timestamp, time_zone) -%}
    to_utc_timestamp({{ local_timestamp }}, {{ time_zone }})
{%- endmacro %}


{% macro utc_to_local(utc_timestamp, time_zone) -%}
    {{ return(adapter.dispatch('utc_to_local', 'mesh_macros')(utc_timestamp, time_zone)) }}
{%- endmacro %}

{% macro default__utc_to_local(utc_timestamp, time_zone) -%}
    ((({{ utc_timestamp }}) at time zone 'UTC') at time zone {{ time_zone }})
{%- endmacro %}

{% macro spark__utc_to_local(utc_timestamp, time_zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, {{ time_zone }})
{%- endmacro %}


{#- With hhmm = 100 h + m, the minutes 60 h + m are hhmm - 40 h. Dividing by 100.0 divides alike on every engine:
    of two integers, some keep the fraction and some do not. -#}
{% macro clock_to_minutes(hhmm) -%}
    cast(({{ hhmm }}) - 40 * floor(({{ hhmm }}) / 100.0) as integer)
{%- endmacro %}


{% macro minutes_until_clock(from_timestamp, hhmm) -%}
    cast(
        mod(
            {{ mesh_macros.clock_to_minutes(hhmm) }}
            - cast(extract(hour from {{ from_timestamp }}) as integer) * 60
            - cast(extract(minute from {{ from_timestamp }}) as integer)
            + 1440,
            1440
        ) as integer
    )
{%- endmacro %}
