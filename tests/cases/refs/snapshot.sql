{% snapshot flights_history %}
{{ config(strategy='check', unique_key='id') }}
select * from {{ ref('flights') }}
{% endsnapshot %}
