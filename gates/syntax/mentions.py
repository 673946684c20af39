"""Which names a unit reads, calls, binds and speaks of, collected while the unit is read.

Annotations and decorators cost nothing, so the pass does not read them; what they speak of is in use all the same. They
are kept `aside` and read for names alone.
"""

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from pareback.gates.syntax.places import Places
from pareback.gates.ties import Mention, Passed, private

LEAVES = frozenset((ast.Return, ast.Raise, ast.Continue, ast.Break))
"""Statements behind which nothing of their block runs."""

Stretch = tuple[int, int, int, int]
"""First line, last line, first token, end of tokens."""

_WORD = re.compile(r"(?<!\w)_\w+")
_FRESH = (ast.Dict, ast.List, ast.Set, ast.Tuple, ast.DictComp, ast.ListComp, ast.SetComp)
_MAKERS = frozenset(("cls", "dict", "list", "set", "copy", "deepcopy", "replace", "defaultdict"))
"""What makes a new object, beside every class: names that begin with a capital."""
_TOGETHER = 3
"""Attributes that are noted when they are handed over in one call."""


class Mentions:
    """What is known of names. `used` are those that are read; `called` what is called, by its last name; `passed` the
    attributes that are handed over together, by the name of their object; `assigned` the first line on which a local
    is bound by a plain assignment; `fresh` are locals that hold something made here; `imported` are private names of
    others; `dead` are stretches that cannot run, `inner` functions made inside, `classes` counts those around."""

    __slots__ = (
        *("aside", "assigned", "called", "classes", "dead", "decorators", "fresh", "imported", "inner"),
        *("parameters", "passed", "places", "used"),
    )

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.called: list[str] = []
        self.assigned: dict[str, int] = {}
        self.fresh: set[str] = set()
        self.imported: set[str] = set()
        self.aside: list[ast.expr] = []
        self.dead: list[tuple[str, Stretch]] = []
        self.inner: list[tuple[str, Stretch]] = []
        self.passed: list[tuple[str, Passed]] = []
        self.parameters: tuple[str, ...] = ()
        self.decorators: tuple[str, ...] = ()
        self.places = Places()
        self.classes = 0

    def call(self, node: ast.Call) -> None:
        """Something is called."""
        func = node.func
        if len(node.args) + len(node.keywords) >= _TOGETHER:
            self._handed(node)
        if type(func) is ast.Name:
            self.called.append(func.id)
        elif type(func) is ast.Attribute:
            self.called.append(func.attr)

    def _handed(self, node: ast.Call) -> None:
        """Several attributes of one object among the arguments."""
        given: dict[str, list[str]] = {}
        for value in (*node.args, *(keyword.value for keyword in node.keywords)):
            if type(value) is ast.Attribute and type(value.value) is ast.Name:
                given.setdefault(value.value.id, []).append(value.attr)
        for receiver, names in given.items():
            if len(set(names)) >= _TOGETHER:
                self.passed.append((receiver, Passed(tuple(sorted(set(names))), node.lineno)))

    def signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What a function's decorators and annotations speak of."""
        arguments = node.args
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        given += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        self.aside += [argument.annotation for argument in given if argument.annotation]
        self.aside += node.decorator_list
        if node.returns:
            self.aside.append(node.returns)

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        """A plain assignment: is it of a local, and to something that was made here?"""
        if type(target) is not ast.Name:
            return
        if not self.classes:
            self.assigned.setdefault(target.id, target.lineno)
        if isinstance(value, _FRESH) or (type(value) is ast.Call and _makes(value.func)):
            self.fresh.add(target.id)

    def importing(self, node: ast.Import | ast.ImportFrom) -> None:
        """Private names that come from other modules."""
        names = (name for alias in node.names if "_" in alias.name for name in alias.name.split("."))
        self.imported.update(name for name in names if private(name))

    def behind(self, line: int, last: ast.stmt, start: int, end: int) -> None:
        """Statements that stand behind one that leaves the block."""
        self.dead.append(("unreachable", (line, last.end_lineno or line, start, end)))

    def constant(self, node: ast.If, start: int, end: int) -> None:
        """A condition that is a constant: what it guards never runs, or the condition is none."""
        value = isinstance(node.test, ast.Constant) and node.test.value
        last = node.lineno if value else node.body[-1].end_lineno or 0
        self.dead.append(("constant", (node.lineno, last, start, start if value else end)))

    def within(self, node: ast.FunctionDef | ast.AsyncFunctionDef, start: int, end: int) -> None:
        """A function inside a function, with its tokens; the methods of a local class belong to that class."""
        if not self.classes and not node.decorator_list:
            self.inner.append((node.name, (node.lineno, node.end_lineno or node.lineno, start, end)))


def _makes(func: ast.expr) -> bool:
    name = func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else ""
    return name in _MAKERS or name.lstrip("_")[:1].isupper()


def mentioned(found: Mentions, tokens: Sequence[str], own: Collection[str]) -> tuple[Mention, ...]:
    """The private names that a unit speaks of, in order; `own` are parts of its own qualname, which it may repeat."""
    bare: set[str] = set()
    reached = set(found.imported)
    for token in set(tokens):
        if "_" in token and token[1:2] == ":":
            _sort(token, bare, reached)
    taken = {name for node in found.aside for name in _spoken(node)}
    names = sorted((bare | reached | taken).difference(part.partition("#")[0] for part in own))
    called = {name for name in names if name in found.called}
    return tuple(
        Mention(
            name,
            reach=name in reached or name in taken,
            taken=name in taken or name not in called or _more(name, found, tokens),
        )
        for name in names
    )


def _sort(token: str, bare: set[str], reached: set[str]) -> None:
    """Put the private names of a token where they belong: names of this file, and what may be of another."""
    letter, value = token[0], token[2:]
    if letter in "na":
        if private(value):
            (bare if letter == "n" else reached).add(value)
    elif letter in "sd":
        reached.update(_WORD.findall(value))


def _more(name: str, found: Mentions, tokens: Sequence[str]) -> bool:
    """Whether a name is spoken of more often than it is called: then something holds it."""
    return tokens.count(f"n:{name}") + tokens.count(f"a:{name}") > found.called.count(name)


def _spoken(node: ast.expr) -> Iterator[str]:
    """Private names in an expression that is not priced: an annotation, a decorator, a list of exports."""
    rest: list[ast.AST] = [node]
    while rest:
        part = rest.pop()
        if type(part) is ast.Name:
            yield from (part.id,) if private(part.id) else ()
            continue
        if type(part) is ast.Constant:
            yield from _WORD.findall(part.value) if type(part.value) is str else ()
            continue
        if type(part) is ast.Attribute and private(part.attr):
            yield part.attr
        rest += ast.iter_child_nodes(part)
