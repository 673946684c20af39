"""Every word the model reads that is not the ticket, the code or a test: short, concrete, versioned by its hash."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pareback.gates.budget import Budget
from pareback.workspaces.edit import Form

RULES = """\
You change a Python repository so that the red tests pass and nothing that passed breaks.
You have no tools: you answer with edit operations only. They are applied, the tests run{gate}

Change as little as the ticket needs. Reuse what is there. No comments about the change, no options nobody asked for.

HOW TO WRITE EDITS
{forms}

Operations on one file apply in the order in which you write them. Write the operations and nothing else."""

GATE = """\
, the complexity is measured.

BUDGET: {budget}
- 1 point is one branch: if, elif, else, for, while, except, or a run of and / or. Each level of nesting adds 1 to an
  if, for, while or except inside it. About five plain lines are 1 point, a new function is 0.5.
- A copy of code costs what the code costs, again. Deleting code gives points back. Moving and renaming are free.
- Refused at any budget: an except that catches everything and goes on, eval or exec, noqa or type: ignore comments,
  changes to existing tests or to the configuration of the tests."""


def rules(budget: Budget | None, forms: Iterable[Form]) -> str:
    """The system message: the budget is told before anything is written, where there is one to be told."""
    gate = "." if budget is None else GATE.format(budget=_limit(budget.points))
    return RULES.format(gate=gate, forms="\n\n".join(form.instructions.strip() for form in forms))


def _limit(points: float) -> str:
    if points < 0:
        return f"your changes together must take away at least {-points:g} complexity points."
    return f"your changes together may add at most {points:g} complexity points."


def version(*texts: str) -> str:
    """The hash of a prompt, and of the examples it comes with, for the record: 12 hex digits."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def red(target_green: int, target_total: int, regressions: int) -> str:
    """One line about a candidate's tests, for `tried`."""
    broke = f", {regressions} that passed now fail" if regressions else ""
    return f"{target_green} of {target_total} target tests passed{broke}"


REFILL_RED = "{ticket}\nThese tests are red and have to pass:\n{failures}"
REFILL_OVER = "Keep what the code does, and make it simpler:\n{findings}"
"""What is wished of one region, where nothing but that region is asked for."""

FRESH = "The same failure came back twice. The files are the original ones again: take another way."
"""Said once after the context was thrown away."""

HIDDEN = "{failed} of {total} hidden checks failed; all the tests you see passed"
"""Said after held-out tests failed. Nothing else about them is."""

SHOWN = "the files above hold this change"
"""Said of the attempt that the next one builds on."""

IN_PART = "{path!r} was shown in part, so it cannot be written whole: quote the lines that change"
"""Said of a whole file that was written in the place of one that the model had only seen a part of."""

BY_FORM = {
    "whole": "best written whole",
    "region": "quote the lines that change",
    "symbol": "name the function that changes and write all of it",
}
"""Said beside a file's path where another edit form than the first one taught suits it."""

SMALL_FUNCTION = """\
You mend the mistake in a Python function. Nearly always one line is wrong: keep all the others as they are.
Answer with the whole function in one block and nothing else."""
"""The rules for small models that write a function anew."""

SMALL_FUNCTION_WISH = "Write the whole function `{name}` with the mistake mended."
"""Said last."""

SMALL_LINE = """\
You mend one line of a Python function: the line that is wrong.
Answer with the right line in one block and nothing else."""
"""The rules for small models that write a line anew."""

SMALL_LINE_WISH = "This line is wrong:\n```python\n{line}\n```\nWrite the right line."
"""Said last, of the line or the few lines of a statement."""

SMALL_RETURNS = "`{call}` gives `{actual}`, but `{wanted}` is right."
"""A failed comparison in a sentence."""

SMALL_ANSWER = "```python\n{code}\n```"
"""How the answers to the examples are written."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A function, how it fails in words, its wrong line and the right one."""

    code: str
    told: str
    wrong: str
    right: str


SMALL_EXAMPLES = (
    Mended(
        "def total(prices):\n    result = 0\n    for price in prices:\n        result = price\n    return result\n",
        SMALL_RETURNS.format(call="total([1, 2])", actual="2", wanted="3"),
        wrong="        result = price",
        right="        result += price",
    ),
    Mended(
        "def may_vote(age):\n    return age > 18\n",
        SMALL_RETURNS.format(call="may_vote(18)", actual="False", wanted="True"),
        wrong="    return age > 18",
        right="    return age >= 18",
    ),
)
"""What small models see done before they are asked."""
