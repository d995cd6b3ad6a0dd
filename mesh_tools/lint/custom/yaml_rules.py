"""Rules that need no code: for each of something, when this holds, require that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.lint.custom.attributes import KINDS, Attribute
from mesh_tools.lint.custom.conditions import Check, Conditions
from mesh_tools.lint.rule import MESH_SUBJECTS, Found, Rule, RuleError, Tier, rule
from mesh_tools.lint.subjects import Subject
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.finding import Side

_HOLE = re.compile(r"\{(\w+)\}")


class YamlRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule.

    Attributes:
        code: Three capital letters and three digits.
        name: In kebab case.
        severity: Unless a policy says otherwise.
        tier: The least preset that has it.
        side: Who can mend it, of what concerns two projects.
        doc: Its page: what is wrong; may have the sections `Why:` and `To do:`.
        each: What it is asked about: one kind, or several of a project.
        when: Only of those that fulfil this.
        require: What these must fulfil.
        message: What is said of one that does not; ``{name}`` stands for an attribute.
        at: The key at fault, such as ``config.meta.owner``.
    """

    code: str
    name: str
    severity: Literal["info", "warn", "error"] = "warn"
    tier: Tier = "starter"
    side: Side = "producer"
    doc: str = ""
    each: str | tuple[str, ...]
    when: dict[str, Any] = {}
    require: dict[str, Any]
    message: str
    at: str = ""


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rules: tuple[YamlRule, ...] = ()


def yaml_rules(path: Path) -> Iterator[Rule]:
    """The rules of a file.

    Raises:
        MeshError: something in it is wrong; with the line.
    """
    yaml = YamlFile.read(path)
    for index, written in enumerate(yaml.typed(_File).rules):
        yield _rule(written, yaml, index)


def _rule(written: YamlRule, yaml: YamlFile, index: int) -> Rule:
    keys = ("rules", index)
    kinds = (written.each,) if isinstance(written.each, str) else written.each
    known = _attributes(kinds, yaml, index)
    conditions = Conditions(yaml)
    when = conditions.of(written.when, known, (*keys, "when")) if written.when else None
    require = conditions.of(written.require, known, (*keys, "require"))
    for name in _HOLE.findall(written.message):
        if name not in known:
            where = yaml.locate(*keys, "message")
            hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
            raise MeshError(f"the message names '{name}', which is no attribute", where=where, hint=hint)
    check = _check(written, known, when, require)
    check.__annotations__ = {"subject": reduce(or_, (KINDS[kind][0] for kind in kinds))}
    check.__doc__ = written.doc or f"A {' or '.join(kinds)} {_HOLE.sub('...', written.message)}."
    try:
        return rule(written.code, written.name, severity=written.severity, tier=written.tier, side=written.side)(check)
    except RuleError as error:
        raise MeshError(str(error), where=yaml.locate(*keys, "code")) from None


def _attributes(kinds: tuple[str, ...], yaml: YamlFile, index: int) -> Mapping[str, Attribute]:
    """What all of the kinds have."""
    for position, kind in enumerate(kinds):
        if kind not in KINDS:
            where = yaml.locate("rules", index, "each", position)
            hint = did_you_mean(kind, KINDS) or f"known: {', '.join(KINDS)}"
            raise MeshError(f"there is nothing called '{kind}' to ask about", where=where, hint=hint)
    of_mesh = [kind for kind in kinds if issubclass(KINDS[kind][0], MESH_SUBJECTS)]
    if not kinds or (of_mesh and len(kinds) > 1):
        where = yaml.locate("rules", index, "each")
        raise MeshError("a rule is about several kinds of a project, or about one of the mesh", where=where)
    first, *others = (KINDS[kind][1] for kind in kinds)
    return {name: one for name, one in first.items() if all(name in other for other in others)}


def _check(
    written: YamlRule, known: Mapping[str, Attribute], when: Check | None, require: Check
) -> Callable[[Subject], Found]:
    holes = {name: known[name] for name in _HOLE.findall(written.message)}
    steps = tuple(written.at.split(".")) if written.at else ()

    def check(subject: Subject) -> Found:
        if (when is None or when(subject)) and not require(subject):
            said = _HOLE.sub(lambda hole: _shown(holes[hole[1]].get(subject)), written.message)
            yield subject.raised(said, *steps)

    return check


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
