"""Every simplification there is, and what each of them offers for a file."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import libcst

from pareback.workspaces.codemods import answers, dead, guards, loops, membership, merging
from pareback.workspaces.codemods.blocks import comments
from pareback.workspaces.codemods.cut import cuts, spliced

Propose = Callable[[libcst.FunctionDef], Iterator[libcst.FunctionDef]]

DEAD = "drop dead code"
"""The only one that may take comments along."""

SIMPLIFICATIONS: Mapping[str, Propose] = {
    DEAD: dead.propose,
    "answer with the condition": answers.propose,
    "merge branches": merging.propose,
    "ask once": membership.propose,
    "loop as an expression": loops.propose,
    "guard clause": guards.propose,
}
"""By what people read, in the order in which they are tried: what removes code first."""


@dataclass(frozen=True, slots=True)
class Simpler:
    """A file with one simplification: which one, in which function, from which line on, and the whole text. `before`
    and `after` are the function by itself: enough to say roughly what it is worth."""

    what: str
    unit: str
    line: int
    source: str
    before: str
    after: str


def simpler(source: str, lines: Collection[int] | None = None) -> Iterator[Simpler]:
    """Every simplification of the file, each by itself, of functions that hold one of these lines (None: of all). What
    is offered does what the file did, in another form; whether it is worth it, points and tests say."""
    for cut in cuts(source, lines):
        said = comments(cut.tree)
        for what, propose in SIMPLIFICATIONS.items():
            for tree in propose(cut.tree):
                if what == DEAD or comments(tree) == said:
                    texts = cut.module.code, cut.text(tree)
                    yield Simpler(what, cut.name, cut.first, spliced(source, cut, tree), *texts)
