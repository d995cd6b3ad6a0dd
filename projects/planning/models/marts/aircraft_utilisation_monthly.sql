with flights as (

    select * from {{ ref('int_flights_with_seats') }}

),

rotations as (

    select * from {{ ref('operations', 'aircraft_rotations') }}

),

flown as (

    select
        tail_number,
        month_start_date,
        max(case when seat_count_status = 'not_registered' then 0 else 1 end) = 1 as is_aircraft_registered,
        count(*) as departed_flights,
        sum(distance_km) as total_distance_km,
        sum(air_time_minutes) as total_air_time_minutes
    from flights
    group by
        tail_number,
        month_start_date

),

returned as (

    select
        rotations.tail_number,
        flights.month_start_date,
        percentile_cont(0.5) within group (order by rotations.minutes_to_next_departure)
            as median_minutes_to_next_departure
    from rotations
    inner join flights
        on rotations.flight_key = flights.flight_key
    where
        rotations.next_flight_key is not null
        and not rotations.is_contradicted
    group by
        rotations.tail_number,
        flights.month_start_date

),

final as (

    select
        flown.tail_number,
        flown.month_start_date,
        flown.is_aircraft_registered,
        cast(flown.departed_flights as integer) as departed_flights,
        cast(flown.total_distance_km as decimal(9, 1)) as total_distance_km,
        cast(flown.total_air_time_minutes as integer) as total_air_time_minutes,
        cast(returned.median_minutes_to_next_departure as decimal(9, 1)) as median_minutes_to_next_departure
    from flown
    left join returned
        on
            flown.tail_number = returned.tail_number
            and flown.month_start_date = returned.month_start_date

)

select * from final
