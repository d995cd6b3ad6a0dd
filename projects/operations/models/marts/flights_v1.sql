with flights as (

    select * from {{ ref('int_flights_timed') }}

),

final as (

    select
        flight_date,
        carrier_code,
        flight_number,
        tail_number,
        origin_airport_code as origin,
        destination_airport_code as destination,
        scheduled_departure_hhmm as scheduled_departure_time,
        departure_hhmm as departure_time,
        departure_delay_minutes as departure_delay,
        scheduled_arrival_hhmm as scheduled_arrival_time,
        arrival_hhmm as arrival_time,
        arrival_delay_minutes as arrival_delay,
        air_time_minutes as air_time,
        distance_miles as distance,
        flight_status = 'cancelled' as is_cancelled
    from flights

)

select * from final
