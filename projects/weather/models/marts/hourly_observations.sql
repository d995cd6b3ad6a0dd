with observations as (

    select * from {{ ref('int_observations_checked') }}

),

final as (

    select
        airport_code,
        observed_hour_utc,
        cast({{ mesh_macros.fahrenheit_to_celsius('temperature_f') }} as decimal(4, 1)) as temperature_c,
        cast({{ mesh_macros.fahrenheit_to_celsius('dew_point_f') }} as decimal(4, 1)) as dew_point_c,
        cast(relative_humidity_percent as decimal(5, 2)) as relative_humidity_percent,
        wind_direction_degrees,
        cast({{ mesh_macros.miles_per_hour_to_metres_per_second('wind_speed_mph') }} as decimal(4, 1)) as wind_speed_m_s,
        cast({{ mesh_macros.miles_per_hour_to_metres_per_second('wind_gust_mph') }} as decimal(4, 1)) as wind_gust_m_s,
        cast({{ mesh_macros.inches_to_millimetres('precipitation_inches') }} as decimal(5, 1)) as precipitation_mm,
        cast(sea_level_pressure_hpa as decimal(5, 1)) as sea_level_pressure_hpa,
        cast({{ mesh_macros.miles_to_kilometres('visibility_miles') }} as decimal(4, 1)) as visibility_km,
        is_wind_speed_withheld
    from observations

)

select * from final
