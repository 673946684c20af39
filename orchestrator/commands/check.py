"""`pareback check`: the gate alone, on a change that anybody made."""

import json
from pathlib import Path
from typing import Any

from pareback.gates.scores import telling
from pareback.gates.verdict import Verdict, document
from pareback.orchestrator import explanation, tally
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import Compared, Comparison, compare

ENFORCE = ("off", "hard", "budget")


def do(
    *,
    format: str = "text",
    enforce: str = "budget",
    explain: str | None = None,
    history: int | None = None,
    **words: Any,
) -> int:
    """Print the verdict; 1 only for what `--enforce` names."""
    if history is not None:
        return _look_back(history, format, repo=words["repo"], base=words["base"])
    if enforce not in ENFORCE:
        raise Mistake(f"--enforce is {enforce!r}; expected {', '.join(ENFORCE)}")
    try:
        told = telling(format)
    except ValueError as error:
        raise Mistake(str(error)) from error
    if explain is not None and explanation.is_signal(explain):
        print(explanation.signal(explain))
        return 0
    compared = compare(_comparison(**words))
    if explain is not None:
        print(explanation.finding(explain, compared))
        return 0
    print(told.render(whole(compared)))
    return int(_blocks(compared.verdict, enforce))


def whole(compared: Compared) -> dict[str, Any]:
    """The document of a comparison."""
    judged = document(compared.verdict)
    return {"schema": judged["schema"], "base": compared.base, "head": compared.head} | judged


def _look_back(limit: int, format: str, *, repo: Path, base: str | None) -> int:
    if format not in {"text", "json"}:
        raise Mistake(f"--format is {format!r}; a history is told as text or json")
    found = tally.look_back(repo, limit=limit, start=base)
    print(json.dumps(found, indent=2) if format == "json" else "\n".join(tally.lines(found)))
    return 0


def _comparison(
    *, repo: Path, base: str | None, revisions: str | None, staged: bool, budget: str | None, waive: list[str] | None
) -> Comparison:
    if sum((base is not None, revisions is not None, staged)) > 1 and revisions is not None:
        raise Mistake(f"{revisions!r} names both sides already; leave out --base and --staged")
    return Comparison(repo, base=base, revisions=revisions, staged=staged, budget=budget, waive=tuple(waive or ()))


def _blocks(verdict: Verdict, enforce: str) -> bool:
    if enforce == "off":
        return False
    return bool(verdict.hard) if enforce == "hard" else not verdict.within
