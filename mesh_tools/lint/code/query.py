"""What a query reads, how it joins it, and where it asks for all columns.

No parser of any dialect: only clauses, joins, names and parentheses are looked at. What is not understood is left out.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from msgspec import Struct

from mesh_tools.lint.code.scan import blanked
from mesh_tools.lint.code.tokens import Token, tokens

RelationKind = Literal["name", "expression", "function", "query"]

_ENDS_FROM = frozenset(
    [
        "where",
        "group",
        "order",
        "having",
        "qualify",
        "window",
        "limit",
        "offset",
        "union",
        "except",
        "intersect",
        "minus",
        "fetch",
        "select",
        "sort",
        "cluster",
        "distribute",
    ]
)
_MODIFIERS = frozenset(
    [
        "left",
        "right",
        "full",
        "inner",
        "outer",
        "cross",
        "natural",
        "asof",
        "positional",
        "semi",
        "anti",
        "any",
        "all",
        "array",
        "global",
        "straight",
    ]
)
_NO_ALIAS = (
    _ENDS_FROM
    | _MODIFIERS
    | frozenset(
        [
            "as",
            "on",
            "using",
            "join",
            "lateral",
            "tablesample",
            "sample",
            "pivot",
            "unpivot",
            "match_recognize",
            "for",
            "with",
            "set",
            "when",
            "then",
            "end",
            "and",
            "or",
        ]
    )
)
_NEEDS_NONE = frozenset({"natural", "asof", "positional", "array"})
# What Jinja keeps for later is another query.
_CAPTURED = re.compile(
    r"\{%-?\s*(?:set\s+\w+\s*|call\b[^%]*|macro\b[^%]*)-?%\}.*?\{%-?\s*end(?:set|call|macro)\s*-?%\}", re.DOTALL
)
_NOT_A_BREAK = re.compile(r"[^\r\n]")
_BEFORE_STAR = frozenset({"select", "distinct", "all", ","})


class Relation(Struct, kw_only=True):
    """What a query reads.

    Attributes:
        kind: How it is written.
        start: Of its first character.
        end: Behind its last.
        text: As it is written; of a subquery and of a function nothing.
        alias: In lower case, without quotes; that of a name without one is its last part.
        is_dotted: Whether it is a name with a schema.
        is_semi: Whether it is only looked up, so that none of its columns is had.
    """

    kind: RelationKind
    start: int
    end: int
    text: str = ""
    alias: str = ""
    is_dotted: bool = False
    is_semi: bool = False


class Join(Struct, kw_only=True):
    """One relation joined to those before it.

    Attributes:
        start: Of the word `join`, or of the comma.
        words: What stands before `join`; for a comma `,`.
        relation: Which.
        condition: ``None`` when it has none; else whether it compares anything.
        unknown: Whether Jinja may have written a condition.
    """

    start: int
    words: frozenset[str]
    relation: Relation | None = None
    condition: Literal["constant", "some"] | None = None
    unknown: bool = False

    @property
    def needs_none(self) -> bool:
        """Whether it is one that pairs rows without a condition, or that of a function with each row."""
        return bool(self.words & _NEEDS_NONE) or self.relation is None or self.relation.kind == "function"


class Star(Struct, kw_only=True):
    """All columns: of all relations, or of the one that is called ``of``."""

    start: int
    of: str = ""


class Query(Struct, kw_only=True):
    """One `select` with what it reads.

    Attributes:
        is_outer: Whether it gives the columns of the model.
        is_tested: Whether only the existence of rows counts.
        stars: Where it asks for all columns.
        relations: What it reads.
        joins: How.
    """

    is_outer: bool
    is_tested: bool
    stars: list[Star] = msgspec.field(default_factory=list)
    relations: list[Relation] = msgspec.field(default_factory=list)
    joins: list[Join] = msgspec.field(default_factory=list)


class Queries(Struct, kw_only=True):
    """All queries of a model.

    Attributes:
        found: In the order in which they begin.
        ctes: Names of common table expressions, in lower case.
    """

    found: list[Query] = msgspec.field(default_factory=list)
    ctes: set[str] = msgspec.field(default_factory=set)

    @property
    def aliases(self) -> set[str]:
        """What queries call what they read."""
        return {one.alias for query in self.found for one in query.relations if one.alias}


class _Frame(Struct, kw_only=True):
    """What stands in one pair of parentheses."""

    opener: str
    query: Query | None = None
    clause: Literal["", "with", "select", "from", "other"] = ""
    expects: bool = False
    lateral: bool = False
    comma: int | None = None
    is_empty: bool = True


def queries(code: str, *, escapes: bool = False) -> Queries:
    """What the queries of a model read.

    Args:
        code: As it is written.
        escapes: Whether a backslash escapes a quote.
    """
    if "{%" in code:
        code = _CAPTURED.sub(lambda found: _NOT_A_BREAK.sub(" ", found[0]), code)
    return _Reading(code, list(tokens(blanked(code, escapes=escapes)))).read()


class _Reading:
    def __init__(self, code: str, found: list[Token]) -> None:
        self._code = code
        self._tokens = found
        self._frames = [_Frame(opener="")]
        self._result = Queries()

    def read(self) -> Queries:
        at = 0
        while at < len(self._tokens):
            at = self._token(at)
        return self._result

    def _word(self, at: int) -> str:
        return self._tokens[at].word if 0 <= at < len(self._tokens) else ""

    def _token(self, at: int) -> int:
        """Read one token, or the few that belong together; the number of the next."""
        frame, word = self._frames[-1], self._word(at)
        was_empty, frame.is_empty = frame.is_empty, False
        if word == "(":
            self._open(frame, at)
        elif word == ")":
            if len(self._frames) > 1:
                self._frames.pop()
                return self._alias(self._frames[-1], at + 1)
        elif word == "select":
            self._select(frame)
        elif word == "with" and (was_empty or not frame.clause):
            frame.clause = "with"
            self._cte(at + 1 + (self._word(at + 1) == "recursive"))
        elif frame.clause == "with" and word == ",":
            self._cte(at + 1)
        elif word == "from":
            self._from(frame, at, was_empty=was_empty)
        elif word == "*" and frame.clause == "select":
            self._star(frame, at)
        elif frame.clause == "from":
            return self._in_from(frame, at)
        return at + 1

    def _open(self, frame: _Frame, at: int) -> None:
        if frame.expects and frame.query is not None:
            self._add(frame, Relation(kind="function" if frame.lateral else "query", start=at, end=at))
        opener = self._word(at - 1)
        self._frames.append(_Frame(opener=opener))

    def _select(self, frame: _Frame) -> None:
        depth = len(self._frames)
        frame.query = Query(is_outer=depth == 1, is_tested=frame.opener == "exists")
        frame.clause = "select"
        frame.expects = False
        self._result.found.append(frame.query)

    def _cte(self, at: int) -> None:
        if at < len(self._tokens) and self._tokens[at].is_name:
            self._result.ctes.add(self._name(at))

    def _name(self, at: int) -> str:
        token = self._tokens[at]
        return self._code[token.start : token.end].strip('"`').lower()

    def _from(self, frame: _Frame, at: int, *, was_empty: bool) -> None:
        if self._word(at - 1) == "distinct" and frame.clause != "select":
            return
        if self._word(at - 1) == "distinct" and self._word(at - 2) in {"is", "not"}:
            return
        if frame.query is None:
            if not was_empty or (frame.opener not in {"", "as", "from", "join"}):
                return
            self._select(frame)
        frame.clause, frame.expects, frame.lateral, frame.comma = "from", True, False, None

    def _star(self, frame: _Frame, at: int) -> None:
        if frame.query is None:
            return
        start = self._tokens[at].start
        if self._word(at - 1) in _BEFORE_STAR:
            frame.query.stars.append(Star(start=start))
        elif self._word(at - 1) == "." and at > 1 and self._tokens[at - 2].is_name:
            frame.query.stars.append(Star(start=self._tokens[at - 2].start, of=self._name(at - 2)))

    def _in_from(self, frame: _Frame, at: int) -> int:
        word = self._word(at)
        if word in _ENDS_FROM:
            frame.clause, frame.expects = "other", False
        elif word == "join":
            self._join(frame, at)
        elif word in {"on", "using"}:
            self._condition(frame, at)
        elif word == ",":
            frame.expects, frame.lateral, frame.comma = True, False, self._tokens[at].start
        elif word == "lateral":
            frame.lateral = True
        elif frame.expects and (self._tokens[at].is_expression or self._tokens[at].is_name):
            return self._relation(frame, at)
        elif word.startswith("'"):
            frame.expects = False
        elif self._tokens[at].is_expression:
            self._may_be_condition(frame)
        return at + 1

    def _join(self, frame: _Frame, at: int) -> None:
        before = at - 1
        while self._word(before) in _MODIFIERS:
            before -= 1
        words = frozenset(self._word(one) for one in range(before + 1, at))
        if frame.query is not None:
            frame.query.joins.append(Join(start=self._tokens[before + 1].start, words=words))
        frame.expects, frame.lateral, frame.comma = True, False, None

    def _relation(self, frame: _Frame, at: int) -> int:
        """Read a name, or an expression, with what hangs on it."""
        if self._word(at) in _NO_ALIAS or self._word(at) in {"only", "values"}:
            frame.expects = frame.expects and self._word(at) in {"only", "lateral"}
            return at + 1
        start, end, jinja = self._tokens[at].start, at, self._tokens[at].is_expression
        while self._continues(end + 1):
            end += 1
            jinja = jinja or self._tokens[end].is_expression
        kind: RelationKind = "expression" if jinja else "name"
        if self._word(end + 1) == "(" and not jinja:
            kind = "function"
        last = self._tokens[end]
        text = self._code[start : last.end]
        relation = Relation(kind="function" if frame.lateral else kind, start=start, end=last.end, text=text)
        if kind == "name":
            relation.alias = self._name(end)
            # BigQuery's backticks are around the whole name.
            relation.is_dotted = end > at or (text.startswith("`") and "." in text)
        self._add(frame, relation)
        return self._alias(frame, end + 1)

    def _continues(self, at: int) -> bool:
        """Whether the token belongs to the name before it: a dot, what follows one, or what touches an expression."""
        if not 0 < at < len(self._tokens):
            return False
        token, before = self._tokens[at], self._tokens[at - 1]
        if token.word == "." or before.word == ".":
            return token.word != "*" and (token.word == "." or token.is_name or token.is_expression)
        touches = token.start == before.end and (token.is_expression or before.is_expression)
        return touches and (token.is_name or token.is_expression or token.word[:1].isalnum())

    def _alias(self, frame: _Frame, at: int) -> int:
        """Give the relation that has just been read its alias; the number of the next token."""
        if frame.clause != "from" or frame.expects or frame.query is None or not frame.query.relations:
            return at
        named = at + (self._word(at) == "as")
        if named < len(self._tokens) and self._tokens[named].is_name and self._word(named) not in _NO_ALIAS:
            before = self._tokens[at - 1]
            relation = frame.query.relations[-1]
            if before.end == relation.end or (before.word == ")" and not relation.alias and not relation.text):
                relation.alias = self._name(named)
                return named + 1
        return at

    def _add(self, frame: _Frame, relation: Relation) -> None:
        query = frame.query
        frame.expects = False
        if query is None:
            return
        if frame.comma is not None:
            join = Join(start=frame.comma, words=frozenset(","), relation=relation)
            query.joins.append(join)
        elif query.joins and query.joins[-1].relation is None:
            query.joins[-1].relation = relation
            relation.is_semi = bool(query.joins[-1].words & {"semi", "anti"})
        frame.comma = None
        query.relations.append(relation)

    def _condition(self, frame: _Frame, at: int) -> None:
        """Give a condition to the last join without one: that of nested joins comes after them."""
        for join in reversed(frame.query.joins if frame.query is not None else ()):
            if join.condition is None and join.words != {","}:
                constant = self._word(at) == "on" and self._is_constant(at + 1)
                join.condition = "constant" if constant else "some"
                return

    def _is_constant(self, at: int) -> bool:
        after = at + 1
        if self._word(at) != "true":
            if not (self._word(at).isdigit() and self._word(at + 1) == "=" and self._word(at + 2).isdigit()):
                return False
            after = at + 3
        return self._word(after) in {"", ")", ",", "join", ";"} | _ENDS_FROM | _MODIFIERS

    def _may_be_condition(self, frame: _Frame) -> None:
        for join in frame.query.joins if frame.query is not None else ():
            join.unknown = join.unknown or (join.condition is None and join.relation is not None)
