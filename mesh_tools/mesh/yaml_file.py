"""YAML with places: every value can be traced to its line, and every mistake is reported there."""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from mesh_tools.errors import Location, MeshError, did_you_mean

T = TypeVar("T")

# The C loader is ten times as fast; a PyYAML without libyaml has only the other.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlFile:
    """A parsed YAML file.

    Attributes:
        path: The file.
        value: Its content as plain Python values; ``None`` for an empty file.
    """

    def __init__(self, path: Path, value: Any, root: yaml.Node | None) -> None:
        self.path = path
        self.value = value
        self._root = root

    @classmethod
    def read(cls, path: Path) -> YamlFile:
        """Read the file.

        Raises:
            MeshError: it is missing, not UTF-8, or not YAML (with the line).
        """
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise MeshError(f"not UTF-8: {error.reason}", where=Location.of(path)) from None
        except OSError as error:
            raise MeshError(f"cannot be read: {error.strerror}", where=Location.of(path)) from None
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> YamlFile:
        """Parse ``text`` as the content of ``path``.

        Raises:
            MeshError: it is not YAML.
        """
        loader = None
        try:
            loader = _Loader(text)
            root = loader.get_single_node()
            return cls(path, loader.construct_document(root) if root else None, root)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = Location.of(path, mark.line + 1, mark.column + 1) if mark else Location.of(path)
            problem = error.problem or error.context or "cannot be parsed"
            raise MeshError(f"YAML syntax: {problem}", where=where) from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise MeshError(f"YAML syntax: {str(error) or type(error).__name__}", where=Location.of(path)) from None
        finally:
            if loader is not None:
                loader.dispose()

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

    def scalars(self) -> typing.Iterator[tuple[tuple[str, ...], str, int]]:
        """Every string: the keys above it, its value, and the line that it starts on."""
        yield from _scalars(self._root, ())

    def typed(self, as_type: type[T]) -> T:
        """The content as ``as_type``, a msgspec Struct.

        Raises:
            MeshError: an unknown key (with the nearest known one), a missing key, a value of the wrong type.
        """
        return typing.cast("T", self._convert(self.value if self.value is not None else {}, as_type, ()))

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
            message = str(error)
            if near := isinstance(value, str) and did_you_mean(value, _choices(as_type)):
                message += f": {near}"
            raise MeshError(f"{_dotted(keys)}: {_lower(message)}", where=self.locate(*keys)) from None

    def _convert_union(self, value: Any, as_type: Any, keys: tuple[str | int, ...]) -> Any:
        """A union of a scalar and a Struct is a short and a long form: the value's own shape decides."""
        options = typing.get_args(as_type)
        structs = [option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)]
        if isinstance(value, dict) and structs:
            return self._convert_struct(value, structs[0], keys)
        simple = [option for option in options if option not in structs]
        if len(simple) == 1:
            return self._convert(value, simple[0], keys)
        return self._convert(value, simple[0] if value is not None else type(None), keys)

    def _convert_struct(self, value: Any, as_type: type[msgspec.Struct], keys: tuple[str | int, ...]) -> Any:
        fields = {field.encode_name: field for field in msgspec.structs.fields(as_type)}
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise MeshError(
                f"{_dotted(keys) or 'the file'}: expected keys ({', '.join(fields)}), got {value!r}",
                where=self.locate(*keys),
            )
        for key in value:
            if key not in fields:
                hint = did_you_mean(str(key), fields) or f"known here: {', '.join(fields)}"
                raise MeshError(f"unknown key '{key}'", where=self.locate(*keys, key), hint=hint)
        missing = [name for name, field in fields.items() if field.required and name not in value]
        if missing:
            raise MeshError(f"{_dotted(keys) or 'the file'}: '{missing[0]}' is missing", where=self.locate(*keys))
        hints = typing.get_type_hints(as_type)
        return as_type(
            **{
                fields[key].name: self._convert(item, hints[fields[key].name], (*keys, key))
                for key, item in value.items()
            }
        )


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _scalars(node: yaml.Node | None, keys: tuple[str, ...]) -> typing.Iterator[tuple[tuple[str, ...], str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*keys, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, keys)
    elif isinstance(node, yaml.ScalarNode):
        yield keys, node.value, node.start_mark.line + 1


def _choices(as_type: Any) -> list[str]:
    return [str(choice) for choice in typing.get_args(as_type)] if typing.get_origin(as_type) is typing.Literal else []


def _dotted(keys: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
