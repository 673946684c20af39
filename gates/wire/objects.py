"""Nouns as JSON objects and back, checked: what comes over the pipe was written by somebody else.

An object has the fields of its dataclass by name; those at their default may be left out. So the dataclasses are the
schema: `schema` writes it down as docs/schemas/facts.schema.json has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

_NAMES: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean"}
_SAID: Mapping[type, str] = {str: "a string", int: "an integer", bool: "a boolean"}


def to_object(value: Any) -> Any:
    """A noun as JSON values, without fields that are at their default."""
    if isinstance(value, tuple):
        return [to_object(item) for item in value]
    if not is_dataclass(value):
        return value
    told = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
    return {name: to_object(found) for name, (found, default) in told.items() if found != default}


def from_object(kind: Any, value: Any) -> Any:
    """The noun of that kind that an object describes. Raises Misfit that names the place of what does not fit."""
    return _reader(kind)(value)


class Misfit(ValueError):
    """A value that is none of what was expected there."""

    def __init__(self, value: object, expected: str, where: str = "") -> None:
        super().__init__(f"{where or 'the line'} is {value!r:.80}, expected {expected}")
        self._value, self._expected, self._where = value, expected, where

    def within(self, part: str) -> "Misfit":
        """The same, seen from what holds it."""
        dot = "." if self._where and not self._where.startswith("[") else ""
        return Misfit(self._value, self._expected, f"{part}{dot}{self._where}")


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    if is_dataclass(kind):
        return partial(_noun, kind)
    if get_origin(kind) is tuple:
        return partial(_items, _reader(get_args(kind)[0]))
    return partial(_one_of if get_origin(kind) is Literal else _plain, kind)


def _plain(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise Misfit(value, f"some {_NAMES[kind]}")
    return value


def _one_of(kind: Any, value: Any) -> Any:
    if value not in get_args(kind):
        raise Misfit(value, f"one of {', '.join(get_args(kind))}")
    return value


def _items(read: Callable[[Any], Any], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Misfit(value, "a list")
    found = []
    for at, item in enumerate(value):
        try:
            found.append(read(item))
        except Misfit as misfit:
            raise misfit.within(f"[{at}]") from misfit
    return tuple(found)


def _noun(kind: Any, value: Any) -> Any:
    known = _fields(kind)
    if not isinstance(value, dict):
        raise Misfit(value, f"an object, {kind.__name__}")
    found = {}
    for name, item in value.items():
        if name not in known:
            raise Misfit(name, f"one of the fields of {kind.__name__}: {', '.join(known)}")
        try:
            found[name] = known[name].read(item)
        except Misfit as misfit:
            raise misfit.within(name) from misfit
    missing = [name for name, field in known.items() if field.needed and name not in found]
    if missing:
        raise Misfit(value, f"an object with the field {missing[0]!r} of {kind.__name__}")
    return kind(**found)


@dataclass(frozen=True, slots=True)
class _Field:
    hint: Any
    needed: bool
    read: Callable[[Any], Any]


@cache
def _fields(kind: Any) -> Mapping[str, _Field]:
    hints = get_type_hints(kind)
    return {
        field.name: _Field(hints[field.name], field.default is MISSING, _reader(hints[field.name]))
        for field in fields(kind)
    }


def schema(kind: Any) -> dict[str, Any]:
    """The JSON schema of a noun and of those in it."""
    nouns: dict[str, Any] = {}
    top = _schema(kind, nouns)
    return {**nouns.pop(top["$ref"].rpartition("/")[2]), "$defs": dict(sorted(nouns.items()))}


def _schema(kind: Any, nouns: dict[str, Any]) -> dict[str, Any]:
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0], nouns)}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    return {"type": _NAMES[kind]} if kind in _NAMES else _noun_schema(kind, nouns)


def _noun_schema(kind: Any, nouns: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in nouns:
        known = _fields(kind)
        nouns[name] = {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "required": [field for field, found in known.items() if found.needed],
            "properties": {field: _schema(found.hint, nouns) for field, found in known.items()},
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
