"""H4, text that is run as code: nothing can read it before it runs, no test names it, no tool prices it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pareback.gates.facts import Unit
from pareback.gates.match import Key
from pareback.gates.rule import Item, Patch, Rule, charges, explained, finding, new
from pareback.gates.verdict import Finding

_WORDS = re.compile(r"\b(?:exec|eval|compile|FunctionType|CodeType)\b|-c\b")


@dataclass(frozen=True, slots=True)
class _Code:
    id = "H4"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        head = patch.head
        for item in new(_texts(patch.base), _texts(head), patch.origins):
            found = [charge for charge in charges(patch, item.where, "S17") if charge.subject == item.key]
            advice = explained("S17", head[item.where], found)
            told = replace(advice, line=item.line, message=f"{item.key}: text is run as code")
            yield finding("H4", "S17", item.where, told, found)


def _texts(found: Mapping[Key, Unit]) -> list[Item]:
    return [
        Item(key, hidden.line, hidden.key)
        for key, unit in found.items()
        for hidden in unit.hidden
        if hidden.kind == "code"
    ]


def may_break(text: str) -> bool:
    """Whether new text can break the rule at all: quick, and never a wrong no."""
    return _WORDS.search(text) is not None


def build() -> Rule:
    return _Code()
