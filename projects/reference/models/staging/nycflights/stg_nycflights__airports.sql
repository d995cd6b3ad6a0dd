with source as (

    select * from {{ source('nycflights', 'airports') }}

),

renamed as (

    select
        faa as airport_code,
        name as airport_name,
        lat as latitude,
        lon as longitude,
        {{ mesh_macros.feet_to_metres('alt') }} as elevation_m,
        tz as standard_utc_offset_hours,
        tzone as time_zone
    from source

)

select * from renamed
