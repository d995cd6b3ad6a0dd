"""Which syntax the tracer understands, and how each kind of expression treats the columns in it."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.values import AGGREGATE, TRANSFORM

_FAST: Final = (
    exp.Alias, exp.AtTimeZone, exp.Between, exp.Binary, exp.Boolean, exp.DataType, exp.DataTypeParam, exp.Distinct,
    exp.Exists, exp.Fetch, exp.Filter, exp.Func, exp.Group, exp.Having, exp.Identifier, exp.IgnoreNulls, exp.In,
    exp.Interval, exp.Limit, exp.Literal, exp.Null, exp.Offset, exp.Order, exp.Ordered, exp.Paren, exp.Qualify,
    exp.RespectNulls, exp.Tuple, exp.Unary, exp.Var, exp.Where, exp.Window, exp.WindowSpec, exp.WithinGroup,
)  # fmt: skip
_NOT_FAST: Final = (
    exp.Columns, exp.Dot, exp.Explode, exp.ExplodingGenerateSeries, exp.JSONExtract, exp.JSONExtractScalar, exp.Kwarg,
    exp.Lambda, exp.PropertyEQ, exp.Prior, exp.UDTF, exp.Unnest,
)  # fmt: skip
_UNKNOWN: Final = {
    "Columns": "COLUMNS(...) picks columns by a pattern",
    "Comprehension": "a list comprehension",
    "MatchRecognize": "MATCH_RECOGNIZE",
    "Command": "a statement that is no query",
    "Placeholder": "a placeholder",
    "Prior": "CONNECT BY",
    "Connect": "CONNECT BY",
    "QueryTransform": "TRANSFORM by a script",
    "ModelAttribute": "a model's attribute",
    "Predict": "a table function of a machine learning model",
}
_NAVIGATES: Final = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.First, exp.Last)
"""Aggregates in form, which hand on a value of one row."""


class Kind:
    """What the tracer knows of one class of sqlglot's expressions."""

    __slots__ = ("aggregates", "chains", "fast", "level", "name", "unknown")

    def __init__(self, cls: type[exp.Expr]) -> None:
        self.name = cls.__name__
        self.fast = issubclass(cls, _FAST) and not issubclass(cls, _NOT_FAST)
        self.level = _level(cls)
        self.aggregates = int(issubclass(cls, exp.AggFunc))
        self.chains = issubclass(cls, exp.Binary)
        self.unknown = _UNKNOWN.get(self.name)


def _level(cls: type[exp.Expr]) -> int:
    if issubclass(cls, _NAVIGATES):
        return TRANSFORM
    return AGGREGATE if issubclass(cls, (exp.AggFunc, exp.Filter, exp.WithinGroup)) else TRANSFORM


_kinds: dict[type[exp.Expr], Kind] = {}


def kind_of(node: exp.Expr) -> Kind:
    """The kind of ``node``."""
    cls = type(node)
    kind = _kinds.get(cls)
    if kind is None:
        kind = _kinds[cls] = Kind(cls)
    return kind
