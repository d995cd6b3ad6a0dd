{#- Each factor is exact by definition: the international yard and pound agreement of 1959 (1 ft = 0.3048 m,
    1 mile = 5,280 ft), 1 in = 25.4 mm, 0 degrees Celsius = 32 degrees Fahrenheit. -#}
{% macro miles_to_kilometres(miles) -%}
    (({{ miles }}) * 1.609344)
{%- endmacro %}

{% macro feet_to_metres(feet) -%}
    (({{ feet }}) * 0.3048)
{%- endmacro %}

{% macro inches_to_millimetres(inches) -%}
    (({{ inches }}) * 25.4)
{%- endmacro %}

{% macro miles_per_hour_to_metres_per_second(miles_per_hour) -%}
    (({{ miles_per_hour }}) * 0.44704)
{%- endmacro %}

{% macro fahrenheit_to_celsius(fahrenheit) -%}
    ((({{ fahrenheit }}) - 32) * 5 / 9.0)
{%- endmacro %}


{#- Haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984), mean Earth radius 6,371.0088 km (IUGG). The
    square root is capped at 1: rounding may push it past that for antipodes, where asin() is an error. The cap
    needs the case: least() skips nulls, so an unknown place would be as far away as it gets. -#}
{% macro great_circle_kilometres(latitude_1, longitude_1, latitude_2, longitude_2) -%}
    case
        when
            ({{ latitude_1 }}) is not null
            and ({{ longitude_1 }}) is not null
            and ({{ latitude_2 }}) is not null
            and ({{ longitude_2 }}) is not null
            then 2 * 6371.0088 * asin(least(1.0, sqrt(
                power(sin(radians(({{ latitude_2 }}) - ({{ latitude_1 }})) / 2), 2)
                + cos(radians({{ latitude_1 }}))
                * cos(radians({{ latitude_2 }}))
                * power(sin(radians(({{ longitude_2 }}) - ({{ longitude_1 }})) / 2), 2)
            )))
    end
{%- endmacro %}


{#- Multiplied by 1.0 first: Postgres divides two integers into an integer. -#}
{% macro ratio(numerator, denominator) -%}
    (1.0 * ({{ numerator }}) / nullif({{ denominator }}, 0))
{%- endmacro %}
