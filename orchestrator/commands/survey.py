"""`pareback survey`: where the points of a tree are, where they come from, how they got there, what to change first."""

import json
from pathlib import Path

from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.survey import paydown, words
from pareback.orchestrator.survey.look import Look, look, whole

FORMATS = ("text", "json")


def do(
    *, path: Path | None, repo: Path, format: str, since: str | None, history: int | None, tickets: int | None
) -> int:
    """Print the survey, or the tickets that pay down what it found first."""
    if format not in FORMATS:
        raise Mistake(f"--format is {format!r}; expected one of {', '.join(FORMATS)}")
    if tickets is not None and tickets < 1:
        raise Mistake(f"--tickets is {tickets}; expected how many tickets to write, 1 or more")
    if tickets is not None and (since or history) is not None:
        raise Mistake("--tickets prints nothing but tickets; leave it out, or --since and --history")
    seen = look(Look(repo, path, since, history))
    if tickets is not None:
        print(paydown.lines(paydown.tickets(seen.survey.origins, repo=str(seen.root), most=tickets)), end="")
    elif format == "json":
        print(json.dumps(whole(seen), indent=2))
    else:
        print("\n".join(words.lines(whole(seen))))
    return 0
