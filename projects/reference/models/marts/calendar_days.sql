with numbers as (

    {{ dbt.generate_series(365) }}

),

holidays as (

    select * from {{ ref('us_federal_holidays') }}

),

days as (

    select cast({{ dbt.dateadd('day', 'generated_number - 1', "cast('2013-01-01' as date)") }} as date) as calendar_date
    from numbers

),

numbered as (

    select
        calendar_date,
        cast({{ dbt.date_trunc('month', 'calendar_date') }} as date) as month_start_date,
        -- 2012-12-31 was a Monday; engines disagree on the number of a weekday
        cast(mod({{ dbt.datediff("cast('2012-12-31' as date)", 'calendar_date', 'day') }}, 7) + 1 as integer)
            as iso_day_of_week
    from days

),

final as (

    select
        numbered.calendar_date,
        numbered.month_start_date,
        numbered.iso_day_of_week,
        numbered.iso_day_of_week >= 6 as is_weekend,
        holidays.holiday_date is not null as is_us_federal_holiday,
        holidays.holiday_name
    from numbered
    left join holidays
        on numbered.calendar_date = holidays.holiday_date

)

select * from final
