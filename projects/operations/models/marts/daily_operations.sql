with flights as (

    select * from {{ ref('flights', v=2) }}

),

final as (

    select
        flight_date,
        origin_airport_code,
        carrier_code,
        cast(count(*) as integer) as scheduled_flights,
        cast(count(case when flight_status = 'completed' then 1 end) as integer) as completed_flights,
        cast(count(case when flight_status = 'diverted' then 1 end) as integer) as diverted_flights,
        cast(count(case when flight_status = 'cancelled' then 1 end) as integer) as cancelled_flights
    from flights
    group by
        flight_date,
        origin_airport_code,
        carrier_code

)

select * from final
