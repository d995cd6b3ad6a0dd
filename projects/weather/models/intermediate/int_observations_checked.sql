with observations as (

    select * from {{ ref('stg_nycflights__weather') }}

),

checked as (

    select
        airport_code,
        observed_hour_utc,
        temperature_f,
        dew_point_f,
        relative_humidity_percent,
        wind_gust_mph,
        precipitation_inches,
        sea_level_pressure_hpa,
        visibility_miles,
        cast({{ mesh_macros.utc_to_local('observed_hour_utc', "'America/New_York'") }} as date) as observation_date,
        -- in calm, no direction
        case when wind_direction_degrees > 0 then wind_direction_degrees end as wind_direction_degrees,
        -- 231 mph, Mount Washington 1934: the fastest wind that a person ever measured at the surface
        case when wind_speed_mph <= 231 then wind_speed_mph end as wind_speed_mph,
        coalesce(wind_speed_mph > 231, false) as is_wind_speed_withheld
    from observations

)

select * from checked
