"""Which rules are asked of which project, with which options, how severe: resolved last, and only ever tightened.

Severity: that of the rule < of the preset < of the mesh's policy < of the project's. A project may raise it, and
switch rules on that the mesh does not have; it may lower it for codes that ``may_loosen`` names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.lint.regexes import wrong_regexes
from mesh_tools.lint.rule import TIERS, Rule, Tier
from mesh_tools.mesh.config import LintIgnore, LintPolicy, LintSettings
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.finding import SEVERITIES, Severity

PRESETS = ("none", "starter", "recommended", "strict", "privacy")
"""What ``preset`` may name. ``privacy`` is not one of the tiers: it joins any of them."""

_SEVERITY = "severity"


class PolicySource(Struct, frozen=True):
    """Where a policy is written, for errors.

    Attributes:
        yaml: The file; ``None`` for a default that nobody wrote.
        keys: That lead to it.
    """

    yaml: YamlFile | None = None
    keys: tuple[str | int, ...] = ()

    def locate(self, *keys: str | int) -> Location | None:
        """The place of a key of the policy."""
        return self.yaml.locate(*self.keys, *keys) if self.yaml else None

    def locate_text(self, text: str, key: str) -> Location | None:
        """The place of ``text`` at a key of the policy, or in its list; ``None`` for what the command line added."""
        value: Any = self.yaml.value if self.yaml else None
        for step in (*self.keys, key):
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, list) and text in value:
            return self.locate(key, value.index(text))
        return self.locate(key) if value == text else None

    def options(self, rule: Rule, written: Mapping[str, Any]) -> Struct:
        """Options of ``rule``, checked.

        Raises:
            MeshError: an unknown option, one of the wrong type, or a regular expression that is none; with the line.
        """
        keys = (*self.keys, "rules", rule.code)
        if written and not msgspec.structs.fields(rule.options):
            where = self.yaml.locate(*keys, next(iter(written))) if self.yaml else None
            raise MeshError(f"{rule.code} has no options, only a severity", where=where)
        yaml = self.yaml or YamlFile.parse("", Path("the command line"))
        found = yaml.converted(dict(written), rule.options, keys)
        for steps, text, problem in wrong_regexes(found, rule.options):
            message = f"{rule.code}: '{text}' is no regular expression: {problem}"
            raise MeshError(message, where=yaml.locate(*keys, *steps))
        return found


class ProjectPolicy(Struct, frozen=True):
    """What one project adds, and where that is written."""

    policy: LintPolicy
    source: PolicySource


class Active(Struct, frozen=True, kw_only=True):
    """A rule as it is asked of one project.

    Attributes:
        rule: The rule.
        severity: Resolved.
        options: By name; empty while a required one is missing.
        missing: Required options that nobody has set.
        said: Whether the mesh has named the severity; else a finding may have one of its own.
    """

    rule: Rule
    severity: Severity
    options: Mapping[str, Any]
    missing: tuple[str, ...] = ()
    said: bool = False


class _Setting(Struct, frozen=True):
    severity: Severity | None
    options: Struct | None
    missing: tuple[str, ...]


class Policy:
    """The policy of a mesh and its projects, resolved.

    Args:
        rules: All rules that there are, by code.
        settings: Of the mesh.
        source: Where they are written.
        projects: What projects add, each part of it.

    Raises:
        MeshError: an unknown code, preset or option, a wrong type, or a project that loosens; with the line.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        settings: LintSettings,
        source: PolicySource | None = None,
        projects: Mapping[str, Sequence[ProjectPolicy]] | None = None,
    ) -> None:
        self.rules = rules
        self.settings = settings
        self.source = source or PolicySource()
        self._written = self._settings_in(settings.rules, self.source)
        self._projects = {
            name: [(part, self._settings_in(part.policy.rules, part.source)) for part in parts]
            for name, parts in (projects or {}).items()
        }
        self._presets = _presets(settings.preset, self.source)
        self._selected = self._codes(settings.select, "select")
        self._ignored = self._codes(settings.ignore, "ignore")
        self._loosened = self._codes(settings.may_loosen, "may_loosen")
        self._mesh = {code: active for code in rules if (active := self._active(code)) is not None}
        self._of_project: dict[str, dict[str, Active]] = {}
        for name in self._projects:
            self.of(name)  # what is wrong with it is said at once, not when the project is reached

    def with_settings(self, settings: LintSettings) -> Policy:
        """The same policy with other settings of the mesh, such as with what the command line adds.

        Raises:
            MeshError: as the policy itself.
        """
        parts = {name: [part for part, _ in written] for name, written in self._projects.items()}
        return Policy(self.rules, settings, self.source, parts)

    @property
    def mesh(self) -> Mapping[str, Active]:
        """The rules that are asked of every project, by code."""
        return self._mesh

    def of(self, project: str) -> Mapping[str, Active]:
        """The rules that are asked of ``project``, by code."""
        if project not in self._projects:
            return self._mesh
        if project not in self._of_project:
            self._of_project[project] = self._tightened(project)
        return self._of_project[project]

    @cached_property
    def all_active(self) -> Mapping[str, Active]:
        """Every rule that is asked of the mesh or of any project."""
        found = dict(self._mesh)
        for name in self._projects:
            found = {**self.of(name), **found}
        return found

    @cached_property
    def in_force(self) -> frozenset[str]:
        """The codes that would be asked of any project if nothing were selected or ignored."""
        of_mesh = (code for code, rule in self.rules.items() if self._is_wanted(rule))
        of_projects = (
            code
            for parts in self._projects.values()
            for _, settings in parts
            for code, setting in settings.items()
            if setting.severity != "off"
        )
        return frozenset((*of_mesh, *of_projects))

    def ignores(self) -> Iterable[tuple[LintIgnore, str | None, Location | None]]:
        """Every suppression of the policies: the project that it is limited to, and where it is written."""
        for index, ignore in enumerate(self.settings.ignores):
            yield ignore, ignore.project, self.source.locate("ignores", index)
        for name, parts in self._projects.items():
            for part, _ in parts:
                for index, ignore in enumerate(part.policy.ignores):
                    yield ignore, name, part.source.locate("ignores", index)

    def _active(self, code: str) -> Active | None:
        """The rule as the mesh asks it; ``None`` when it does not."""
        rule = self.rules[code]
        setting = self._written.get(code)
        written = setting.severity if setting else None
        if rule.check is None or code in self._ignored or written == "off":
            return None
        if code not in self._selected if self._selected else not self._is_wanted(rule):
            return None
        active = _resolved(rule, written or rule.severity, setting)
        return msgspec.structs.replace(active, said=written is not None)

    def _is_wanted(self, rule: Rule) -> bool:
        """Whether settings or presets name it; a selection comes before either."""
        setting = self._written.get(rule.code)
        if setting is not None:
            return setting.severity != "off"
        return rule.check is not None and self._in_preset(rule)

    def _in_preset(self, rule: Rule) -> bool:
        tier: Tier | None = next((name for name in reversed(TIERS) if name in self._presets), None)
        in_tier = tier is not None and rule.tier != "opt-in" and TIERS.index(rule.tier) <= TIERS.index(tier)
        return in_tier or (rule.privacy and "privacy" in self._presets)

    def _tightened(self, project: str) -> dict[str, Active]:
        found = dict(self._mesh)
        for part, settings in self._projects[project]:
            for code, setting in settings.items():
                rule, known = self.rules[code], found.get(code)
                where = part.source.locate("rules", code)
                self._check_tighter(project, code, known, setting, where)
                if known is None:
                    left_out = code in self._ignored or (self._selected and code not in self._selected)
                    if setting.severity != "off" and not left_out:
                        found[code] = _resolved(rule, setting.severity or rule.severity, setting)
                elif setting.severity == "off":
                    del found[code]
                else:
                    severity = setting.severity or known.severity
                    found[code] = msgspec.structs.replace(known, severity=severity)
        return found

    def _check_tighter(
        self, project: str, code: str, known: Active | None, setting: _Setting, where: Location | None
    ) -> None:
        if known is None:
            return
        if setting.options is not None and _changed(setting.options):
            raise MeshError(
                f"{code}: the mesh has switched this rule on; its options are the mesh's",
                where=where,
                hint=f"{project} may raise its severity here; options belong into the lint settings of mesh.yml",
            )
        lower = setting.severity is not None and SEVERITIES.index(setting.severity) < SEVERITIES.index(known.severity)
        if lower and code not in self._loosened:
            raise MeshError(
                f"{code}: {setting.severity} is looser than the mesh's {known.severity}",
                where=where,
                hint="a project may raise a severity, not lower it; the mesh may allow it with lint.may_loosen",
            )

    def _settings_in(self, written: Mapping[str, Any], source: PolicySource) -> dict[str, _Setting]:
        return {code: self._setting(code, value, source) for code, value in written.items()}

    def _setting(self, code: str, value: Any, source: PolicySource) -> _Setting:
        where = source.locate("rules", code)
        if code not in self.rules:
            raise unknown_code(code, self.rules, where)
        rule = self.rules[code]
        if rule.check is None:
            raise MeshError(f"{code} is reported by the linter itself, and cannot be configured", where=where)
        # YAML 1.1 reads a bare `off` as false.
        written: dict[str, Any] = value if isinstance(value, dict) else {_SEVERITY: value}
        severity = _severity(code, written.get(_SEVERITY), source) if _SEVERITY in written else None
        given = {key: item for key, item in written.items() if key != _SEVERITY}
        missing = tuple(name for name in rule.required if name not in given)
        if missing and not given:
            return _Setting(severity, None, missing)
        return _Setting(severity, source.options(rule, given), ())

    def _codes(self, written: Iterable[str], key: str) -> frozenset[str]:
        found: set[str] = set()
        for text in written:
            codes = matching(text, self.rules)
            if not codes:
                raise unknown_code(text, self.rules, self.source.locate_text(text, key))
            found |= codes
        return frozenset(found)


def matching(text: str, rules: Collection[str]) -> frozenset[str]:
    """The codes that ``text`` means: a code, the letters of a family, or ``ALL``."""
    wanted = text.upper()
    return frozenset(code for code in rules if wanted in {code, code[:3], "ALL"})


def unknown_code(text: str, rules: Mapping[str, Rule], where: Location | None = None) -> MeshError:
    """That there is no such rule or family, and which may be meant."""
    by_name = {rule.name: code for code, rule in rules.items()}
    if text in by_name:
        hint = f"write its code: {by_name[text]}"
    else:
        known = [*rules, *sorted({code[:3] for code in rules})]
        hint = did_you_mean(text.upper(), known) or "`mesh rules` lists them all"
    return MeshError(f"there is no rule or family '{text}'", where=where, hint=hint)


def _resolved(rule: Rule, severity: Severity, setting: _Setting | None) -> Active:
    missing = setting.missing if setting else rule.required
    if missing:
        return Active(rule=rule, severity=severity, options={}, missing=missing)
    options = setting.options if setting and setting.options is not None else rule.options()
    values = {field.name: getattr(options, field.name) for field in msgspec.structs.fields(rule.options)}
    return Active(rule=rule, severity=severity, options=values)


def _changed(options: Struct) -> bool:
    return any(getattr(options, field.name) != field.default for field in msgspec.structs.fields(type(options)))


def _severity(code: str, value: Any, source: PolicySource) -> Severity:
    value = "off" if value is False else value
    if value in SEVERITIES:
        return value  # type: ignore[no-any-return]
    hint = did_you_mean(str(value), SEVERITIES) or f"known: {', '.join(SEVERITIES)}"
    raise MeshError(f"{code}: {value!r} is no severity", where=source.locate("rules", code), hint=hint)


def _presets(written: str | Sequence[str], source: PolicySource) -> frozenset[str]:
    names = (written,) if isinstance(written, str) else tuple(written)
    for name in names:
        if name not in PRESETS:
            hint = did_you_mean(name, PRESETS) or f"known: {', '.join(PRESETS)}"
            raise MeshError(f"there is no preset '{name}'", where=source.locate_text(name, "preset"), hint=hint)
    return frozenset(names)
