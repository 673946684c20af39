"""Opens the target's tests and runs the baseline; where `setup = "auto"` can supply what the suite lacks, once more
with it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pareback.orchestrator import target
from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.furnishing import Lack
from pareback.orchestrator.measured import Lacking, Measured, measure
from pareback.orchestrator.target import Target

MOST = 3
"""Requirements that are added in turns; behind what one run of the suite lacks another may show."""


@dataclass(frozen=True, slots=True)
class Additions:
    """Requirements on top of what the project declares: those an environment was `made` with, those that are to be
    `tried` next, and those that could not be installed."""

    made: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    turns: int = 0

    @property
    def all(self) -> tuple[str, ...]:
        """What the next environment is made with."""
        return (*self.made, *self.tried)

    def after(self, tests: Target, lacks: Sequence[Lack]) -> "Additions":
        """What is to be tried once a suite was found to lack these; nothing where nobody can supply them."""
        known = {*self.all, *self.refused, *tests.added}
        wanted = dict.fromkeys(line for lack in lacks for line in tests.supply(lack) if self.turns < MOST)
        return Additions(self.all, tuple(line for line in wanted if line not in known), self.refused, self.turns + 1)

    def without(self) -> "Additions":
        """What is left where those tried cannot be installed."""
        return Additions(self.made, (), (*self.refused, *self.tried), self.turns)


@contextmanager
def measured(desk: Desk, settings: Settings, tree: str) -> Iterator[tuple[Target, Measured]]:
    """The target, open, and its baseline. Raises Ended."""
    with ExitStack() as stack:
        yield _settled(stack, desk, settings, tree)


def _settled(stack: ExitStack, desk: Desk, settings: Settings, tree: str) -> tuple[Target, Measured]:
    """The first target whose suite lacks nothing that could be added. It is closed with the stack."""
    additions = Additions()
    while True:
        with ExitStack() as attempt:
            tests, additions = _opened(attempt, desk, settings, tree, additions)
            found, lacks = _run(desk, settings, tests, tree)
            additions = additions.after(tests, lacks)
            if not additions.tried and isinstance(found, Lacking):
                raise found
            if not additions.tried and isinstance(found, Measured):
                stack.push(attempt.pop_all())
                return tests, found
        desk.say(f"the suite lacks {_words(lacks)}: once more with {', '.join(additions.tried)}")


def _opened(
    attempt: ExitStack, desk: Desk, settings: Settings, tree: str, additions: Additions
) -> tuple[Target, Additions]:
    """The target with what is to be tried, or without where that cannot be installed."""
    try:
        return attempt.enter_context(target.opened(desk, settings, tree, added=additions.all)), additions
    except Ended as ended:
        if not additions.tried or ended.ending.name != "env_failed":
            raise
        desk.say(f"{', '.join(additions.tried)} cannot be added: {ended.ending.message.splitlines()[0]}")
    left = additions.without()
    return attempt.enter_context(target.opened(desk, settings, tree, added=left.all)), left


def _run(desk: Desk, settings: Settings, tests: Target, tree: str) -> tuple[Measured | Lacking, tuple[Lack, ...]]:
    """The baseline or why there is none, and what the suite lacks."""
    try:
        found = measure(desk, settings, tests, tree)
    except Lacking as lacking:
        return lacking, lacking.lacks
    return found, found.lacks


def _words(lacks: Sequence[Lack]) -> str:
    return ", ".join(f"the {kind} {name!r}" for kind, name in lacks[:4])
