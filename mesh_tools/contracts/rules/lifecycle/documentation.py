"""Classifications, tags, `meta`, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from mesh_tools.contracts.pairs import VersionPair
from mesh_tools.contracts.rules.labels import plain_meta, plain_tags, rank, sensitivity
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.contracts.rules.service import same_freshness
from mesh_tools.model.interface import Column, ProductVersion

_LABELS = ("tags", "meta", "columns")


@rule(
    "CHG046",
    "classification-raised",
    cls="dangerous",
    level="meaning",
    refine="column",
    fields=_LABELS,
    seen=("-", "info"),
)
def classification_raised(pair: VersionPair) -> Iterator[Finding]:
    """A column, or the whole product, is more sensitive than it was declared: up to `pii`.

    By `classification` in `meta.mesh`, or a tag or key of `meta` that says PII. Classifying something as `public` for
    the first time is safe.

    Why:
        Consumers must protect what they copied when it was not classified.

    Example:
        before: {columns: {carrier: {classification: public}}}
        after: {columns: {carrier: {classification: pii}}}

    To do:
        Tell every consumer that holds a copy, and acknowledge the change.
    """
    for name, columns, before, after in _labelled(pair):
        old, new = sensitivity(before), sensitivity(after)
        if rank(new) > rank(old):
            first = old is None and new == "public"
            message = f"{name} is classified as {new}{f', not as {old}' if old else ''}"
            found = Finding(columns=columns, old=old, new=new, message=message)
            yield replace(found, cls="safe", bump="patch") if first else found


@rule(
    "CHG047",
    "classification-lowered",
    cls="dangerous",
    level="meaning",
    fields=_LABELS,
    seen=("-", "info"),
)
def classification_lowered(pair: VersionPair) -> Iterator[Finding]:
    """A column, or the whole product, is less sensitive than it was declared, or not classified any more.

    By `classification` in `meta.mesh`, or a tag or key of `meta` that says PII.

    Why:
        If the values are what they were, personal data leaks.

    Example:
        before: {columns: {carrier: {classification: pii}}}
        after: {columns: {carrier: {classification: internal}}}

    To do:
        Let the owner, or who answers for privacy, approve it; name them in the acknowledgement.
    """
    for name, columns, before, after in _labelled(pair):
        old, new = sensitivity(before), sensitivity(after)
        if rank(new) < rank(old):
            message = f"{name} is {f'classified as {new}' if new else 'not classified any more'}, it was {old}"
            yield Finding(columns=columns, old=old, new=new, message=message)


@rule(
    "CHG048",
    "documentation-changed",
    cls="safe",
    bump="patch",
    level="meaning",
    fields=("path", "freshness", *_LABELS),
    seen=("-", "info"),
)
def documentation_changed(pair: VersionPair) -> Iterator[Finding]:
    """Tags or `meta` that no other rule reads, the file of the model, or a promise in other words that are the same.

    Why:
        Nothing is promised otherwise.

    Example:
        before: {tags: [daily]}
        after: {tags: [hourly]}

    To do:
        Nothing.
    """
    if pair.old.path != pair.new.path:
        message = f"the file is {pair.new.path}, not {pair.old.path}"
        yield Finding(old=pair.old.path, new=pair.new.path, key="path", message=message)
    if same_freshness(pair):
        yield Finding(key="freshness", message="the freshness is promised in other words")
    for name, columns, before, after in _labelled(pair):
        yield from _labels(name, columns, before, after)


def _labelled(
    pair: VersionPair,
) -> Iterator[tuple[str, tuple[str, ...], Column | ProductVersion, Column | ProductVersion]]:
    """The version, then each column whose labels differ: name, columns, before, now."""
    yield pair.product, (), pair.old, pair.new
    for column in pair.columns_that_differ("classification", "tags", "meta"):
        yield column.name, (column.name,), column.old, column.new


def _labels(
    name: str, columns: tuple[str, ...], old: Column | ProductVersion, new: Column | ProductVersion
) -> Iterator[Finding]:
    # What speaks of privacy is told by the classification, where that changes.
    told = sensitivity(old) != sensitivity(new)
    is_column = bool(columns)
    sides: dict[str, tuple[Any, Any]] = {
        "tags": (plain_tags(old.tags), plain_tags(new.tags)) if told else (list(old.tags), list(new.tags)),
        "meta": (
            plain_meta(old.meta, column=is_column, privacy=not told),
            plain_meta(new.meta, column=is_column, privacy=not told),
        ),
    }
    if isinstance(old, Column) and isinstance(new, Column) and not told:
        sides["classification"] = (old.classification, new.classification)
    for key, (before, after) in sides.items():
        if before != after:
            message = f"{key} of {name} changed"
            yield Finding(columns=columns, old=before, new=after, key=key, message=message)
