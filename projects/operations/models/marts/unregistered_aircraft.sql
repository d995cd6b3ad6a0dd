with flights as (

    select * from {{ ref('flights', v=2) }}

),

final as (

    select
        tail_number,
        min(carrier_code) as carrier_code,
        count(*) as scheduled_flights,
        min(flight_date) as first_flight_date,
        max(flight_date) as last_flight_date
    from flights
    where
        tail_number is not null
        and not is_aircraft_registered
    group by tail_number

)

select * from final
