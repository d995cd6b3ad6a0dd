with flights as (

    select * from {{ ref('int_flights_judged') }}

),

airlines as (

    select * from {{ ref('reference', 'airlines') }}

),

counted as (

    select
        carrier_code,
        month_start_date,
        count(*) as scheduled_flights,
        count(case when flight_status = 'completed' then 1 end) as completed_flights,
        count(case when flight_status = 'cancelled' then 1 end) as cancelled_flights,
        count(case when flight_status = 'diverted' then 1 end) as diverted_flights,
        count(case when is_on_time_arrival then 1 end) as on_time_arrivals,
        avg(arrival_delay_minutes) as mean_arrival_delay_minutes
    from flights
    group by
        carrier_code,
        month_start_date

),

final as (

    select
        counted.carrier_code,
        counted.month_start_date,
        airlines.carrier_name,
        cast(counted.scheduled_flights as integer) as scheduled_flights,
        cast(counted.completed_flights as integer) as completed_flights,
        cast(counted.cancelled_flights as integer) as cancelled_flights,
        cast(counted.diverted_flights as integer) as diverted_flights,
        cast(counted.on_time_arrivals as integer) as on_time_arrivals,
        cast({{ mesh_macros.ratio('counted.on_time_arrivals', 'counted.scheduled_flights') }} as decimal(5, 4))
            as on_time_arrival_rate,
        cast(counted.mean_arrival_delay_minutes as decimal(6, 1)) as mean_arrival_delay_minutes
    from counted
    inner join airlines
        on counted.carrier_code = airlines.carrier_code

)

select * from final
