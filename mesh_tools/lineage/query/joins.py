"""Traces the FROM and JOIN clauses of one SELECT: which relations it reads, and by what they are joined."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame, merged_form
from mesh_tools.lineage.query.sources import Sources
from mesh_tools.lineage.query.values import NotFastError, NotTraceableError, Use, Value

_FAST: Final = frozenset({"this", "on", "side", "kind", "using"})
_FAST_KINDS: Final = frozenset({"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI"})
_FILTERING: Final = frozenset({"SEMI", "ANTI"})


class Reading:
    """Reads the relations of one SELECT into its frame.

    Attributes:
        uses: Uses by which the relations are joined.
        form: Comparable form of what was read.
    """

    def __init__(self, context: Context, expressions: Expressions, sources: Sources, frame: Frame) -> None:
        self._context = context
        self._expressions = expressions
        self._sources = sources
        self._frame = frame
        self.uses: set[Use] = set()
        self.form: list[str] = []

    def read(self, node: exp.Select) -> None:
        """Read all that ``node`` reads, in the order in which it names it.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        from_ = node.args.get("from_")
        if from_ is not None:
            self._relation(from_.this, "")
        for join in node.args.get("joins") or ():
            self._join(join)
        for lateral in node.args.get("laterals") or ():
            self._relation(lateral, "")

    def _relation(self, node: exp.Expr, side: str) -> str | None:
        """Read one relation, and what is joined to it in brackets.

        Returns:
            Its alias, or ``None`` where it is several in brackets.
        """
        joins = node.args.get("joins") or ()
        if joins:
            self._sources.only_exact("a join in brackets")
        if isinstance(node, exp.Subquery) and is_bracketed_join(node):
            self._sources.only_exact("a join in brackets")
            alias = self._relation(node.this, side)
            alias = None if joins or node.this.args.get("joins") else alias
        else:
            alias, relation = self._sources.source(node, self._frame)
            self._frame.add(alias, relation, side)
            self.form.append(relation.digest)
        for join in joins:
            self._join(join)
        return alias

    def _join(self, join: exp.Join) -> None:
        side, kind, method = (str(join.args.get(name) or "").upper() for name in ("side", "kind", "method"))
        if self._context.fast and (
            kind not in _FAST_KINDS or any(value for name, value in join.args.items() if name not in _FAST)
        ):
            raise NotFastError("JOIN")
        before = list(self._frame.sources)
        self.form.append(f"{method} {side} {kind}")
        alias = self._relation(join.this, side)
        if method == "NATURAL":
            self._natural(before, alias)
        self._conditions(join, before, alias)
        if kind in _FILTERING and alias is not None:
            self.uses |= self._frame.sources.pop(alias).rows

    def _conditions(self, join: exp.Join, before: list[str], alias: str | None) -> None:
        found, text = self._expressions.uses(
            [join.args.get("on"), join.args.get("match_condition")], self._frame, "join"
        )
        self.uses |= found
        # Qualification has written USING as ON, in columns of its own.
        self._context.named |= {(node, column) for node, column, _ in found}
        self.form.append(text)
        names = [
            self._context.key(identifier if isinstance(identifier, exp.Identifier) else identifier.this)
            for identifier in join.args.get("using") or ()
        ]
        if names:
            self.form[-1] = self._using(names, before, alias)

    def _using(self, names: list[str], before: list[str], alias: str | None) -> str:
        """Merge columns.

        Returns:
            The comparable form of ON that says the same.
        """
        if alias is None:
            raise NotTraceableError("USING of a join in brackets")
        form = ""
        for name in names:
            left = merged_form([value.digest for value in self._values(name, self._merged(name, before), chosen=True)])
            right = self._values(name, [alias])[0].digest
            equal = f"EQ(this={left} expression={right})"
            form = f"And(this={form} expression={equal})" if form else equal
            self._frame.using[name].append(alias)
            for value in self._values(name, self._frame.using[name]):
                self._context.named.update(value.leaves)
                self.uses |= {(owner, column, "join") for owner, column in value.leaves} | value.carried
        return form

    def _merged(self, name: str, before: list[str]) -> list[str]:
        """The relations to the left that have the column ``name``, as far as they are merged."""
        sources = self._frame.sources
        if name not in self._frame.using:
            known = [other for other in before if sources[other].has(name)]
            known = known or [other for other in before if sources[other].has(name) is None]
            if len(known) != 1:
                raise NotTraceableError(f"USING ({name}) may mean a column of several relations")
            self._frame.using[name] = known
        return self._frame.using[name]

    def _values(self, name: str, aliases: list[str], *, chosen: bool = False) -> list[Value]:
        found = []
        for alias in self._frame.chosen(aliases) if chosen else aliases:
            value = self._frame.column(alias, name)
            if value is None:
                raise NotTraceableError(f"{alias} has no column {name} that is known")
            found.append(value)
        return found

    def _natural(self, before: list[str], alias: str | None) -> None:
        self._sources.only_exact("NATURAL JOIN")
        relations = [self._frame.sources[name] for name in before]
        if alias is None or not all(relation.complete for relation in [*relations, self._frame.sources[alias]]):
            raise NotTraceableError("NATURAL JOIN of columns that are not known")
        common = [name for name in self._frame.sources[alias].columns if any(each.has(name) for each in relations)]
        if common:
            self._using(common, before, alias)


def is_bracketed_join(node: exp.Subquery) -> bool:
    """Whether the brackets hold relations that are joined, and no query."""
    return isinstance(node.this, exp.Table) or (
        isinstance(node.this, exp.Subquery) and bool(node.args.get("joins")) and not node.alias
    )
