with flights as (

    select * from {{ ref('int_flights_with_seats') }}

),

aircraft_models as (

    select * from {{ ref('fleet', 'aircraft_models') }}

),

flown as (

    select
        manufacturer,
        model_name,
        count(distinct tail_number) as aircraft_flown,
        count(*) as departed_flights,
        avg(distance_km) as mean_distance_km,
        sum(seat_count * distance_km) as seat_km
    from flights
    where seat_count_status in ('usable', 'implausible')
    group by
        manufacturer,
        model_name

),

final as (

    select
        flown.manufacturer,
        flown.model_name,
        aircraft_models.aircraft_count as aircraft_registered,
        cast(flown.aircraft_flown as integer) as aircraft_flown,
        cast(flown.departed_flights as integer) as departed_flights,
        cast(flown.mean_distance_km as decimal(6, 1)) as mean_distance_km,
        cast(flown.seat_km as decimal(14, 1)) as seat_km
    from flown
    inner join aircraft_models
        on
            flown.manufacturer = aircraft_models.manufacturer
            and flown.model_name = aircraft_models.model_name

)

select * from final
