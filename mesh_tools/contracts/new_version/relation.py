"""The names of relations: that of the present version stays, the new one gets its own."""

from __future__ import annotations

from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.settings import Settings
from mesh_tools.contracts.new_version.versions import Step

_JINJA = "{{"


def default_alias(name: str, step: Step) -> str:
    """What dbt calls the new version's relation unless told otherwise."""
    return f"{name}_v{step.new}".replace(".", "_")


def kept_alias(found: Found, step: Step, settings: Settings) -> str | None:
    """What to write for the present version so that its relation stays: ``None`` when nothing is needed.

    Without versions dbt calls the relation like the model; as version 1 it would call it ``<model>_v1``, and whoever
    reads the warehouse would look in vain.
    """
    return found.name if step.position is None and not settings.is_set else None


def new_alias(found: Found, step: Step, settings: Settings) -> str | None:
    """What to write for the new version so that it does not take the present one's relation: ``None`` for nothing."""
    if settings.shared is None:
        return None
    base = found.name if _JINJA in settings.shared else settings.shared
    return default_alias(base, step)


def new_code(code: str, found: Found, step: Step, settings: Settings) -> str:
    """The new version's own file: the present one's, with another alias if it sets one in plain text."""
    alias = settings.in_code
    if alias is None or alias.value is None:
        return code
    base = alias.value.removesuffix(f"_v{step.base}".replace(".", "_"))
    return code[: alias.start] + default_alias(base or found.name, step) + code[alias.end :]
