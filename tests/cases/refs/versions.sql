{{ ref('a', v=2) }}
{{ ref('a', version=2) }}
{{ ref('p', 'a', v='2') }}
{{ ref('a', v = 1.5) }}
{{ ref('a', v="beta") }}
{{ ref('a', v=none) }}
{{ ref('a', version=None) }}
