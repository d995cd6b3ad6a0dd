with source as (

    select * from {{ source('nycflights', 'weather') }}

),

renamed as (

    select
        origin as airport_code,
        time_hour as observed_hour_utc,
        temp as temperature_f,
        dewp as dew_point_f,
        humid as relative_humidity_percent,
        wind_dir as wind_direction_degrees,
        wind_speed as wind_speed_mph,
        wind_gust as wind_gust_mph,
        precip as precipitation_inches,
        pressure as sea_level_pressure_hpa,
        visib as visibility_miles
    from source

)

select * from renamed
