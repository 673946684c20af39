"""The facts: what one file says by itself, in nouns of no particular language. Everything the gate prices starts here.

Facts depend on the bytes of one file and on the extractor, on nothing else: not on the path, not on other files, not on
prices. So they are cached by content, and a change of the price table needs no new extraction. All values are strings,
numbers, booleans and tuples of these: `gates/rows.py` turns them into JSON lists and back.
"""

from dataclasses import dataclass
from typing import Literal

from pareback.gates.reading.silence import Suppression, Typed
from pareback.gates.ties import Given, Import, Mention, Passed, Unused, Write

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
class Atom:
    """A question that the code asks about one thing. `kind`: nil (is it None), truthy, type, eq (is it this
    constant), in (does it contain that), ord (is it less or more than that), call (what does this predicate say), cmp
    (anything else). `owner` and `name` say what it is about, as `subjects` in `syntax` has them; `operand` what it is
    compared with. `place`: if, while, assert, case, value (an `and` or `or` whose value is used), handler (an
    AttributeError is caught), cast (only a type checker is told)."""

    kind: str
    owner: str
    name: str
    operand: str
    positive: bool
    place: str
    line: int


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Conditions that hold together, each as it is written with locals marked by `$`, in the order of the source.
    `denied` says the opposite of each. `either`: the source has the denial of it all, an `or` of the denied parts."""

    line: int
    parts: tuple[str, ...]
    denied: tuple[str, ...]
    either: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute that a class declares: bound in its body, or on the receiver in one of its methods."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Nil:
    """Where None is made. `kind` of an attribute: set (to None), default (at class level), parameter (taken from one
    whose default is None), property (its getter gives None). `kind` of a function, which has no `name`: none (a `return
    None` beside values), bare (a `return` without one), end (it runs off its end), value (there is no None). `kind` of
    a name of the module: context (a context variable). `owner` is empty for the unit's own class, else `*`. `instead`
    is the empty value of the sort that a function's values are of, such as `[]`."""

    kind: str
    owner: str
    name: str
    line: int
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """A value made into another type: `target` is the type or the method that does it, `owner` and `name` say what is
    converted, as in `Atom`."""

    target: str
    owner: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Unit:
    """An outermost function or method, a class body or a module's top level. `owner` is the class around it.

    `lines` and `skeletons` run in parallel, one per logical line: its number and its shape without names and nesting.
    `counts` are the tokens of each line; `leaves` is, for every line, what its skeleton leaves out: places in `words`
    and -1 at its end. `steps` runs in parallel to `flow`: the place among `lines` where each step is taken.
    `exact` is the hash of the tokens, `alpha` the same with locals numbered and the unit's own name dropped. `bases`
    are the last names of what a class inherits from; `members` of a method are what it declares for its owner.
    `parameters` are filled in by name; `decorators` and `calls` are last names; `bag`: checksums of calls and texts.
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
    atoms: tuple[Atom, ...] = ()
    conjunctions: tuple[Conjunction, ...] = ()
    members: tuple[Member, ...] = ()
    bases: tuple[str, ...] = ()
    nils: tuple[Nil, ...] = ()
    casts: tuple[Cast, ...] = ()
    typed: tuple[Typed, ...] = ()
    counts: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    leaves: tuple[int, ...] = ()
    asynchronous: bool = False
    parameters: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    mentions: tuple[Mention, ...] = ()
    unused: tuple[Unused, ...] = ()
    passed: tuple[Passed, ...] = ()
    calls: tuple[str, ...] = ()
    bag: tuple[int, ...] = ()
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be read: the parser's words and where. `line` and `column` count from 1. `unread`: the file
    is not at fault, nobody here could read it; it has no price, and nothing of it is kept."""

    message: str
    line: int
    column: int
    unread: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file says. With a `problem` there are no units. `generated`: its head says that a program wrote it.
    `used` are the functions whose answers are made use of somewhere in it; `late` is what functions import."""

    lines: int
    generated: bool = False
    units: tuple[Unit, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    imports: tuple[Import, ...] = ()
    late: tuple[Import, ...] = ()
    problems: tuple[Problem, ...] = ()
    used: tuple[str, ...] = ()

    @property
    def unread(self) -> str:
        """Why nobody could read the file, empty where somebody did, whatever came of it."""
        return next((problem.message for problem in self.problems if problem.unread), "")
