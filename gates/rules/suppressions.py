"""H5, a new comment that silences a tool altogether, or hides an error. One named complaint has a price instead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pareback.gates import silence
from pareback.gates.facts import FileFacts
from pareback.gates.rule import Item, Patch, Rule, finding, new
from pareback.gates.signal import Advice
from pareback.gates.verdict import Finding


@dataclass(frozen=True, slots=True)
class _Suppressions:
    id = "H5"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        base = _silences(patch.sides.base, before=True)
        for item in new(base, _silences(patch.sides.head, before=False), patch.origins):
            message = f"new comment `{item.key}` hides whatever a tool finds here, now and later"
            do = "remove the comment and mend what the tool reports; if that is one false complaint, name its code"
            yield finding(f"H5:{item.key}", "S18", item.where, Advice(item.line, message, do))


def _silences(files: Mapping[str, FileFacts], *, before: bool) -> list[Item]:
    """A comment for one code may take the place of one for all codes in its unit; the other way round is new."""
    return [
        Item((path, found.unit), found.line, silence.name(found), silence.name(found) if before else found.tool)
        for path, facts in files.items()
        for found in facts.suppressions
        if before or silence.blanket(found) or silence.hides_error(found)
    ]


def build() -> Rule:
    return _Suppressions()
