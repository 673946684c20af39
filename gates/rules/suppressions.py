"""H5, a new comment that silences a tool altogether, or hides an error. One named complaint has a price instead.

An annotation that gave up, `Any` where it said a type, is a hint and blocks nothing: 3 of 229 bug fixes have one, and
two of these mend an annotation that was wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pareback.gates.facts import FileFacts
from pareback.gates.reading import silence
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
        yield from _giving_up(patch)


def _giving_up(patch: Patch) -> Iterator[Finding]:
    base = patch.base
    for key, unit in patch.head.items():
        known = {
            typed.name for origin in patch.origins.of.get(key, ()) for typed in base[origin].typed if not typed.anything
        }
        for name in (typed.name for typed in unit.typed if typed.anything and typed.name in known):
            told = "what it returns" if name == "return" else f"`{name}`"
            message = f"the annotation of {told} says Any now, where it said a type"
            do = "annotate what it really is, a union or a protocol if need be, and mend what the type checker reports"
            yield replace(finding(f"S18:Any {name}", "S18", key, Advice(unit.line, message, do)), hard=False)


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
