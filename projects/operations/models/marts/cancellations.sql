with flights as (

    select * from {{ ref('flights', v=2) }}

),

final as (

    select
        flight_key,
        flight_date,
        carrier_code,
        flight_number,
        origin_airport_code,
        destination_airport_code,
        scheduled_departure_utc,
        tail_number,
        tail_number is not null as was_aircraft_assigned,
        distance_km
    from flights
    where flight_status = 'cancelled'

)

select * from final
