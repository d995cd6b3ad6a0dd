with airports as (

    select * from {{ ref('stg_nycflights__airports') }}

),

reviews as (

    select * from {{ ref('airport_location_reviews') }}

),

reviewed as (

    select
        airports.airport_code,
        airports.airport_name,
        airports.elevation_m,
        reviews.airport_code is not null as is_location_withheld,
        case when reviews.airport_code is null then airports.latitude end as latitude,
        case when reviews.airport_code is null then airports.longitude end as longitude,
        case when reviews.airport_code is null then airports.time_zone end as time_zone,
        case when reviews.airport_code is null then airports.standard_utc_offset_hours end as standard_utc_offset_hours
    from airports
    left join reviews
        on airports.airport_code = reviews.airport_code

)

select * from reviewed
