"""What of a unit nothing reaches: parameters and locals that are never read, inner functions nobody calls, statements
behind a return, conditions that are constants."""

import ast
from collections.abc import Iterator

from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.mentions import Stretch
from pareback.gates.ties import Unused

_SEES_ALL = {"locals", "vars", "eval", "exec", "dir"}
"""Calls that may read any local."""

_YIELDS = {"Yield", "YieldFrom"}


def unused(draft: Draft) -> tuple[Unused, ...]:
    """Everything in a function that nothing reaches, in order of line and name."""
    if draft.heading.kind != "function":
        return ()
    found = list(_stretches(draft))
    if not _SEES_ALL & draft.mentions.used:
        found += _locals(draft)
        found += _parameters(draft)
    return tuple(sorted(found, key=lambda thing: (thing.line, thing.kind, thing.name)))


def _stretches(draft: Draft) -> Iterator[Unused]:
    for kind, stretch in draft.mentions.dead:
        if _YIELDS.isdisjoint(draft.tokens[stretch[2] : stretch[3]]):  # `return` and `yield`: an empty generator
            yield _stretch(draft, kind, "", stretch)
    for name, stretch in draft.mentions.inner:
        if name not in draft.mentions.used and name not in draft.declared:
            yield _stretch(draft, "function", name, stretch)


def _stretch(draft: Draft, kind: str, name: str, stretch: Stretch) -> Unused:
    line, end, first, last = stretch
    tokens = draft.tokens[first:last]
    return Unused(kind, name, line, end, len(tokens), len(set(tokens)))


def _locals(draft: Draft) -> Iterator[Unused]:
    for name, line in draft.mentions.assigned.items():
        if name not in draft.mentions.used and name not in draft.declared and name[0] != "_":
            yield Unused("local", name, line, line)


def _parameters(draft: Draft) -> Iterator[Unused]:
    """Of a body that does nothing the parameters say what others must take: they are its point."""
    for name in draft.mentions.parameters if draft.mentions.used or draft.flow else ():
        if name not in draft.mentions.used and name[0] != "_":
            yield Unused("parameter", name, draft.heading.line, draft.heading.line)


def parameters(node: ast.arguments, *, receiver: bool) -> tuple[str, ...]:
    """The names that a caller fills in, without self and cls, `*args` and `**options`."""
    given = [argument.arg for argument in (*node.posonlyargs, *node.args)]
    return (*given[receiver:], *(argument.arg for argument in node.kwonlyargs))
