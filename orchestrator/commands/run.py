"""`pareback run`: words into a job, the job into an outcome, the outcome onto the terminal."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.adapters import lifeline
from pareback.orchestrator import boundary, home, parts, places, run, spec, summary
from pareback.orchestrator.closing import write_down
from pareback.orchestrator.commands import resume
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.job import Job, Wish
from pareback.orchestrator.outcome import Outcome, result
from pareback.orchestrator.progress import show

FLAGS = (
    "model",
    "base_url",
    "candidates",
    "budget",
    "enforce",
    "max_rounds",
    "max_cost_usd",
    "max_seconds",
    "max_tokens",
    "tests",
    "test_cmd",
    "format_cmd",
    "lint_cmd",
    "allow",
    "waive",
    "python",
    "setup",
    "sandbox",
)
"""The flags that are settings; the others describe the ticket or the delivery."""


def do(**words: Any) -> int:
    """Drive one ticket. Progress goes to stderr, the result to stdout."""
    held = os.environ.pop(lifeline.VARIABLE, None)
    if held is not None:
        lifeline.hold(int(held))  # whoever started this process wants it to end when it ends itself
    if words["resume"]:
        return resume.do(run=words["resume"], json=words["json"])
    job = _job(words)
    listen = show(quiet=words["json"])
    outcome = run.start(job, Surroundings(os.environ, listen, dry=words["dry_run"]))
    return _finish(outcome, json=words["json"], copy=words["result"])


def _finish(outcome: Outcome, *, json: bool, copy: Path | None = None) -> int:
    """Print the outcome, write it to `copy` where asked, and give its exit code."""
    document = summary.document(outcome)
    if copy is not None:
        write_down(copy.absolute(), result(outcome))
    print(document if json else summary.text(outcome))
    return outcome.exit


def _job(words: Mapping[str, Any]) -> Job:
    flags = {name: words[name] for name in FLAGS if words[name] not in (None, [], ())}
    wish = Wish(words["branch"], str(words["patch"].absolute()) if words["patch"] else None, words["apply"])
    if wish.apply and not words["yes"] and sys.stdin.isatty() and not words["json"]:
        _ask_first()
    given = _given(words)
    ticket = given.ticket
    repo = places.named(ticket.repo if words["spec"] else str(words["repo"]))
    changes: dict[str, Any] = {"repo": repo, "base": words["base"] or ticket.base}
    changes |= {name: tuple(words[name]) for name in ("files", "read") if words[name]}
    if words["condition"]:
        changes["conditions"] = tuple(words["condition"])
    if words["held_out"]:
        changes["held_out"] = tuple(_where(entry) for entry in words["held_out"])
    return Job(replace(ticket, **changes), {**given.flags, **flags}, given.wish if wish == Wish() else wish)


def _where(entry: str) -> str:
    """A path from here as one from anywhere; what does not exist here is a glob in the repository."""
    return str(Path(entry).absolute()) if Path(entry).exists() else entry


def _ask_first() -> None:
    answer = input("Write the patch into your work tree when it is accepted? [y/N] ")
    if answer.strip().lower() not in {"y", "yes"}:
        raise boundary.Mistake("nothing was started; without --apply the patch is delivered as a branch and a file")


def _given(words: Mapping[str, Any]) -> Job:
    """The ticket, with what its file says of settings and delivery."""
    given = words["ticket"]
    if (given is None) == (words["spec"] is None):
        raise boundary.Mistake("give the ticket as text, as a .md file, as - for standard input, or with --spec FILE")
    if words["spec"] is not None:
        return spec.read(words["spec"], cache=home.find(os.environ).cache)
    if given == "-":
        part, options = "text", {"text": sys.stdin.read()}
    elif given.endswith(".md"):
        part, options = "markdown", {"path": given}
    else:
        part, options = "text", {"text": given}
    return Job(spec.only(parts.build("tickets", part, options).tickets(), given), {})
