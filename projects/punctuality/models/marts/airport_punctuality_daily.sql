with flights as (

    select * from {{ ref('int_flights_judged') }}

),

calendar_days as (

    select * from {{ ref('reference', 'calendar_days') }}

),

weather as (

    select * from {{ ref('weather', 'daily_summaries') }}

),

counted as (

    select
        origin_airport_code as airport_code,
        flight_date,
        count(*) as scheduled_flights,
        count(case when flight_status = 'cancelled' then 1 end) as cancelled_flights,
        count(case when is_on_time_departure then 1 end) as on_time_departures,
        count(case when is_late_departure then 1 end) as late_departures,
        coalesce(sum(case when is_late_departure then departure_delay_minutes end), 0) as late_departure_minutes
    from flights
    group by
        origin_airport_code,
        flight_date

),

final as (

    select
        counted.airport_code,
        counted.flight_date,
        calendar_days.is_weekend,
        calendar_days.is_us_federal_holiday,
        weather.adverse_hours,
        cast(counted.scheduled_flights as integer) as scheduled_flights,
        cast(counted.cancelled_flights as integer) as cancelled_flights,
        cast(counted.on_time_departures as integer) as on_time_departures,
        cast(counted.late_departures as integer) as late_departures,
        cast(counted.late_departure_minutes as integer) as late_departure_minutes,
        cast({{ mesh_macros.ratio('counted.on_time_departures', 'counted.scheduled_flights') }} as decimal(5, 4))
            as on_time_departure_rate
    from counted
    inner join calendar_days
        on counted.flight_date = calendar_days.calendar_date
    left join weather
        on
            counted.airport_code = weather.airport_code
            and counted.flight_date = weather.observation_date

)

select * from final
