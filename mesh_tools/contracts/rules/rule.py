"""The shape of a rule: a decorated generator whose docstring is its page.

.. code-block:: python

    @rule("CHG003", "column-removed", cls="breaking", level="bind", refine="column", fields=("columns",))
    def column_removed(pair: VersionPair) -> Iterator[Finding]:
        '''A column is gone. ...'''
        for column in pair.columns.removed:
            yield Finding(columns=(column.name,), old=column.name, message=f"column {column.name} is gone")

What its argument is decides what it is asked about: two interfaces, products, versions or columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import getdoc, signature
from typing import Any, Literal, TypeVar, get_type_hints

from msgspec import Struct

from mesh_tools.contracts.pairs import ColumnPair, InterfacePair, ProductPair, VersionPair
from mesh_tools.model.change import Bump, ChangeClass, Level
from mesh_tools.model.interface import Version

Refinement = Literal["column", "position", "typed", "unpinned", "none"]
"""How knowledge of consumers refines the class.

``column``: it concerns those alone who use the columns; if none are named, those who use the version. ``position``:
those alone who bind by position, star, natural join or unqualified names. ``typed``: breaking for those whose enforced
contract or stored table the column reaches unchanged. ``unpinned``: those alone whose ref names no version. ``none``:
consumers do not change the class.
"""
Family = Literal["structure", "types", "guarantees", "meaning", "service", "lifecycle"]
Pair = InterfacePair | ProductPair | VersionPair | ColumnPair

NOT_MEASURED = "?"
_FAMILY = 3  # mesh_tools.contracts.rules.FAMILY
_BUMPS: dict[ChangeClass, Bump] = {"safe": "minor", "dangerous": "minor", "breaking": "major"}

P = TypeVar("P", InterfacePair, ProductPair, VersionPair, ColumnPair)


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """A change that a rule found; see :class:`mesh_tools.model.change.Change`.

    Attributes:
        message: In one sentence, without a full stop.
        columns: As they were called before. Of two columns the rule need not say.
        old: What it was.
        new: What it is.
        cls: Where it is not the rule's own.
        bump: Where it is not what the class needs.
        key: Tells it from others of the rule and the columns.
        product: Where the rule was asked about two interfaces: the product.
        v: The version, where it is another than that of the pair.
    """

    message: str
    columns: tuple[str, ...] = ()
    old: Any = None
    new: Any = None
    cls: ChangeClass | None = None
    bump: Bump | None = None
    key: str = ""
    product: str = ""
    v: Version | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """A rule.

    Attributes:
        id: Stable, such as ``CHG003``.
        name: Such as ``column-removed``.
        family: Its module, or the package of that.
        cls: Its class, unless a finding says otherwise.
        bump: What the semantic version needs, unless a finding says otherwise.
        level: The strictness profile from which on it gates.
        refine: How knowledge of consumers refines the class.
        fields: It is asked only when one of these fields differs; always, if there are none.
        subject: What it is asked about.
        check: Finds the changes in a pair.
        doc: Its page, as written in the code.
        dbt: What dbt 1.11 makes of it: ``B`` breaking, ``S`` selected as modified, ``-`` unseen.
        datacontract: What ``datacontract breaking`` says.
    """

    id: str
    name: str
    family: Family
    cls: ChangeClass
    bump: Bump
    level: Level
    refine: Refinement
    fields: tuple[str, ...]
    subject: type[Pair]
    check: Callable[[Any], Iterator[Finding]]
    doc: str
    dbt: str
    datacontract: str

    def bump_of(self, finding: Finding) -> Bump:
        """What the semantic version needs for ``finding``."""
        if finding.bump is not None:
            return finding.bump
        return self.bump if finding.cls is None or finding.cls == self.cls else _BUMPS[finding.cls]


def rule(  # noqa: PLR0913 - one for each attribute
    identifier: str,
    name: str,
    *,
    cls: ChangeClass,
    level: Level,
    bump: Bump | None = None,
    refine: Refinement = "none",
    fields: tuple[str, ...] = (),
    seen: tuple[str, str] = (NOT_MEASURED, NOT_MEASURED),
) -> Callable[[Callable[[P], Iterator[Finding]]], Rule]:
    """Make a rule of a generator.

    Args:
        identifier: Stable, such as ``CHG003``.
        name: In kebab case.
        cls: Its class, unless a finding says otherwise.
        level: The strictness profile from which on it gates.
        bump: Default: what the class needs.
        refine: How knowledge of consumers refines the class.
        fields: It is asked only when one of these fields differs.
        seen: What dbt 1.11 and datacontract-cli make of such a change.
    """

    def make(check: Callable[[P], Iterator[Finding]]) -> Rule:
        argument = next(iter(signature(check).parameters))
        return Rule(
            id=identifier,
            name=name,
            family=check.__module__.split(".")[_FAMILY],  # type: ignore[arg-type]  # there is one for each
            cls=cls,
            bump=bump or _BUMPS[cls],
            level=level,
            refine=refine,
            fields=fields,
            subject=get_type_hints(check)[argument],
            check=check,
            doc=getdoc(check) or "",
            dbt=seen[0],
            datacontract=seen[1],
        )

    return make
