with aircraft as (

    select * from {{ ref('stg_nycflights__planes') }}

),

manufacturers as (

    select * from {{ ref('manufacturers') }}

),

seat_count_reviews as (

    select * from {{ ref('seat_count_reviews') }}

),

named as (

    select
        aircraft.tail_number,
        aircraft.model_name,
        aircraft.aircraft_type,
        aircraft.engine_type,
        aircraft.engine_count,
        aircraft.seat_count,
        aircraft.manufacture_year,
        coalesce(manufacturers.manufacturer, 'Amateur builder') as manufacturer,
        aircraft.aircraft_type = 'Fixed wing multi engine'
        and aircraft.engine_type in ('Turbo-fan', 'Turbo-jet', 'Turbo-prop') as is_turbine_multi_engine
    from aircraft
    left join manufacturers
        on aircraft.registered_manufacturer = manufacturers.registered_manufacturer

),

classified as (

    select
        named.tail_number,
        named.manufacturer,
        named.model_name,
        named.aircraft_type,
        named.engine_type,
        named.engine_count,
        named.seat_count,
        named.manufacture_year,
        case
            when seat_count_reviews.model_name is not null then 'implausible'
            when not named.is_turbine_multi_engine or named.seat_count < 30 then 'not_an_airliner'
            else 'usable'
        end as seat_count_status
    from named
    left join seat_count_reviews
        on
            named.manufacturer = seat_count_reviews.manufacturer
            and named.model_name = seat_count_reviews.model_name
            and named.seat_count = seat_count_reviews.seat_count

)

select * from classified
