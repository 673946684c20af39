"""The facts about names, which tie a unit to others: written, mentioned, handed over, imported, or reached by nothing.

They are facts as those in `facts`: of the bytes of one file alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """Something that outlives the call is written: an attribute `a`, or the item `[k]` under a constant key. `owner` is
    the class it belongs to, `*` where that is not known, a name and a colon for a name of the module."""

    owner: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A private name that a unit speaks of. `reach`: it may be one of another file, as an attribute, an import or a
    text can be; `taken`: it is not only called, so something holds it."""

    name: str
    reach: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Unused:
    """What nothing reaches. `kind`: parameter, local, function (in a function), unreachable, constant (a condition).
    It stands on `line` to `end` and has so many `tokens`, of which so many `distinct` ones."""

    kind: str
    name: str
    line: int
    end: int
    tokens: int = 0
    distinct: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """Attributes of one object that are handed over together in one call."""

    names: tuple[str, ...]
    line: int


TEXTS = frozenset(("str", "literal", "lower", "upper", "casefold", "strip"))
"""Sorts of what is given that are texts."""


@dataclass(frozen=True, slots=True)
class Given:
    """What sort of value something is given: the attribute `name` of the class `owner` (`*` where that is not known),
    or without a name what the function answers. `sort` is the last name of its type; `Kind.` for a member of the class
    Kind, `f()` for what the function f answers, `literal`, `lower` and their kind for texts; empty where it cannot be
    told."""

    owner: str
    name: str
    sort: str
    line: int


@dataclass(frozen=True, slots=True)
class Import:
    """A module that a file needs when it is loaded. `module` is written as in the source, with its leading dots;
    `names` are what is taken from it, none where it is imported as a whole."""

    module: str
    line: int
    names: tuple[str, ...] = ()


def private(name: str) -> bool:
    """Whether a name asks others to keep away: `_x` and `__x`; not `_`, nor `__x__` and `_x_`, which tools ask for."""
    return name[:1] == "_" and name[-1] != "_"
