with flights as (

    select * from {{ ref('int_flights_judged') }}

),

airports as (

    select * from {{ ref('reference', 'airports') }}

),

counted as (

    select
        origin_airport_code,
        destination_airport_code,
        count(*) as scheduled_flights,
        count(case when flight_status = 'completed' then 1 end) as completed_flights,
        count(case when is_on_time_arrival then 1 end) as on_time_arrivals,
        percentile_cont(0.5) within group (order by arrival_delay_minutes) as median_arrival_delay_minutes,
        percentile_cont(0.75) within group (order by arrival_delay_minutes) as p75_arrival_delay_minutes,
        percentile_cont(0.9) within group (order by arrival_delay_minutes) as p90_arrival_delay_minutes
    from flights
    group by
        origin_airport_code,
        destination_airport_code

),

final as (

    select
        counted.origin_airport_code,
        counted.destination_airport_code,
        airports.airport_name as destination_airport_name,
        cast(counted.scheduled_flights as integer) as scheduled_flights,
        cast(counted.completed_flights as integer) as completed_flights,
        cast(counted.on_time_arrivals as integer) as on_time_arrivals,
        cast({{ mesh_macros.ratio('counted.on_time_arrivals', 'counted.scheduled_flights') }} as decimal(5, 4))
            as on_time_arrival_rate,
        cast(counted.median_arrival_delay_minutes as decimal(6, 1)) as median_arrival_delay_minutes,
        cast(counted.p75_arrival_delay_minutes as decimal(6, 1)) as p75_arrival_delay_minutes,
        cast(counted.p90_arrival_delay_minutes as decimal(6, 1)) as p90_arrival_delay_minutes
    from counted
    left join airports
        on counted.destination_airport_code = airports.airport_code

)

select * from final
