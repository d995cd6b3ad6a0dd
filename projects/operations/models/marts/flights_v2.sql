with flights as (

    select * from {{ ref('int_flights_timed') }}

),

final as (

    select
        cast(flight_date as {{ dbt.type_string() }})
        || '-' || carrier_code
        || '-' || cast(flight_number as {{ dbt.type_string() }})
        || '-' || origin_airport_code as flight_key,
        flight_date,
        carrier_code,
        flight_number,
        tail_number,
        origin_airport_code,
        destination_airport_code,
        flight_status,
        scheduled_departure_utc,
        actual_departure_utc,
        scheduled_arrival_utc,
        actual_arrival_utc,
        departure_delay_minutes,
        arrival_delay_minutes,
        air_time_minutes,
        cast({{ mesh_macros.miles_to_kilometres('distance_miles') }} as decimal(6, 1)) as distance_km,
        is_aircraft_registered,
        is_destination_known
    from flights

)

select * from final
