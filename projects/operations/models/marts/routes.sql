with flights as (

    select * from {{ ref('flights', v=2) }}

),

airports as (

    select * from {{ ref('reference', 'airports') }}

),

flown as (

    select
        origin_airport_code,
        destination_airport_code,
        max(distance_km) as distance_km,
        min(flight_date) as first_flight_date,
        max(flight_date) as last_flight_date,
        count(distinct carrier_code) as carrier_count,
        count(*) as scheduled_flights
    from flights
    group by
        origin_airport_code,
        destination_airport_code

),

final as (

    select
        flown.origin_airport_code,
        flown.destination_airport_code,
        flown.distance_km,
        cast({{ mesh_macros.great_circle_kilometres(
            'origins.latitude', 'origins.longitude', 'destinations.latitude', 'destinations.longitude'
        ) }} as decimal(6, 1)) as great_circle_km,
        destinations.airport_code is not null as is_destination_known,
        flown.first_flight_date,
        flown.last_flight_date,
        cast(flown.carrier_count as integer) as carrier_count,
        cast(flown.scheduled_flights as integer) as scheduled_flights
    from flown
    inner join airports as origins
        on flown.origin_airport_code = origins.airport_code
    left join airports as destinations
        on flown.destination_airport_code = destinations.airport_code

)

select * from final
