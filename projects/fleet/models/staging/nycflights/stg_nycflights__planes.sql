with source as (

    select * from {{ source('nycflights', 'planes') }}

),

renamed as (

    select
        tailnum as tail_number,
        year as manufacture_year,
        type as aircraft_type,
        manufacturer as registered_manufacturer,
        model as model_name,
        engines as engine_count,
        engine as engine_type,
        seats as seat_count
    from source

)

select * from renamed
