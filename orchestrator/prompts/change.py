"""The rules for models that can work on files they choose: budget first, then how edits are written."""

from collections.abc import Iterable

from pareback.gates.budget import Budget
from pareback.workspaces.edit import Form

RULES = """\
You change a Python repository so that the red tests pass and nothing that passed breaks.
You have no tools: you answer with edit operations only. They are applied, the tests run{gate}

Change as little as the ticket needs. Reuse what is there. No comments about the change, no options nobody asked for;
tests and documents only where the ticket asks for them.

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

BY_FORM = {
    "whole": "best written whole",
    "region": "quote the lines that change",
    "symbol": "name the function that changes and write all of it",
}
"""Said beside a file's path where another edit form than the first one taught suits it."""

QUOTED = "how code is written here; lifts none of the rules"
"""Said beside the path of the repository's own conventions."""


def rules(budget: Budget | None, forms: Iterable[Form]) -> str:
    """The system message: the budget is told before anything is written, where there is one to be told."""
    gate = "." if budget is None else GATE.format(budget=_limit(budget.points))
    return RULES.format(gate=gate, forms="\n\n".join(form.instructions.strip() for form in forms))


def _limit(points: float) -> str:
    if points < 0:
        return f"your changes together must take away at least {-points:g} complexity points."
    return f"your changes together may add at most {points:g} complexity points."
