"""What the pass fills: a sheet per file and a draft per unit, turned into a transcript when the unit ends.

This is the one place of the gate where things grow in place, because the pass visits some 400,000 nodes a second. The
draft never leaves the extraction of its file. Tokens are strings: an operator is its name, an operand a letter for its
sort, a colon and its value (n name, a attribute, w keyword, s text, i number, k None and booleans, b bytes).
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pareback.gates.facts import (
    Decision,
    Declared,
    Handler,
    Hidden,
    Increment,
    Nil,
    Rebinding,
    Shared,
    UnitKind,
)
from pareback.gates.points import FLOW
from pareback.gates.syntax.mentions import LEAVES, Mentions
from pareback.gates.syntax.names import Names
from pareback.gates.syntax.tokens import digest, shape
from pareback.gates.ties import Given, Import
from pareback.gates.wire.transcript import Transcript

_NESTED = frozenset(kind for kind, step in FLOW.items() if step.nested)

Visitor = Callable[["Draft", Any, int], None]
"""Reads one node at a nesting into a draft."""

Visitors = Mapping[type[ast.AST], Visitor]

Asked = tuple[str, Any, Any]
"""A condition: where it stands, the expression, pattern or statement that asks, and what a pattern is matched with."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is known of a unit before its body is read."""

    qualname: str
    kind: UnitKind
    line: int
    end: int
    owner: str = ""


@dataclass(slots=True)
class Sheet:
    """What grows per file: finished units, the lines on which statements begin, the names that are bound to whole
    modules, the functions that never return, how often what a function answers is used, what the file imports or
    `late` its functions do, the lines of casts; `resting` while what is read does not run when the file is loaded."""

    visitors: Visitors
    modules: set[str] = field(default_factory=set)
    quits: set[str] = field(default_factory=set)
    used: dict[str, int] = field(default_factory=dict)
    units: list[Transcript] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    late: list[Import] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)
    resting: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def unique(self, qualname: str) -> str:
        """The name, numbered from the second unit of that name on (a property's setter, another branch)."""
        count = self.seen[qualname] = self.seen.get(qualname, 0) + 1
        return qualname if count == 1 else f"{qualname}#{count}"


class Draft:
    """A unit while it is read. The visitors append to its fields; `finish` in `prints` makes a transcript of them."""

    __slots__ = (
        "asked",
        "asynchronous",
        "atom",
        "atoms",
        "bases",
        "bound",
        "casts",
        "caught",
        "comprehensions",
        "cuts",
        "decisions",
        "declared",
        "fields",
        "flow",
        "functions",
        "given",
        "handlers",
        "heading",
        "hidden",
        "interface",
        "lazy",
        "locals",
        "loops",
        "mark_lines",
        "mark_starts",
        "members",
        "mentions",
        "mutations",
        "name",
        "names",
        "nils",
        "reads",
        "rebindings",
        "recursive",
        "row",
        "selves",
        "shared",
        "sheet",
        "steps",
        "tail",
        "tokens",
        "visitors",
        "volatile",
        "wrapping",
    )

    def __init__(self, sheet: Sheet, heading: Heading) -> None:
        self.sheet, self.heading, self.visitors = sheet, heading, sheet.visitors
        self.name = heading.qualname.rpartition(".")[2]
        self.tokens: list[str] = []
        self.mark_lines: list[int] = []
        self.mark_starts: list[int] = []
        self.flow: list[Increment] = []
        self.steps: list[int] = []
        self.interface: list[Declared] = []
        self.shared: list[Shared] = []
        self.rebindings: list[Rebinding] = []
        self.handlers: list[Handler] = []
        self.hidden: list[Hidden] = []
        self.decisions: list[tuple[int, Decision]] = []
        self.reads: list[tuple[int, str, int]] = []
        self.mutations: list[tuple[str, int, bool]] = []
        self.cuts: list[tuple[int, bool]] = []
        self.asked: list[Asked] = []
        self.members: dict[str, int] = {}
        self.bases: tuple[str, ...] = ()
        self.bound: dict[str, list[int]] = {}
        self.locals: set[str] = set()
        self.declared: set[str] = set()
        self.caught: set[str] = set()
        self.casts: list[tuple[str, ast.expr, int]] = []
        self.nils: list[Nil] = []
        self.given: list[Given] = []
        self.volatile: set[str] = set()
        self.selves: set[str] = set()
        self.names = Names()
        self.mentions = Mentions()
        self.atom = self.atoms = 0
        self.functions = self.loops = self.comprehensions = 0
        self.lazy = ""
        self.row: tuple[int, int, list[str], int] = (0, 0, [], 0)
        self.tail = self.wrapping = self.fields = self.asynchronous = False
        self.recursive = 0

    def visit(self, node: ast.AST, nesting: int) -> None:
        """Read one node with its visitor."""
        self.visitors[type(node)](self, node, nesting)

    def block(self, body: list[ast.stmt], nesting: int, *, tail: bool = False) -> None:
        """Read statements, marking the logical lines. `tail`: after the block the function or the loop's turn ends."""
        visitors, lines, starts, tokens = self.visitors, self.mark_lines, self.mark_starts, self.tokens
        last = body[-1] if body else None
        leaving: tuple[int, int] | None = None
        for statement in body:
            lines.append(statement.lineno)
            starts.append(len(tokens))
            self.tail = tail and statement is last
            visitors[type(statement)](self, statement, nesting)
            if statement is not last and type(statement) in LEAVES:
                leaving = leaving or (len(lines), len(tokens))
        if last and leaving:
            self.mentions.behind(lines[leaving[0]], last, leaving[1], len(tokens))

    def mark(self, line: int) -> None:
        """Begin a logical line that is no statement of its own: else, except, case."""
        self.mark_lines.append(line)
        self.mark_starts.append(len(self.tokens))

    def step(self, kind: str, line: int, nesting: int) -> None:
        """One step of control flow without a body."""
        self.flow.append(Increment(kind, line, nesting))
        self.steps.append(len(self.mark_lines))

    def open(self, kind: str, line: int, nesting: int) -> int:
        """One step of control flow with a body to come; returns its place for `body`."""
        self.flow.append(Increment(kind, line, nesting))
        self.steps.append(len(self.mark_lines))
        return len(self.flow) - 1

    def body(self, step: int, body: list[ast.stmt], *, tail: bool = False, guard: bool = False) -> None:
        """Read the body of an open step, one level deeper, and note how many steps in it pay for that level."""
        first, opened = len(self.flow), self.flow[step]
        self.block(body, opened.nesting + 1, tail=tail)
        inside = sum(found.kind in _NESTED for found in self.flow[first:])
        self.flow[step] = Increment(opened.kind, opened.line, opened.nesting, inside, guard)

    def key(self, start: int) -> str:
        """The shape of what was read since that token, as a hash."""
        return digest(shape(self.tokens[start:]))

    def test(self, node: ast.expr, nesting: int) -> None:
        """Read a condition: its atoms are decisions."""
        before, self.atoms = self.atom, self.atoms + 1
        self.atom = self.atoms
        self.visitors[type(node)](self, node, nesting)
        self.atom = before

    def bind(self, name: str, line: int, *, accumulates: bool = False) -> None:
        """A name is bound. Bindings in a comprehension are local without counting; an accumulator counts once."""
        self.locals.add(name)
        times = self.names.times
        times[name] = times.get(name, 0) + 1
        if self.comprehensions:
            self.names.inner.add(name)
        if self.comprehensions or self.heading.kind != "function":
            return
        lines = self.bound.setdefault(name, [])
        if accumulates and self.loops:
            lines = self.bound.setdefault(f"{name} +", [])
            lines[:] = lines or [line]
            return
        lines.append(line)

    def open_scope(self) -> dict[str, list[int]]:
        """Begin the bindings of a function; returns those of the function around it for `close_scope`."""
        before, self.bound = self.bound, {}
        return before

    def close_scope(self, before: dict[str, list[int]]) -> None:
        """End the bindings of a function: what was bound again becomes a fact."""
        counted: dict[str, list[int]] = {}
        for key, lines in self.bound.items():
            counted.setdefault(key.removesuffix(" +"), []).extend(lines)
        for name, lines in counted.items():
            if len(lines) > 1 and name not in self.declared and name != "_":
                self.rebindings.append(Rebinding(name, max(lines), len(lines) - 1))
        self.bound = before
