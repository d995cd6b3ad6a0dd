"""Random queries over three relations; most of them are valid, since columns are taken from what is in scope."""

from __future__ import annotations

from itertools import chain
from random import Random

from mesh_tools.lineage.tasks import Task

RELATIONS = {"a": ("id", "x", "y"), "b": ("id", "z"), "c": ("id", "w")}

Scope = dict[str, list[str]]


def task(sql: str, dialect: str = "duckdb") -> Task:
    return Task(
        sql=sql,
        dialect=dialect,
        relations=tuple(((name,), name) for name in RELATIONS),
        columns=tuple((name, columns, True) for name, columns in RELATIONS.items()),
    )


def random_query(seed: int) -> str:
    """The query that belongs to ``seed``."""
    return Writer(Random(seed)).statement()  # noqa: S311  no secret


class Writer:
    """Writes one random query."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._known: Scope = {name: list(columns) for name, columns in RELATIONS.items()}
        self._names = iter(f"n{number}" for number in range(1000))

    def statement(self) -> str:
        ctes = []
        for number in range(self._random.choice((0, 0, 1, 2, 3))):
            sql, columns = self._select(depth=1)
            ctes.append(f"k{number} as ({sql})")
            self._known[f"k{number}"] = columns
        sql, columns = self._select(depth=2)
        if self._chance(0.2):
            other, same = self._select(depth=1)
            if len(set(columns)) == len(columns) == len(same) or self._chance(0.1):
                sql = f"{sql} {self._random.choice(('union all', 'union', 'except', 'intersect'))} {other}"
        return f"with {', '.join(ctes)} {sql}" if ctes else sql

    def _select(self, depth: int, outer: Scope | None = None) -> tuple[str, list[str]]:
        scope: Scope = {}
        from_ = self._from(scope, depth)
        visible = {**(outer or {}), **scope}
        where = f" where {self._value(visible, depth)} is not null" if self._chance(0.3) else ""
        grouped = self._chance(0.25)
        listed, columns = self._list(scope, visible, depth, grouped=grouped)
        group = " group by all" if grouped else ""
        order = f" order by {self._random.choice(columns)}" if columns and self._chance(0.2) else ""
        order = " order by 1" if self._chance(0.1) else order
        distinct = "distinct " if self._chance(0.1) else ""
        limit = " limit 3" if self._chance(0.1) else ""
        return f"select {distinct}{listed} from {from_}{where}{group}{order}{limit}", columns

    def _from(self, scope: Scope, depth: int) -> str:
        first = self._relation(scope, depth)
        for _ in range(self._random.choice((0, 0, 0, 1, 1, 2))):
            first += self._join(scope, depth)
        return first

    def _relation(self, scope: Scope, depth: int) -> str:
        if depth > 0 and self._chance(0.15):
            sql, columns = self._select(depth - 1)
            alias = next(self._names)
            scope[alias] = columns
            return f"({sql}) as {alias}"
        name = self._random.choice(list(self._known))
        alias = name if name not in scope and self._chance(0.6) else next(self._names)
        scope[alias] = self._known[name]
        return name if alias == name else f"{name} as {alias}"

    def _join(self, scope: Scope, depth: int) -> str:
        before = dict(scope)
        relation = self._relation(scope, depth)
        added = scope.keys() - before.keys()
        right = {alias: scope[alias] for alias in added}
        common = set().union(*before.values()) & set().union(*right.values())
        side = self._random.choice(("", "left", "right", "full", "inner"))
        if len(before) == 1 and common and self._chance(0.3):
            return f" {side} join {relation} using ({self._random.choice(sorted(common))})"
        if self._chance(0.1):
            for alias in added:
                del scope[alias]
            return f" semi join {relation} on {self._qualified(before)} = {self._qualified(right)}"
        if self._chance(0.1):
            return f", {relation}"
        return f" {side} join {relation} on {self._qualified(before)} = {self._qualified(right)}"

    def _list(self, scope: Scope, visible: Scope, depth: int, *, grouped: bool) -> tuple[str, list[str]]:
        if not grouped and self._chance(0.25):
            alias = self._random.choice(list(scope))
            columns = scope[alias]
            star = self._random.choice(("*", f"{alias}.*", f"{alias}.*"))
            if len(columns) > 1 and self._chance(0.3):
                left_out = self._random.choice(columns)
                return f"{alias}.* exclude ({left_out})", [column for column in columns if column != left_out]
            return star, columns if star != "*" else list(dict.fromkeys(chain.from_iterable(scope.values())))
        items: list[str] = []
        names: list[str] = []
        for _ in range(self._random.randint(1, 4)):
            name = next(self._names)
            aggregate = "sum(length(cast({} as varchar)))" if grouped and self._chance(0.5) else "{}"
            items.append(f"{aggregate.format(self._value(visible, depth, windows=not grouped))} as {name}")
            names.append(name)
        return ", ".join(items), names

    def _value(self, scope: Scope, depth: int, *, windows: bool = False) -> str:
        column = self._column(scope)
        forms = [
            "{0}",
            "{0}",
            "{0}",
            "coalesce({0}, {1})",
            "case when {0} = {1} then {0} end",
            "{0} in (select id from c)",
        ]
        if windows:
            forms.append("lag({0}) over (partition by {1} order by {1})")
        if depth > 0:
            forms += ["(select max({2}) from b as s where s.id = {0})", "exists (select 1 from c as s where s.w = {0})"]
            forms.append("list_transform([{0}], v -> v = {1})")
        return self._random.choice(forms).format(column, self._column(scope), self._random.choice(("s.z", "z", "s.id")))

    def _column(self, scope: Scope) -> str:
        qualified = self._qualified(scope)
        name = qualified.split(".")[1]
        alone = sum(columns.count(name) for columns in scope.values()) == 1
        return name if alone and self._chance(0.5) else qualified

    def _qualified(self, scope: Scope) -> str:
        alias = self._random.choice([alias for alias, columns in scope.items() if columns] or ["a"])
        return f"{alias}.{self._random.choice(scope.get(alias) or ['id'])}"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share
