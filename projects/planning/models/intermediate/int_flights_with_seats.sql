with flights as (

    select * from {{ ref('operations', 'flights', v=2) }}

),

aircraft as (

    select * from {{ ref('fleet', 'aircraft') }}

),

final as (

    select
        flights.flight_key,
        cast({{ dbt.date_trunc('month', 'flights.flight_date') }} as date) as month_start_date,
        flights.carrier_code,
        flights.tail_number,
        flights.origin_airport_code,
        flights.destination_airport_code,
        flights.flight_status,
        flights.distance_km,
        flights.air_time_minutes,
        {{ dbt.datediff('flights.scheduled_departure_utc', 'flights.scheduled_arrival_utc', 'minute') }}
            as scheduled_block_minutes,
        {{ dbt.datediff('flights.actual_departure_utc', 'flights.actual_arrival_utc', 'minute') }}
            as actual_block_minutes,
        aircraft.manufacturer,
        aircraft.model_name,
        coalesce(aircraft.seat_count_status, 'not_registered') as seat_count_status,
        case when aircraft.seat_count_status = 'usable' then aircraft.seat_count end as seat_count
    from flights
    left join aircraft
        on flights.tail_number = aircraft.tail_number
    where flights.flight_status <> 'cancelled'

)

select * from final
