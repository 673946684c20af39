"""H3, a new handler that catches everything and drops it: it hides the errors that tests would show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pareback.gates.facts import Unit
from pareback.gates.match import Key
from pareback.gates.rule import Item, Patch, Rule, charges, explained, finding, new
from pareback.gates.verdict import Finding


@dataclass(frozen=True, slots=True)
class _Handlers:
    id = "H3"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        head = patch.head
        for item in new(_swallowers(patch.base), _swallowers(head), patch.origins):
            found = [charge for charge in charges(patch, item.where, "S14") if charge.line == item.line]
            yield finding("H3", "S14", item.where, explained("S14", head[item.where], found), found)


def _swallowers(found: Mapping[Key, Unit]) -> list[Item]:
    return [
        Item(key, handler.line, handler.key)
        for key, unit in found.items()
        for handler in unit.handlers
        if handler.swallows and not handler.passes
    ]


def build() -> Rule:
    return _Handlers()
