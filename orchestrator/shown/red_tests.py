"""What is shown of the files of failing tests: the tests, and what they use of their file."""

from collections.abc import Sequence

from pareback.adapters.model import Failure, Source
from pareback.gates.facts import FileFacts, Unit
from pareback.orchestrator.shown.clues import failing
from pareback.orchestrator.shown.excerpt import Wish, excerpt
from pareback.orchestrator.shown.names import mentions, short
from pareback.orchestrator.shown.shelf import Shelf

SHORT = 1_600
"""Characters up to which a test file is shown whole."""

_SET_UP = frozenset(("setUp", "setUpClass", "setup_method", "setup_class", "tearDown"))


def red_test(shelf: Shelf, path: str, failures: Sequence[Failure], *, room: int, parts: bool) -> Source | None:
    """The file, or its part that matters; nothing where that does not fit, unless it cannot be taken apart."""
    text, facts = shelf.text(path), shelf.facts(path)
    if text is None:
        return None
    if not parts or facts is None or len(text) <= min(SHORT, room):
        return Source(path, text, editable=False) if len(text) <= room else None
    tests = failing(shelf, path, failures)
    while tests:
        part = excerpt(text, facts, Wish({unit.qualname for unit in (*tests, *_used(facts, tests))}, heads="none"))
        if len(part) <= room:
            return Source(path, text, editable=False) if len(part) >= len(text) else _part(path, part, text)
        tests = tests[: len(tests) // 2]
    return None


def _part(path: str, part: str, text: str) -> Source:
    return Source(path, part, editable=False, whole=False, full=text)


def _used(facts: FileFacts, tests: Sequence[Unit]) -> list[Unit]:
    """What the tests use of their file, and what that uses; what sets up their classes."""
    owners = {unit.owner for unit in tests} - {""}
    defined = [unit for unit in facts.units if unit.kind != "module"]
    found = [unit for unit in defined if unit.owner in owners and short(unit) in _SET_UP]
    for _ in range(2):
        names = {name for unit in (*tests, *found) for name in mentions(unit)} | owners
        kept = {unit.qualname for unit in found}
        found = [unit for unit in defined if short(unit) in names or unit.qualname in kept]
    return found
