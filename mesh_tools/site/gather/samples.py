"""How a consumer reads a version: ready to be copied."""

from __future__ import annotations

from mesh_tools.model.interface import Interface, Product, ProductVersion, Relation
from mesh_tools.site.facts.product import Sample

_SHOWN = 6
_BACKTICKS = frozenset({"bigquery", "spark", "databricks", "mysql"})
_ROWS = 100


def sample_of(interface: Interface, product: Product, version: ProductVersion, relation: Relation | None) -> Sample:
    """The ways to read ``version``: from dbt, in SQL, from Python."""
    project = interface.project
    v = version.v
    number = v if isinstance(v, int | float) else f"'{v}'"
    ref = f"ref('{project}', '{product.name}'" + (f", v={number})" if v is not None else ")")
    columns = [column.name for column in version.columns]
    wanted = columns[:_SHOWN]
    listed = _listed(wanted, more=len(columns) - len(wanted))
    table = _table(relation, interface.adapter) if relation else None
    sql = f"select\n{listed}\nfrom {table}\nlimit {_ROWS}" if table else None
    return Sample(
        dependencies=f"projects:\n  - name: {project}\n",
        packages=f"packages:\n  - local: .mesh/{project}\n",
        ref="{{ " + ref + " }}",
        model=f"select\n{listed}\nfrom {{{{ {ref} }}}}\n",
        sql=sql,
        python=_python(table, interface.project, interface.adapter, relation) if table and relation else None,
    )


def _listed(columns: list[str], *, more: int) -> str:
    if not columns:
        return "    *"
    lines = [f"    {name}," for name in columns]
    lines[-1] = lines[-1].rstrip(",")
    if more > 0:
        lines.append(f"    -- and {more} more")
    return "\n".join(lines)


def _table(relation: Relation, adapter: str | None) -> str:
    quote = "`" if adapter in _BACKTICKS else '"'
    parts = [part for part in (relation.database, relation.schema, relation.identifier) if part]
    return ".".join(quote + part.replace(quote, quote * 2) + quote for part in parts)


def _python(table: str, project: str, adapter: str | None, relation: Relation) -> str:
    query = f"select * from {table} limit {_ROWS}"  # noqa: S608 - it is shown, not run
    if adapter == "duckdb" and relation.database:
        name = relation.database.replace("'", "").replace('"', "")
        return (
            "import duckdb\n\n"
            "# FOLDER: where mesh.yml keeps the data,\n"
            f"# by default .mesh/data/ENVIRONMENT/{project}/current\n"
            "with duckdb.connect() as connection:\n"
            f"    connection.execute(\"attach 'FOLDER/{name}.duckdb' as {name} (read_only)\")\n"
            f"    frame = connection.sql({query!r}).df()\n"
        )
    return (
        "import pandas\n"
        "import sqlalchemy\n\n"
        'engine = sqlalchemy.create_engine("URL OF YOUR WAREHOUSE")\n'
        f"frame = pandas.read_sql({query!r}, engine)\n"
    )
