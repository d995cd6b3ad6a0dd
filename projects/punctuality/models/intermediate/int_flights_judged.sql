with flights as (

    select * from {{ ref('operations', 'flights', v=2) }}

),

conditions as (

    select * from {{ ref('weather', 'flight_conditions') }}

),

final as (

    select
        flights.flight_key,
        flights.flight_date,
        cast({{ dbt.date_trunc('month', 'flights.flight_date') }} as date) as month_start_date,
        flights.carrier_code,
        flights.origin_airport_code,
        flights.destination_airport_code,
        flights.flight_status,
        flights.departure_delay_minutes,
        flights.arrival_delay_minutes,
        -- 14 CFR 234.2: on time is less than 15 minutes late
        coalesce(flights.departure_delay_minutes < 15, false) as is_on_time_departure,
        coalesce(flights.departure_delay_minutes >= 15, false) as is_late_departure,
        coalesce(flights.arrival_delay_minutes < 15, false) as is_on_time_arrival,
        case
            when conditions.is_adverse then 'adverse'
            when not conditions.is_adverse then 'not_adverse'
            else 'not_observed'
        end as departure_weather
    from flights
    left join conditions
        on
            flights.origin_airport_code = conditions.airport_code
            and {{ dbt.date_trunc('hour', 'flights.scheduled_departure_utc') }} = conditions.observed_hour_utc

)

select * from final
