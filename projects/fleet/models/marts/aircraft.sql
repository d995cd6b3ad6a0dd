with aircraft as (

    select * from {{ ref('int_aircraft_classified') }}

),

final as (

    select
        tail_number,
        manufacturer,
        model_name,
        aircraft_type,
        engine_type,
        engine_count,
        seat_count,
        seat_count_status,
        manufacture_year
    from aircraft

)

select * from final
