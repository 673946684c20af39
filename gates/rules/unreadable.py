"""H10, a file that does not parse and did at the base: nothing in it can be judged."""

from collections.abc import Iterator
from dataclasses import dataclass

from pareback.gates.rule import Patch, Rule
from pareback.gates.verdict import Finding


@dataclass(frozen=True, slots=True)
class _Unreadable:
    id = "H10"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        for found in patch.sides.files:
            problem = found.problem
            if problem is None:
                continue
            yield Finding(
                id=f"H10:{found.path}",
                signal="H10",
                path=found.path,
                line=problem.line,
                unit="<module>",
                points=0.0,
                message=f"does not parse: {problem.message} (line {problem.line}, column {problem.column})",
                do="make this line valid Python; check brackets, quotes and indentation on it and on the line before",
                hard=True,
            )


def build() -> Rule:
    return _Unreadable()
