with flights as (

    select * from {{ ref('int_flights_with_seats') }}

),

final as (

    select
        origin_airport_code,
        destination_airport_code,
        month_start_date,
        cast(count(*) as integer) as departed_flights,
        cast(count(seat_count) as integer) as flights_with_seats,
        cast(coalesce(sum(seat_count), 0) as integer) as seats,
        cast(coalesce(sum(seat_count * distance_km), 0) as decimal(14, 1)) as seat_km,
        cast({{ mesh_macros.ratio('count(seat_count)', 'count(*)') }} as decimal(5, 4)) as seat_coverage_rate
    from flights
    group by
        origin_airport_code,
        destination_airport_code,
        month_start_date

)

select * from final
