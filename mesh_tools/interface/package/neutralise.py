"""Makes text from another project harmless in files that dbt renders.

dbt renders Jinja in YAML values (some of them twice, some never, and not the same ones in every engine) and in
macros. So text in YAML is not escaped, which would show where dbt does not render it and come alive where it
renders twice; its delimiters are broken up instead, by a character that is not seen.
"""

from __future__ import annotations

import re
from typing import Any

WORD_JOINER = "\u2060"
"""Zero width, and no place to break a line."""

_OPENING = re.compile(r"\{(?=[{%#])")
# What may stand as it is between the quotes of a Jinja string: no quote, backslash, delimiter or control character.
_UNSAFE = re.compile(r"[^A-Za-z0-9_ .,:;/()\[\]<>=+*@$&!?|~^\u00a1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff-]")
# A key that dbt 2 takes for YAML's merge, even in quotes; it then drops the whole file with no more than a warning.
_MERGE = re.compile(r"\A<<\Z")
# dbt evaluates a generic test's argument that looks like a call of one of these, Jinja or not.
_LOOKS_LIKE_CALL = re.compile(r"^(?=\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*\Z)", re.DOTALL)


def plain(value: Any) -> Any:
    """``value`` (text, or lists and mappings of it) with nothing left in it that Jinja would see.

    Text without ``{{``, ``{%`` or ``{#`` stays the same.
    """
    if isinstance(value, str):
        return _LOOKS_LIKE_CALL.sub(WORD_JOINER, _OPENING.sub("{" + WORD_JOINER, value))
    if isinstance(value, dict):
        return {_MERGE.sub(f"<{WORD_JOINER}<", plain(str(key))): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def jinja_literal(value: str | None) -> str:
    """``value`` as a literal of a Jinja expression, the same in Jinja2 and in minijinja."""
    if value is None:
        return "none"
    return '"' + _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", value) + '"'
