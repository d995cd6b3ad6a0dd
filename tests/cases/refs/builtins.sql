{{ builtins.ref('a') }}
