with flights as (

    select * from {{ ref('int_flights_judged') }}

),

counted as (

    select
        origin_airport_code as airport_code,
        month_start_date,
        departure_weather,
        count(*) as scheduled_flights,
        count(case when flight_status = 'cancelled' then 1 end) as cancelled_flights,
        count(case when is_late_departure then 1 end) as late_departures,
        coalesce(sum(case when is_late_departure then departure_delay_minutes end), 0) as late_departure_minutes
    from flights
    group by
        origin_airport_code,
        month_start_date,
        departure_weather

),

final as (

    select
        airport_code,
        month_start_date,
        departure_weather,
        cast(scheduled_flights as integer) as scheduled_flights,
        cast(cancelled_flights as integer) as cancelled_flights,
        cast(late_departures as integer) as late_departures,
        cast(late_departure_minutes as integer) as late_departure_minutes,
        cast({{ mesh_macros.ratio('cancelled_flights', 'scheduled_flights') }} as decimal(5, 4)) as cancellation_rate,
        cast({{ mesh_macros.ratio('late_departures', 'scheduled_flights - cancelled_flights') }} as decimal(5, 4))
            as late_departure_rate
    from counted

)

select * from final
