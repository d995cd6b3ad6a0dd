with observations as (

    select * from {{ ref('int_observations_checked') }}

),

judged as (

    select
        airport_code,
        observed_hour_utc,
        -- FAA Aeronautical Information Manual, categorical outlooks; the ceiling, the other half, is not in the data
        case
            when visibility_miles < 1 then 'LIFR'
            when visibility_miles < 3 then 'IFR'
            when visibility_miles <= 5 then 'MVFR'
            else 'VFR'
        end as flight_category,
        -- 30 knots are 34.5 mph; the source holds whole knots
        coalesce(wind_gust_mph >= 34, false) as is_strong_gust,
        -- Federal Meteorological Handbook No. 1: up to 0.10 inch an hour, rain is light
        precipitation_inches > 0.1 as is_moderate_precipitation,
        coalesce(precipitation_inches > 0 and temperature_f <= 32, false) as is_freezing_precipitation
    from observations

),

final as (

    select
        airport_code,
        observed_hour_utc,
        flight_category,
        is_strong_gust,
        is_moderate_precipitation,
        is_freezing_precipitation,
        flight_category in ('IFR', 'LIFR')
        or is_strong_gust
        or is_moderate_precipitation
        or is_freezing_precipitation as is_adverse
    from judged

)

select * from final
