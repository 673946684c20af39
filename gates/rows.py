"""Facts as JSON lists and back. A fact's form is that of its dataclass: a new noun or field needs nothing here."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pareback.gates.facts import FileFacts, Unit


def rows(value: Any) -> Any:
    """A fact as JSON values: a list of its fields, in order."""
    if is_dataclass(value) and not isinstance(value, type):
        return [rows(getattr(value, name)) for name in _nested(type(value))]
    if isinstance(value, tuple):
        return [rows(item) for item in value]
    return value


def from_rows(row: Sequence[Any]) -> FileFacts:
    """The facts that `rows` wrote. Raises TypeError or ValueError where the row has another form."""
    facts = _build(FileFacts, row)
    if not isinstance(facts, FileFacts):
        raise TypeError(f"expected the row of a file, got {type(facts).__name__}")
    return facts


def unit_from(row: Sequence[Any], qualname: str) -> Unit | None:
    """One unit of a file's row, None where it has none of that name: the others are not even built. Raises as
    `from_rows`."""
    units = row[list(_nested(FileFacts)).index("units")]
    name = list(_nested(Unit)).index("qualname")
    found = next((unit for unit in units if unit[name] == qualname), None)
    built: Unit | None = None if found is None else _build(Unit, found)
    return built


def _build(kind: Any, row: Sequence[Any]) -> Any:
    values = zip(_nested(kind).values(), row, strict=True)
    return kind(*(_value(value, nested) for nested, value in values))


def _value(value: Any, kind: Any) -> Any:
    if kind is not None:
        return tuple(_build(kind, row) for row in value)
    return tuple(value) if isinstance(value, list) else value


@cache
def _nested(kind: Any) -> Mapping[str, type[Any] | None]:
    """The fields of a fact in order, each with the kind of fact that it holds a tuple of, None where it holds none."""
    hints = get_type_hints(kind)
    inner = ((field.name, get_args(hints[field.name])) for field in fields(kind))
    return {name: _fact(held[0]) if held else None for name, held in inner}


def _fact(held: Any) -> type[Any] | None:
    return held if isinstance(held, type) and is_dataclass(held) else None
