"""Whether a project has to be built, by what went into its last good build and what would go in now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_tools.build.storage import Inputs, Record

_SHOWN = 3


def reasons_to_build(record: Record | None, now: Inputs) -> tuple[str, ...]:
    """Why a project has to be built; nothing when nothing has changed since its last good build.

    Args:
        record: Of the last good build.
        now: What would go into one now.
    """
    if record is None:
        return ("it was never built",)
    if record.partial is not None:
        return (f"last time only a part was built: {record.partial}",)
    if record.inputs is None:
        return ("what its last build was made of is not known",)
    return tuple(_changes(record.inputs, now))


def reasons_of_cycle(records: Mapping[str, Record | None]) -> tuple[str, ...]:
    """Why projects that read each other have to be built, besides what each of them is made of.

    What they read of each other is no cause, since they are built together; so they must have been published together.

    Args:
        records: Of the last good build of each, by name.
    """
    runs = {record.run for record in records.values() if record is not None}
    return (f"{' and '.join(records)} were not published together",) if len(runs) > 1 else ()


def _changes(before: Inputs, now: Inputs) -> Iterator[str]:
    yield from _shortened(_files(before.files, now.files), "files")
    yield from _settings(before.settings, now.settings)
    yield from _shortened(_differing("the interface of {}", before.interfaces, now.interfaces), "interfaces")
    yield from _shortened(_data(before.data, now.data), "products")
    for name, state in now.sources.items():
        known = before.sources.get(name)
        if state.state is None:
            yield f"source {name} may have changed: {state.why or 'nothing tells'}"
        elif known is None or known.state != state.state:
            yield f"the data of source {name} changed"
    yield from (f"source {name} is gone" for name in sorted(before.sources.keys() - now.sources.keys()))


def _files(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in sorted(before.keys() | now.keys()):
        if path not in before:
            yield f"{path} is new"
        elif path not in now:
            yield f"{path} is gone"
        elif before[path] != now[path]:
            yield f"{path} changed"


def _settings(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old != new:
            plain = name.startswith(("dbt-", "duckdb", "target"))
            yield f"{name}: {old or 'none'} -> {new or 'none'}" if plain else f"{name} changed"


def _differing(text: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{text.format(name)} changed"


def _data(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    unknown = sorted(name for name, known in now.items() if not known)
    yield from (f"the data of {name} may have changed: nothing tells" for name in unknown)
    rest = ({name: value for name, value in data.items() if name not in unknown} for data in (before, now))
    yield from _differing("the data of {}", *rest)


def _shortened(reasons: Iterator[str], what: str) -> Iterator[str]:
    found = list(reasons)
    yield from found[:_SHOWN]
    if len(found) > _SHOWN:
        yield f"and {len(found) - _SHOWN} more {what}"
