with airports as (

    select * from {{ ref('int_airports_reviewed') }}

),

final as (

    select
        airport_code,
        airport_name,
        cast(latitude as decimal(9, 6)) as latitude,
        cast(longitude as decimal(9, 6)) as longitude,
        cast(elevation_m as decimal(6, 1)) as elevation_m,
        time_zone,
        standard_utc_offset_hours,
        is_location_withheld
    from airports

)

select * from final
