"""What holds for a whole query while it is traced."""

from __future__ import annotations

from sqlglot import exp

from mesh_tools.lineage.names import FUNCTION, RelationName, column_key, relation_key
from mesh_tools.lineage.query.values import Leaf, Table
from mesh_tools.lineage.tasks import Columns, Task


class Context:
    """One query, and what is known of the nodes that it may read.

    Attributes:
        dialect: sqlglot's name of the SQL.
        fast: Whether the tree is as it was parsed; else sqlglot has qualified it.
        reads: Nodes that were read, in the order in which the query reads them, whatever the order of its CTEs.
        missing: Relations that are none of the nodes known.
        named: Leaves that the query names anywhere.
        hazards: Reads that depend on columns that are not named: (node, hazard).
        placeholders: What tables are called while sqlglot qualifies the tree, and what they are.
    """

    def __init__(self, task: Task, *, fast: bool) -> None:
        self.dialect = task.dialect
        self.fast = fast
        self.reads: dict[str, int] = {}
        self.missing: dict[RelationName, str] = {}
        self.named: set[Leaf] = set()
        self.hazards: set[tuple[str, str]] = set()
        self.placeholders: dict[str, exp.Table] = {}
        self._relations = dict(task.relations)
        self._columns = {key: (names, known) for key, names, known in task.columns}
        self._keys: dict[str, str] = {}
        self._quoted_keys: dict[str, str] = {}

    def key(self, identifier: exp.Expr | None) -> str:
        """The comparable form of a name."""
        if type(identifier) is not exp.Identifier:
            return column_key(identifier.name, self.dialect, quoted=not self.fast) if identifier is not None else ""
        name = identifier.args["this"]
        # What sqlglot has qualified is folded already: only our own spelling is left to do.
        quoted = not self.fast or identifier.args.get("quoted") is True
        keys = self._quoted_keys if quoted else self._keys
        key = keys.get(name)
        if key is None:
            key = keys[name] = column_key(name, self.dialect, quoted=quoted)
        return key

    def table(self, name: RelationName) -> Table:
        """The relation that the SQL names, be it a node or not."""
        node = self.node(name)
        columns, known = self._columns.get(node, ((), False))
        number = self.reads.setdefault(node, len(self.reads))
        return Table(node, f"${number}", columns, known=known)

    def node(self, name: RelationName) -> str:
        """The unique_id of the relation, or a name for it when it is none of the nodes."""
        node = self._relations.get(name)
        if node is None:
            node = f"relation:{'.'.join(part for part in name if part != FUNCTION)}"
            self.missing[name] = node
        return node

    def columns_of(self, name: RelationName) -> Columns:
        """What is known of the columns of a relation."""
        return self._columns.get(self._relations.get(name, ""), ((), False))

    def functions(self) -> dict[str, RelationName]:
        """Functions that are nodes, such as sources that are files, by their SQL."""
        return {name[1]: name for name in self._relations if name[0] == FUNCTION}

    def name_of(self, table: exp.Table) -> RelationName:
        """The comparable name of a table."""
        return relation_key(part.name for part in table.parts)
