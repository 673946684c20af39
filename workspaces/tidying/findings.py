"""What a linter says, line by line, and what of it is new: a finding that only moved is not."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_FINDING = re.compile(r"(?P<path>[^\s:][^:\n]*):(?P<line>\d+)(?::\d+)*:?\s+(?P<text>\S.*)")
_PLACE = re.compile(r"\b(lines?) \d+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint; lines count from 1."""

    path: str
    line: int
    text: str

    @property
    def shape(self) -> tuple[str, str]:
        """What stays the same where the line moves."""
        return self.path, _PLACE.sub(r"\1", self.text)


def read(output: str) -> tuple[Finding, ...]:
    """The lines `path:line[:column]: words`, as flake8, pylint, mypy and ruff write them. Anything else is no
    finding."""
    matches = (_FINDING.fullmatch(line.strip()) for line in output.splitlines())
    return tuple(
        Finding(found["path"].removeprefix("./"), int(found["line"]), found["text"])
        for found in matches
        if found is not None
    )


def new(
    before: Sequence[Finding], after: Sequence[Finding], brought: Mapping[str, Collection[int]]
) -> tuple[Finding, ...]:
    """What is said more often than it was. Which one of several alike is the new one, the lines that the patch
    `brought` to each path tell."""
    more = Counter(each.shape for each in after) - Counter(each.shape for each in before)
    found = []
    for each in sorted(after, key=lambda each: each.line not in brought.get(each.path, ())):
        if more[each.shape] > 0:
            more[each.shape] -= 1
            found.append(each)
    return tuple(sorted(found, key=lambda each: (each.path, each.line)))
