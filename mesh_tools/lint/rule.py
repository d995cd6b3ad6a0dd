"""The shape of a rule: a decorated generator whose docstring is its page.

.. code-block:: python

    @rule("PUB001", "public-model-without-contract", severity="error", tier="starter")
    def public_model_without_contract(model: Model) -> Found:
        '''A public model enforces no contract. ...'''
        if model.is_public and not model.node.contract_enforced:
            yield model.raised("is public, but enforces no contract", "config", "contract")

The first argument is the subject: its annotation decides what the rule is asked about (``Model``, or several, as in
``Model | Seed``). Other positional arguments are services (:mod:`mesh_tools.lint.services`), given by their
annotations; a rule whose service is not at hand is reported as not checked, or gets ``None`` where the annotation
allows for that (``Catalog | None``). Keyword-only arguments are options, checked by their annotations; one without a
default has to be configured before the rule can be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import Parameter, cleandoc, getdoc, signature
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Struct

from mesh_tools.lint.services import Service
from mesh_tools.lint.subjects import CrossRef, Mesh, MeshProject, Product, Raised, Subject
from mesh_tools.model.finding import Severity, Side

Found = Iterator[str | Raised]
"""What a rule yields: a message that goes on from the subject's label, or one with more to say."""

Tier = Literal["starter", "recommended", "strict", "opt-in"]
"""The least of the presets that has the rule; each holds those before it. ``opt-in``: none has."""

TIERS: tuple[Tier, ...] = ("starter", "recommended", "strict", "opt-in")

MESH_SUBJECTS = (Mesh, MeshProject, Product, CrossRef)
"""What rules are asked about once all projects have been read."""

_Signature = tuple[tuple[type[Subject], ...], dict[str, type[Service]], dict[str, type[Service]], type[Struct]]

CODE = re.compile(r"[A-Z]{3}[0-9]{3}\Z")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


class RuleError(Exception):
    """A rule that is not one: a mistake of who wrote it, in one sentence."""


class Rule(Struct, frozen=True, kw_only=True):
    """A rule.

    Attributes:
        code: Stable: three letters for the family, three digits.
        name: In kebab case.
        severity: Unless a preset or a policy says otherwise.
        tier: The least preset that has it.
        side: Who can mend it, of what concerns two projects.
        subjects: What it is asked about: one type, or several of a project.
        services: Types of the services that it needs, in the order of its arguments.
        optional: The same of those that it can do without, and gets ``None`` for.
        options: A Struct type of its options; those without a default are required.
        check: Yields what is wrong with a subject; takes services and options as keywords. ``None`` for what the
            engine itself reports.
        doc: Its page, as written.
        source: Where it is from: ``mesh-tools``, the name of a package, or a file.
        privacy: Whether the preset of that name has it.
    """

    code: str
    name: str
    severity: Severity
    tier: Tier
    side: Side
    subjects: tuple[type[Subject], ...]
    services: Mapping[str, type[Service]]
    optional: Mapping[str, type[Service]] = {}
    options: type[Struct]
    check: Callable[..., Iterable[str | Raised]] | None
    doc: str
    source: str = "mesh-tools"
    privacy: bool = False

    @property
    def family(self) -> str:
        """The letters of its code."""
        return self.code[:3]

    @property
    def is_of_mesh(self) -> bool:
        """Whether it is asked once all projects have been read."""
        return issubclass(self.subjects[0], MESH_SUBJECTS)

    @property
    def summary(self) -> str:
        """The first sentence of its page."""
        return self.doc.partition("\n\n")[0].replace("\n", " ").strip()

    @property
    def required(self) -> tuple[str, ...]:
        """Options without a default."""
        return tuple(field.name for field in msgspec.structs.fields(self.options) if field.required)


def rule(  # noqa: PLR0913 - one for each attribute
    code: str,
    name: str,
    *,
    severity: Severity = "warn",
    tier: Tier = "recommended",
    side: Side = "producer",
    privacy: bool = False,
) -> Callable[[Callable[..., Iterable[str | Raised]]], Rule]:
    """Make a rule of a generator.

    Args:
        code: Three letters for the family, three digits.
        name: In kebab case.
        severity: Unless a preset or a policy says otherwise.
        tier: The least preset that has it.
        side: Who can mend it.
        privacy: Whether the preset of that name has it.

    Raises:
        RuleError: code, name or arguments are not as a rule's are.
    """

    def make(check: Callable[..., Iterable[str | Raised]]) -> Rule:
        subjects, services, optional, options = _signature(code, check)
        doc = getdoc(check)
        if not doc:
            raise RuleError(f"{code}: its function needs a docstring, which becomes its page")
        return Rule(
            code=code,
            name=name,
            severity=severity,
            tier=tier,
            side=side,
            subjects=subjects,
            services=services,
            optional=optional,
            options=options,
            check=check,
            doc=doc,
            privacy=privacy,
        )

    if not CODE.match(code):
        raise RuleError(f"'{code}' is no code: three capital letters and three digits, such as ORG001")
    if not NAME.match(name):
        raise RuleError(f"{code}: '{name}' is no name: lower case, words joined by hyphens")
    return make


def engine_rule(code: str, name: str, *, severity: Severity, doc: str) -> Rule:
    """A rule that the engine itself reports, whatever the policy says."""
    return Rule(
        code=code,
        name=name,
        severity=severity,
        tier="starter",
        side="mesh",
        subjects=(Mesh,),
        services={},
        options=_NoOptions,
        check=None,
        doc=cleandoc(doc),
    )


class _NoOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def _signature(code: str, check: Callable[..., Any]) -> _Signature:
    try:
        hints = get_type_hints(check, include_extras=True)
    except NameError as error:
        raise RuleError(f"{code}: an annotation cannot be read: {error}") from None
    first, *rest = signature(check).parameters.values() or (None,)
    subjects = _subjects(code, hints.get(first.name) if first is not None else None)
    services: dict[str, type[Service]] = {}
    optional: dict[str, type[Service]] = {}
    fields: list[Any] = []
    for parameter in rest:
        annotation = hints.get(parameter.name)
        if parameter.kind is Parameter.KEYWORD_ONLY:
            default = () if parameter.default is Parameter.empty else (parameter.default,)
            fields.append((parameter.name, annotation or Any, *default))
        elif isinstance(annotation, type) and issubclass(annotation, Service):
            services[parameter.name] = annotation
        elif (service := _service_or_none(annotation)) is not None:
            optional[parameter.name] = service
        else:
            raise RuleError(f"{code}: '{parameter.name}' is neither a service nor an option; options stand behind `*`")
    options = msgspec.defstruct(f"{code}Options", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)
    return subjects, services, optional, options


def _service_or_none(annotation: Any) -> type[Service] | None:
    """The service of ``catalog: Catalog | None``."""
    found = [one for one in get_args(annotation) if one is not NoneType]
    if not isinstance(annotation, UnionType) or len(found) != 1 or len(get_args(annotation)) == 1:
        return None
    return found[0] if isinstance(found[0], type) and issubclass(found[0], Service) else None


def _subjects(code: str, annotation: Any) -> tuple[type[Subject], ...]:
    """The types of ``model: Model``, or of ``resource: Model | Seed``."""
    found = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    if not all(isinstance(one, type) and issubclass(one, Subject) for one in found):
        raise RuleError(f"{code}: its first argument needs a subject as its annotation, such as `model: Model`")
    if len(found) > 1 and any(issubclass(one, MESH_SUBJECTS) for one in found):
        raise RuleError(f"{code}: a rule is about several subjects of a project, or about one of the mesh")
    return found
