select * from {{ ref('airports') }}
