with flights as (

    select * from {{ ref('stg_nycflights__flights') }}

),

airports as (

    select * from {{ ref('reference', 'airports') }}

),

aircraft as (

    select * from {{ ref('fleet', 'aircraft') }}

),

placed as (

    select
        flights.*,
        destinations.time_zone as destination_time_zone,
        destinations.airport_code is not null as is_destination_known,
        aircraft.tail_number is not null as is_aircraft_registered,
        {{ mesh_macros.utc_to_local('flights.scheduled_departure_utc', 'origins.time_zone') }}
            as scheduled_departure_local,
        {{ mesh_macros.utc_to_local('flights.scheduled_departure_utc', 'destinations.time_zone') }}
            as scheduled_departure_at_destination
    from flights
    inner join airports as origins
        on flights.origin_airport_code = origins.airport_code
    left join airports as destinations
        on flights.destination_airport_code = destinations.airport_code
    left join aircraft
        on flights.tail_number = aircraft.tail_number

),

-- the clock at the destination says when, not on which day: no flight takes a day, so the next time it says so
scheduled as (

    select
        *,
        {{ mesh_macros.minutes_until_clock('scheduled_departure_at_destination', 'scheduled_arrival_hhmm') }}
            as minutes_to_scheduled_arrival_clock
    from placed

),

arrived as (

    select
        *,
        {{ mesh_macros.local_to_utc(
            dbt.dateadd('minute', 'minutes_to_scheduled_arrival_clock', 'scheduled_departure_at_destination'),
            'destination_time_zone'
        ) }} as scheduled_arrival_utc
    from scheduled

),

final as (

    select
        cast(scheduled_departure_local as date) as flight_date,
        carrier_code,
        flight_number,
        tail_number,
        origin_airport_code,
        destination_airport_code,
        case
            when departure_hhmm is null then 'cancelled'
            when arrival_delay_minutes is null then 'diverted'
            else 'completed'
        end as flight_status,
        scheduled_departure_hhmm,
        departure_hhmm,
        scheduled_arrival_hhmm,
        arrival_hhmm,
        scheduled_departure_utc,
        {{ dbt.dateadd('minute', 'departure_delay_minutes', 'scheduled_departure_utc') }} as actual_departure_utc,
        scheduled_arrival_utc,
        {{ dbt.dateadd('minute', 'arrival_delay_minutes', 'scheduled_arrival_utc') }} as actual_arrival_utc,
        departure_delay_minutes,
        arrival_delay_minutes,
        air_time_minutes,
        distance_miles,
        is_aircraft_registered,
        is_destination_known
    from arrived

)

select * from final
