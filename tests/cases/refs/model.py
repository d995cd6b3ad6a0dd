"""Reads dbt.ref("in_docstring")."""


def model(dbt, session):
    # dbt.ref("in_comment")
    flights = dbt.ref("operations", "flights", v=2)
    airports = (
        dbt
        .ref('airports')
    )
    text = "dbt.ref('in_string')"
    joined = dbt.ref("a").join(dbt.ref("b", version="1"))
    unknown = dbt.ref(text), dbt.ref(f"{text}"), dbt.ref(), dbt.ref("a", "b", "c"), dbt.ref("a", x=1), ref("bare")
    pattern = "\d"
    return joined
