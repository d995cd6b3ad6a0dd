"""YAML with places: every value can be traced to its line, and every mistake is reported there."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import yaml

from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.mesh.yaml_guard import check_events, needs_guard

T = TypeVar("T")

# The C loader is ten times as fast; a PyYAML without libyaml has only the other.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = yaml.reader.Reader.NON_PRINTABLE
_KEY_TYPES = frozenset({"str", "int", "float", "merge"})
# What PyYAML raises for a value that does not fit its tag, such as ``2024-13-45`` or ``!!int x``.
_MISFITS = (ValueError, LookupError, AttributeError, TypeError)


class Scalar(NamedTuple):
    """A string of a YAML file: the keys above it, its value, and the characters that it takes in the text."""

    keys: tuple[str, ...]
    value: str
    start: int
    end: int


class YamlFile:
    """A parsed YAML file.

    Attributes:
        path: The file.
        value: Its content as plain Python values; ``None`` for an empty file.
    """

    def __init__(self, path: Path, value: Any, root: yaml.Node | None, text: str) -> None:
        self.path = path
        self.value = value
        self._root = root
        self._text = text

    @classmethod
    def read(cls, path: Path) -> YamlFile:
        """Read the file.

        Raises:
            MeshError: it is missing, not UTF-8, or not YAML (with the line).
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MeshError(f"cannot be read: {error.strerror}", where=Location.of(path)) from None
        try:
            return cls.parse(data.decode("utf-8-sig"), path)
        except UnicodeDecodeError as error:
            where = Location.of(path, data.count(b"\n", 0, error.start) + 1)
            raise MeshError(f"not UTF-8: {error.reason}", where=where, hint="save the file as UTF-8") from None

    @classmethod
    def parse(cls, text: str, path: Path) -> YamlFile:
        """Parse ``text`` as the content of ``path``.

        Raises:
            MeshError: it is not YAML.
        """
        if unreadable := _UNREADABLE.search(text):
            where = Location.of(path, text.count("\n", 0, unreadable.start()) + 1)
            raise MeshError(f"YAML syntax: the character {unreadable[0]!a} is not allowed", where=where)
        try:
            if needs_guard(text):
                with _loader(text) as loader:
                    check_events(loader)
            with _loader(text) as loader:
                root = loader.get_single_node()
                return cls(path, _constructed(loader, root), root, text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = Location.of(path, mark.line + 1, mark.column + 1) if mark else Location.of(path)
            problem = error.problem or error.context or "cannot be parsed"
            raise MeshError(f"YAML syntax: {problem}", where=where) from None

    def locate(self, *keys: str | int) -> Location:
        """The place of the key (or list item) that ``keys`` lead to; of the nearest parent when there is none."""
        node, place = self._root, self._root
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            place, node = found
        mark = place.start_mark if place else None
        return Location.of(self.path, mark.line + 1, mark.column + 1) if mark else Location.of(self.path)

    def scalars(self) -> Iterator[Scalar]:
        """Every value that is no list or mapping, in the order of the file."""
        yield from _scalars(self._root, ())

    def typed(self, as_type: type[T]) -> T:
        """The content as ``as_type``, a msgspec Struct.

        Raises:
            MeshError: an unknown key (with the nearest known one), a missing key, a key that stands twice, a value of
                the wrong type.
        """
        with _loader(self._text) as loader:
            self._check_keys(loader.get_single_node())  # anew: in the one that was read, merges are already done
        return typing.cast("T", self._convert(self.value if self.value is not None else {}, as_type, ()))

    def converted(self, value: Any, as_type: type[T], keys: tuple[str | int, ...]) -> T:
        """``value``, which stands at ``keys``, as ``as_type``, a msgspec Struct.

        Raises:
            MeshError: as :meth:`typed`.
        """
        return typing.cast("T", self._convert(value, as_type, keys))

    def _check_keys(self, node: yaml.Node | None) -> None:
        """YAML takes the last of two equal keys and says nothing, and a key called ``on`` for ``True``."""
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._check_keys(item)
        if isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                where = Location.of(self.path, key.start_mark.line + 1, key.start_mark.column + 1)
                kind = key.tag.removeprefix("tag:yaml.org,2002:")
                if kind not in _KEY_TYPES:
                    raise MeshError(f"YAML reads the key '{key.value}' as {kind}", where=where, hint="quote it")
                if key.value in lines:
                    hint = f"the first is in line {lines[key.value]}"
                    raise MeshError(f"the key '{key.value}' stands twice", where=where, hint=hint)
                lines[key.value] = key.start_mark.line + 1
                self._check_keys(value)

    def _convert(self, value: Any, as_type: Any, keys: tuple[str | int, ...]) -> Any:
        if typing.get_origin(as_type) in (typing.Union, types.UnionType):
            return self._convert_union(value, as_type, keys)
        if isinstance(as_type, type) and issubclass(as_type, msgspec.Struct):
            return self._convert_struct(value, as_type, keys)
        if typing.get_origin(as_type) is dict and isinstance(value, dict):
            item_type = typing.get_args(as_type)[1]
            return {str(key): self._convert(item, item_type, (*keys, key)) for key, item in value.items()}
        if typing.get_origin(as_type) is tuple and isinstance(value, list):
            item_type = typing.get_args(as_type)[0]
            return tuple(self._convert(item, item_type, (*keys, i)) for i, item in enumerate(value))
        try:
            return msgspec.convert(value, as_type)
        except msgspec.ValidationError as error:
            message = f"{_dotted(keys)}: {_lower(str(error))}"
            raise MeshError(message, where=self.locate(*keys), hint=_remedy(value, as_type)) from None

    def _convert_union(self, value: Any, as_type: Any, keys: tuple[str | int, ...]) -> Any:
        """A union of a scalar and a Struct is a short and a long form: the value's own shape decides."""
        options = typing.get_args(as_type)
        structs = [option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)]
        if isinstance(value, dict) and structs:
            return self._convert_struct(value, structs[0], keys)
        simple = [option for option in options if option not in structs]
        lists = [option for option in simple if typing.get_origin(option) is tuple]
        if lists and isinstance(value, list):
            return self._convert(value, lists[0], keys)
        if len(simple) == 1:
            return self._convert(value, simple[0], keys)
        return self._convert(value, simple[0] if value is not None else type(None), keys)

    def _convert_struct(self, value: Any, as_type: type[msgspec.Struct], keys: tuple[str | int, ...]) -> Any:
        fields = {field.encode_name: field for field in msgspec.structs.fields(as_type)}
        if value is None:
            value = {}
        if not isinstance(value, dict):
            shown = "a list" if isinstance(value, list) else repr(value)
            message = f"{_dotted(keys) or 'the file'}: expected keys ({', '.join(fields)}), got {shown}"
            raise MeshError(message, where=self.locate(*keys))
        for key in value:
            if key not in fields:
                hint = did_you_mean(str(key), fields) or f"known here: {', '.join(fields)}"
                raise MeshError(f"unknown key '{key}'", where=self.locate(*keys, key), hint=hint)
        missing = [name for name, field in fields.items() if field.required and name not in value]
        if missing:
            raise MeshError(f"{_dotted(keys) or 'the file'}: '{missing[0]}' is missing", where=self.locate(*keys))
        hints = typing.get_type_hints(as_type, include_extras=True)
        return as_type(
            **{
                fields[key].name: self._convert(item, hints[fields[key].name], (*keys, key))
                for key, item in value.items()
            }
        )


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        # The last: before it stand those that a merge brought in and the mapping itself overrides.
        return next(((k, v) for k, v in reversed(node.value) if k.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _scalars(node: yaml.Node | None, keys: tuple[str, ...]) -> Iterator[Scalar]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*keys, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, keys)
    elif isinstance(node, yaml.ScalarNode):
        yield Scalar(keys, node.value, node.start_mark.index, node.end_mark.index)


@contextmanager
def _loader(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        yield loader
    finally:
        loader.dispose()


def _constructed(loader: Any, root: yaml.Node | None) -> Any:
    if root is None:
        return None
    try:
        return loader.construct_document(root)
    except _MISFITS as error:
        raise _misfit(root, error) from None


def _misfit(root: yaml.Node, error: Exception) -> yaml.MarkedYAMLError:
    """The same mistake, with the place of the first value that makes it."""
    problem = f"a value does not fit its type: {error}"
    for node in _scalar_nodes(root):
        with _loader("") as loader:
            try:
                loader.construct_object(node)
            except yaml.MarkedYAMLError as found:
                return found
            except _MISFITS:
                return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
    return yaml.MarkedYAMLError(problem=problem)


def _scalar_nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for child in pair:
                yield from _scalar_nodes(child)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _scalar_nodes(child)
    else:
        yield node


def _remedy(value: Any, as_type: Any) -> str | None:
    if typing.get_origin(as_type) is typing.Literal:
        choices = [str(choice) for choice in typing.get_args(as_type)]
        near = did_you_mean(value, choices) if isinstance(value, str) else None
        known = near or f"known: {', '.join(choices)}"
        return f"quote it; {known}" if isinstance(value, bool) else known
    return "quote it" if as_type is str and isinstance(value, (bool, int, float, date)) else None


def _dotted(keys: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
