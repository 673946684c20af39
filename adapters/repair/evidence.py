"""What the failures say beyond their place: an endless loop, a None where a value was due, a list one item short."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pareback.adapters.model import Failure

_WORDS = (
    ("endless", re.compile(r"time ?out|timed out|over its limit|RecursionError|recursion depth", re.IGNORECASE)),
    ("recursion", re.compile(r"RecursionError|recursion depth")),
    ("index", re.compile(r"IndexError|out of range")),
    ("key", re.compile(r"KeyError")),
    ("name", re.compile(r"NameError|UnboundLocalError|is not defined|cannot import name")),
    ("attribute", re.compile(r"AttributeError|has no attribute")),
    ("none", re.compile(r"NoneType|assert None|None ==")),
    ("arity", re.compile(r"positional arguments?|unexpected keyword|multiple values for")),
    ("type", re.compile(r"TypeError")),
    ("division", re.compile(r"ZeroDivisionError")),
    ("empty", re.compile(r"StopIteration|empty (?:sequence|iterable|list|set|deque)|from an empty|arg is an empty")),
    ("generator", re.compile(r"<generator object|generator")),
)
_COMPARED = re.compile(r"assert\s+(?:not\s+)?(.+?)\s+(?:==|is)\s+(.+?)\s*$", re.MULTILINE)
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Clues:
    """The kinds of trouble seen, and the messages they were read from."""

    kinds: frozenset[str] = frozenset()
    messages: tuple[str, ...] = ()
    values: tuple[tuple[object, object], ...] = field(default=())
    """(actual, expected) of assertions whose sides are literals."""


NO_CLUES = Clues()


def read(failures: tuple[Failure, ...]) -> Clues:
    messages = tuple(dict.fromkeys(failure.message for failure in failures))
    kinds = {kind for kind, pattern in _WORDS if any(pattern.search(message) for message in messages)}
    values = tuple(pair for message in messages for pair in _pairs(message))
    for actual, expected in values:
        kinds.update(_compare(actual, expected))
    return Clues(frozenset(kinds), messages, values)


def _pairs(message: str) -> Iterator[tuple[object, object]]:
    for match in _COMPARED.finditer(message):
        actual, expected = _literal(match[1]), _literal(match[2])
        if actual is not _UNKNOWN and expected is not _UNKNOWN:
            yield actual, expected


def _literal(text: str) -> object:
    try:
        value: object = ast.literal_eval(text.strip().rstrip(","))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _UNKNOWN
    return value


def _compare(actual: object, expected: object) -> Iterator[str]:
    """What the difference of two values looks like."""
    if isinstance(actual, bool) and isinstance(expected, bool):
        yield "boolean"
    elif isinstance(actual, int | float) and isinstance(expected, int | float):
        yield "number"
        if abs(actual - expected) == 1:
            yield "off_by_one"
    elif isinstance(actual, list | tuple | str) and isinstance(expected, type(actual)):
        yield from _compare_sequences(list(actual), list(expected))
    elif actual is None:
        yield "none"


def _compare_sequences(actual: list[object], expected: list[object]) -> Iterator[str]:
    yield "sequence"
    if len(actual) < len(expected):
        yield "short"
    elif len(actual) > len(expected):
        yield "long"
    elif sorted(map(repr, actual)) == sorted(map(repr, expected)):
        yield "order"
