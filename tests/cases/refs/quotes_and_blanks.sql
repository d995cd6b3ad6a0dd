{{ref("a")}}
{{  ref ( 'b' )  }}
{{- ref('c') -}}
