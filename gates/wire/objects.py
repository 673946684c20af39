"""Nouns as JSON objects and back, checked: what comes over the pipe was written by somebody else.

An object has the fields of its dataclass by name; those at their default may be left out. So the dataclasses are the
schema: `schema` writes it down as docs/schemas/facts.schema.json has it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
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


def from_object(kind: Any, value: Any, where: str = "facts") -> Any:
    """The noun of that kind that an object describes. Raises ValueError that names the place of what does not fit."""
    if _is_noun(kind):
        return _noun(kind, value, where)
    if get_origin(kind) is tuple:
        return _items(get_args(kind)[0], value, where)
    if get_origin(kind) is Literal:
        return _fits(value, where, f"one of {', '.join(get_args(kind))}", fits=value in get_args(kind))
    return _fits(value, where, _SAID[kind], fits=type(value) is kind)


def _is_noun(kind: Any) -> bool:
    return is_dataclass(kind)


def _items(kind: Any, value: Any, where: str) -> tuple[Any, ...]:
    _fits(value, where, "a list", fits=isinstance(value, list))
    return tuple(from_object(kind, item, f"{where}[{at}]") for at, item in enumerate(value))


def _fits(value: Any, where: str, expected: str, *, fits: bool) -> Any:
    """The value. Raises ValueError where it does not fit."""
    if not fits:
        raise ValueError(f"{where} is {value!r}, expected {expected}")
    return value


def _noun(kind: Any, value: Any, where: str) -> Any:
    known = _fields(kind)
    _fits(value, where, "an object", fits=isinstance(value, dict))
    foreign = value.keys() - known.keys()
    if foreign:
        raise ValueError(f"{where} has a field {min(foreign)!r}; known are {', '.join(known)}")
    missing = [name for name, (_, field) in known.items() if field.default is MISSING and name not in value]
    if missing:
        raise ValueError(f"{where} lacks its field {missing[0]!r}")
    return kind(**{name: from_object(known[name][0], item, f"{where}.{name}") for name, item in value.items()})


@cache
def _fields(kind: Any) -> Mapping[str, tuple[Any, Field[Any]]]:
    hints = get_type_hints(kind)
    return {field.name: (hints[field.name], field) for field in fields(kind)}


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
    if not _is_noun(kind):
        return {"type": _NAMES[kind]}
    name = getattr(kind, "__name__", "")
    if name not in nouns:
        known = _fields(kind)
        nouns[name] = {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "required": [field for field, (_, found) in known.items() if found.default is MISSING],
            "properties": {field: _schema(hint, nouns) for field, (hint, _) in known.items()},
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
