"""Every word the model reads that is not the ticket, the code or a test: short, concrete, versioned by its hash."""

import hashlib
from collections.abc import Iterable

from pareback.gates.budget import Budget
from pareback.workspaces.edit import Form

RULES = """\
You change a Python repository so that the red tests pass and nothing that passed breaks.
You have no tools: you answer with edit operations only. They are applied, the tests run, the complexity is measured.

BUDGET: {budget}
- 1 point = one flat branch (if, for, while, except); each level of nesting adds 1; five plain lines are about 1.
- A copy of code costs what the code costs, again. Deleting code gives points back. Moving and renaming are free.
- Never: an except that swallows everything, eval or exec, noqa or type: ignore comments, changes to existing tests
  or test configuration. These are refused at any budget.

Change as little as the ticket needs. Reuse what is there. No comments about the change, no options nobody asked for.

HOW TO WRITE EDITS
{forms}
- Quote old lines exactly, enough of them to be unique in the file. Operations on one file apply in order.
- Write nothing between and after the operations."""


def rules(budget: Budget, forms: Iterable[Form]) -> str:
    """The system message: the budget is told before anything is written."""
    limit = f"the patch may add {budget.points:g} complexity points in all ({budget.source})"
    return RULES.format(budget=limit, forms="\n\n".join(form.instructions.strip() for form in forms))


def version(text: str) -> str:
    """The prompt's hash for the record: 12 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def red(target_green: int, target_total: int, regressions: int) -> str:
    """One line about a candidate's tests, for `tried`."""
    broke = f", {regressions} that passed now fail" if regressions else ""
    return f"{target_green} of {target_total} target tests passed{broke}"


FRESH = "The same failure came back twice. Start again from the original files and take another way."
"""Said once after the context was thrown away."""
