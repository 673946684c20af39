"""The facts: what one file says by itself, in nouns of no particular language. Everything the gate prices starts here.

Facts depend on the bytes of one file and on the extractor, on nothing else: not on the path, not on other files, not on
prices. So they are cached by content, and a change of the price table needs no new extraction. All values are strings,
numbers, booleans and tuples of these: `rows` and `from_rows` turn them into JSON lists and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

UnitKind = Literal["function", "class", "module"]


@dataclass(frozen=True, slots=True)
class Increment:
    """One step of control flow. `kind` names an entry of the price table; `nesting` counts the levels around it;
    `inside` counts the steps in its body that would be one level cheaper without it; `guard` says that it can be turned
    around into an early return or continue without changing what runs."""

    kind: str
    line: int
    nesting: int
    inside: int = 0
    guard: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """Halstead's counters of one stretch of code: occurrences of operators and operands, and how many distinct ones.
    `literal` marks a table of constants at module or class level."""

    operators: int
    operands: int
    distinct: int
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that others can use. `parameters` counts without self and cls; `flags` are those with a boolean default.
    `kind`: function, nested, special (called by the language), class, name, or free (restates another declaration)."""

    kind: str
    name: str
    line: int
    parameters: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Shared:
    """State that outlives the call. `kind`: attribute (of an instance, written after construction), lazy (the same, set
    once where it was None), global, nonlocal, mutation (of an object of the module), default (a mutable one)."""

    kind: str
    subject: str
    line: int


@dataclass(frozen=True, slots=True)
class Rebinding:
    """A local name that is bound again, `times` beyond its first binding."""

    name: str
    line: int
    times: int


@dataclass(frozen=True, slots=True)
class Decision:
    """An atom of a condition that reads state (`kind` attribute or shared) or the outside world (volatile)."""

    kind: str
    subject: str
    line: int


@dataclass(frozen=True, slots=True)
class Handler:
    """An exception handler. `broad` catches everything, `swallows` drops what it caught, `passes` raises it on or only
    cleans up, `branch` computes a value from an ordinary look-up error. `key` is the skeleton of the handler and of
    what it guards; `body` counts the logical lines it guards."""

    line: int
    caught: str
    body: int
    key: str
    broad: bool = False
    swallows: bool = False
    passes: bool = False
    branch: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """Control flow that does not look like it. `kind` names an entry of the price table, `size` its multiplier."""

    kind: str
    line: int
    size: int
    key: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that silences a tool, one per silenced code; without a `code` it silences all."""

    tool: str
    code: str
    line: int
    unit: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An outermost function or method, a class body or a module's top level. `owner` is the class around it.

    `lines` and `skeletons` run in parallel, one per logical line: its number and its shape without names and nesting.
    `exact` is the hash of the tokens, `alpha` the same with locals numbered and the unit's own name dropped.
    """

    qualname: str
    kind: UnitKind
    line: int
    end: int
    owner: str
    alpha: str
    exact: str
    lines: tuple[int, ...] = ()
    skeletons: tuple[str, ...] = ()
    flow: tuple[Increment, ...] = ()
    sizes: tuple[Size, ...] = ()
    interface: tuple[Declared, ...] = ()
    shared: tuple[Shared, ...] = ()
    rebindings: tuple[Rebinding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    handlers: tuple[Handler, ...] = ()
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be read: the parser's words and where. `line` and `column` count from 1."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file says. With a `problem` there are no units. `generated`: its head says that a program wrote it."""

    lines: int
    generated: bool = False
    units: tuple[Unit, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    problems: tuple[Problem, ...] = ()


_NESTED: Mapping[type[Any], Mapping[str, type[Any]]] = {
    FileFacts: {"units": Unit, "suppressions": Suppression, "problems": Problem},
    Unit: {
        "flow": Increment,
        "sizes": Size,
        "interface": Declared,
        "shared": Shared,
        "rebindings": Rebinding,
        "decisions": Decision,
        "handlers": Handler,
        "hidden": Hidden,
    },
}


def rows(value: Any) -> Any:
    """A fact as JSON values: a list of its fields, in order."""
    if is_dataclass(value):
        return [rows(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [rows(item) for item in value]
    return value


def from_rows(row: Sequence[Any]) -> FileFacts:
    """The facts that `rows` wrote. Raises TypeError or ValueError where the row has another form."""
    facts = _build(FileFacts, row)
    if not isinstance(facts, FileFacts):
        raise TypeError(f"expected the row of a file, got {type(facts).__name__}")
    return facts


def _build(kind: type[Any], row: Sequence[Any]) -> Any:
    nested = _NESTED.get(kind, {})
    names = [field.name for field in fields(kind)]
    values = zip(names, row, strict=True)
    return kind(*(_value(value, nested.get(name)) for name, value in values))


def _value(value: Any, kind: type[Any] | None) -> Any:
    if kind is not None:
        return tuple(_build(kind, row) for row in value)
    return tuple(value) if isinstance(value, list) else value
