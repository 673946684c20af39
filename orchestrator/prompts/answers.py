"""What is said about earlier replies: what came of them, and why the next round starts where it does."""

FRESH = "The same failure came back twice. The files are the original ones again: take another way."
"""Said once after the context was thrown away."""

HIDDEN = "{failed} of {total} hidden checks failed; all the tests you see passed"
"""Said after held-out tests failed. Nothing else about them is."""

SHOWN = "the files above hold this change"
"""Said of the attempt that the next one builds on."""

IN_PART = "{path!r} was shown in part, so it cannot be written whole: quote the lines that change"
"""Said of a whole file that was written in the place of one that the model had only seen a part of."""


UNMET = "not done yet: {said} ({where}{message})"
"""Said of each condition of the ticket that a patch does not meet."""


def red(target_green: int, target_total: int, regressions: int, *, unmet: int = 0) -> str:
    """One line about a candidate's tests and conditions, for `tried`."""
    told = [f"{target_green} of {target_total} target tests passed"] if target_total or not unmet else []
    told += [f"{regressions} that passed now fail"] if regressions else []
    told += [f"{unmet} of the conditions not met"] if unmet else []
    return ", ".join(told)
