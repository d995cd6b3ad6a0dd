with aircraft as (

    select * from {{ ref('int_aircraft_classified') }}

),

final as (

    select
        manufacturer,
        model_name,
        cast(count(*) as integer) as aircraft_count,
        min(seat_count) as smallest_seat_count,
        max(seat_count) as largest_seat_count,
        cast(count(case when seat_count_status = 'usable' then 1 end) as integer) as aircraft_with_usable_seats,
        min(manufacture_year) as first_manufacture_year,
        max(manufacture_year) as last_manufacture_year
    from aircraft
    where manufacturer <> 'Amateur builder'
    group by
        manufacturer,
        model_name

)

select * from final
