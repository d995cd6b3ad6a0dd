with flights as (

    select * from {{ ref('int_flights_with_seats') }}

),

routes as (

    select * from {{ ref('operations', 'routes') }}

),

punctuality as (

    select * from {{ ref('punctuality', 'route_punctuality') }}

),

timed as (

    select
        origin_airport_code,
        destination_airport_code,
        percentile_cont(0.5) within group (order by scheduled_block_minutes) as median_scheduled_block_minutes,
        percentile_cont(0.5) within group (order by actual_block_minutes) as median_actual_block_minutes
    from flights
    group by
        origin_airport_code,
        destination_airport_code

),

final as (

    select
        routes.origin_airport_code,
        routes.destination_airport_code,
        routes.distance_km,
        cast(timed.median_scheduled_block_minutes as decimal(5, 1)) as median_scheduled_block_minutes,
        cast(timed.median_actual_block_minutes as decimal(5, 1)) as median_actual_block_minutes,
        punctuality.on_time_arrival_rate,
        -- a flight is on time until it is 15 minutes late
        cast(
            case
                when punctuality.p75_arrival_delay_minutes > 14 then punctuality.p75_arrival_delay_minutes - 14
                when punctuality.p75_arrival_delay_minutes <= 14 then 0
            end as decimal(5, 1)
        ) as missing_buffer_minutes
    from routes
    left join timed
        on
            routes.origin_airport_code = timed.origin_airport_code
            and routes.destination_airport_code = timed.destination_airport_code
    left join punctuality
        on
            routes.origin_airport_code = punctuality.origin_airport_code
            and routes.destination_airport_code = punctuality.destination_airport_code

)

select * from final
