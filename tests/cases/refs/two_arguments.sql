{{ ref('operations', 'flights') }}
{{ ref("operations", 'flights',) }}
