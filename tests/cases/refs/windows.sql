-- first

select * from {{ ref('a') }}
