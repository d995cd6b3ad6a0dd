{%- set new_york = "'America/New_York'" -%}

with observations as (

    select * from {{ ref('int_observations_checked') }}

),

conditions as (

    select * from {{ ref('flight_conditions') }}

),

summarised as (

    select
        observations.airport_code,
        observations.observation_date,
        count(*) as observed_hours,
        count(case when conditions.is_adverse then 1 end) as adverse_hours,
        min(observations.temperature_f) as lowest_temperature_f,
        max(observations.temperature_f) as highest_temperature_f,
        max(observations.wind_gust_mph) as strongest_gust_mph,
        sum(observations.precipitation_inches) as precipitation_inches
    from observations
    inner join conditions
        on
            observations.airport_code = conditions.airport_code
            and observations.observed_hour_utc = conditions.observed_hour_utc
    group by
        observations.airport_code,
        observations.observation_date

),

bounded as (

    select
        *,
        {{ mesh_macros.local_to_utc('cast(observation_date as timestamp)', new_york) }} as day_start_utc,
        {{ mesh_macros.local_to_utc(
            'cast(' ~ dbt.dateadd('day', 1, 'observation_date') ~ ' as timestamp)', new_york
        ) }} as day_end_utc
    from summarised

),

final as (

    select
        airport_code,
        observation_date,
        cast(observed_hours as integer) as observed_hours,
        cast({{ dbt.datediff('day_start_utc', 'day_end_utc', 'hour') }} as integer) as expected_hours,
        cast(adverse_hours as integer) as adverse_hours,
        cast({{ mesh_macros.fahrenheit_to_celsius('lowest_temperature_f') }} as decimal(4, 1)) as lowest_temperature_c,
        cast({{ mesh_macros.fahrenheit_to_celsius('highest_temperature_f') }} as decimal(4, 1))
            as highest_temperature_c,
        cast({{ mesh_macros.miles_per_hour_to_metres_per_second('strongest_gust_mph') }} as decimal(4, 1))
            as strongest_gust_m_s,
        cast({{ mesh_macros.inches_to_millimetres('precipitation_inches') }} as decimal(5, 1)) as precipitation_mm
    from bounded

)

select * from final
