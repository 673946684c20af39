"""The transcript of a file: what a front end of any language reads out of it. Hashes and counts are made of it here, by
`finish`, so that equal code has equal hashes whoever read it.

Tokens are strings in the order in which a reader meets them. An operator is any word without a colon in second place;
an operand is a letter for its sort, a colon and its value: `n:` a name, `a:` the name of a member, `w:` a keyword of a
call, `s:` a text, `i:` a number, `k:` a constant of the language such as `k:None`, `b:` bytes, `d:` a constant in a
list or mapping that is written out. A member is `.`, `a:` and its name, then the tokens of what it is reached from.
"""

from dataclasses import dataclass

from pareback.gates.facts import (
    Atom,
    Cast,
    Conjunction,
    Decision,
    Declared,
    Handler,
    Hidden,
    Member,
    Nil,
    Problem,
    Rebinding,
    Shared,
    UnitKind,
)
from pareback.gates.reading.silence import Suppression, Typed
from pareback.gates.ties import Given, Import, Mention, Passed, Unused, Write


@dataclass(frozen=True, slots=True)
class Mark:
    """A logical line begins: a statement, an `else`, a case. `token` is the place of its first token."""

    line: int
    token: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of control flow, as `Increment` has it. `mark` counts the marks that stand before it."""

    kind: str
    line: int
    nesting: int
    mark: int
    inside: int = 0
    guard: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens whose size is counted by itself: a statement of a class body or module. `literal`: a table of
    constants."""

    token: int
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is read of one unit, as `Unit` has it. `name` is what it calls itself when it calls itself, the last part of
    the qualname where it is empty. `locals` are names that mean something else in every unit. Of a function there is
    one stretch, which need not be said. `recursive` is the line on which it first calls itself, 0 where it does not."""

    qualname: str
    kind: UnitKind
    line: int
    end: int
    tokens: tuple[str, ...]
    marks: tuple[Mark, ...]
    owner: str = ""
    name: str = ""
    locals: tuple[str, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    flow: tuple[Step, ...] = ()
    recursive: int = 0
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
    given: tuple[Given, ...] = ()
    nils: tuple[Nil, ...] = ()
    casts: tuple[Cast, ...] = ()
    typed: tuple[Typed, ...] = ()
    asynchronous: bool = False
    parameters: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    mentions: tuple[Mention, ...] = ()
    unused: tuple[Unused, ...] = ()
    passed: tuple[Passed, ...] = ()
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileTranscript:
    """What is read of one file, as `FileFacts` has it."""

    lines: int
    generated: bool = False
    units: tuple[Transcript, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    imports: tuple[Import, ...] = ()
    late: tuple[Import, ...] = ()
    problems: tuple[Problem, ...] = ()
    used: tuple[str, ...] = ()
