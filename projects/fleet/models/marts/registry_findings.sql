with aircraft as (

    select * from {{ ref('int_aircraft_classified') }}

),

engine_types as (

    select
        manufacturer,
        model_name
    from aircraft
    group by
        manufacturer,
        model_name
    having count(distinct engine_type) > 1

),

final as (

    select
        tail_number,
        'manufacture_year_unknown' as finding
    from aircraft
    where manufacture_year is null

    union all

    select
        tail_number,
        'seat_count_' || seat_count_status as finding
    from aircraft
    where seat_count_status <> 'usable'

    union all

    select
        aircraft.tail_number,
        'engine_type_differs_within_model' as finding
    from aircraft
    inner join engine_types
        on
            aircraft.manufacturer = engine_types.manufacturer
            and aircraft.model_name = engine_types.model_name

)

select * from final
