{{ union(relations=[ref('a')], types={"x": {"y": 1}}, where=ref('after_two_braces')) }}
{{ note("}}", ref('after_braces_in_a_string')) }}
{{ note('%}', "it's", ref('after_a_quote_in_quotes')) }}
{% set x = {'a': {'b': '%}'}} %}{{ ref('next_block') }}
