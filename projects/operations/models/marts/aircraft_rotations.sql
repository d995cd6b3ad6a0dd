with flights as (

    select * from {{ ref('flights', v=2) }}

),

departed as (

    select
        flight_key,
        tail_number,
        carrier_code,
        origin_airport_code,
        destination_airport_code,
        actual_departure_utc,
        air_time_minutes,
        is_aircraft_registered
    from flights
    where flight_status <> 'cancelled'

),

followed as (

    select
        *,
        lead(flight_key) over (
            partition by tail_number
            order by actual_departure_utc, flight_key
        ) as next_flight_key,
        lead(origin_airport_code) over (
            partition by tail_number
            order by actual_departure_utc, flight_key
        ) as next_origin_airport_code,
        lead(actual_departure_utc) over (
            partition by tail_number
            order by actual_departure_utc, flight_key
        ) as next_departure_utc
    from departed

),

final as (

    select
        flight_key,
        tail_number,
        carrier_code,
        origin_airport_code,
        destination_airport_code,
        actual_departure_utc,
        next_flight_key,
        next_origin_airport_code,
        next_departure_utc,
        cast({{ dbt.datediff('actual_departure_utc', 'next_departure_utc', 'minute') }} as integer)
            as minutes_to_next_departure,
        coalesce(
            {{ dbt.datediff('actual_departure_utc', 'next_departure_utc', 'minute') }} < 2 * air_time_minutes, false
        ) as is_contradicted,
        is_aircraft_registered
    from followed

)

select * from final
