"""What leaves the house: the result document of a run, its exit code, and the record of its rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pareback.adapters.model import Request
from pareback.gates.verdict import Verdict, document
from pareback.orchestrator import accounts
from pareback.orchestrator.accounts import Books
from pareback.orchestrator.prompts import versions
from pareback.orchestrator.state import Candidate, Ending, EndingName, Round
from pareback.workspaces.conditions.condition import Held
from pareback.workspaces.suspicion import Flag

SCHEMA = "pareback/run/1"

EXITS: Mapping[EndingName, int] = {
    "accepted": 0,
    "no_change": 0,
    "over_budget": 1,
    "red": 1,
    "tampered": 1,
    "blocked": 2,
    "env_failed": 2,
    "unclear": 2,
    "crashed": 3,
    "interrupted": 130,
}
TRY_LATER = 75
UNCOUNTED = Books()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the result document says. `seconds` maps total, model and tests to seconds.

    `unapplied`: accepted, but not written into the work tree although that was asked for. `specified`: what was stated
    before the loop, where no test was red.
    """

    run: str
    ticket: str
    ending: Ending
    feature: str | None = None
    oracle: str | None = None
    sandbox: str = "none"
    base: str | None = None
    best: Candidate | None = None
    history: tuple[Round, ...] = ()
    budget: float | None = None
    budget_source: str | None = None
    enforce: str | None = None
    appeals: Sequence[Mapping[str, Any]] = ()
    flaky: int | None = None
    total: int | None = None
    canaries: int | None = None
    books: Books = UNCOUNTED
    seconds: Mapping[str, float] | None = None
    branch: str | None = None
    patch: str | None = None
    applied: bool = False
    unapplied: bool = False
    report: str | None = None
    specified: Mapping[str, Any] | None = None
    error: str | None = None

    @property
    def exit(self) -> int:
        """The process's exit code."""
        if self.ending.retry:
            return TRY_LATER
        return 1 if self.unapplied else EXITS[self.ending.name]


def result(outcome: Outcome) -> dict[str, Any]:
    """The document of `run --json` and of `results.jsonl`."""
    best, ending = outcome.best, outcome.ending
    verdict = None if best is None else best.verdict
    priced = _priced(verdict)
    spent, seconds = outcome.books.total, dict(outcome.seconds or {})
    return {
        "schema": SCHEMA,
        "run": outcome.run,
        "ticket": outcome.ticket,
        "feature": outcome.feature,
        "ending": ending.name,
        "reason": ending.reason,
        "message": ending.message,
        "accepted": ending.name == "accepted",
        "retry": ending.retry,
        "oracle": outcome.oracle,
        "sandbox": outcome.sandbox,
        "base": outcome.base,
        **priced,
        "budget": outcome.budget,
        "budget_source": outcome.budget_source,
        "enforce": outcome.enforce,
        "appeals": list(outcome.appeals),
        "rounds": len(outcome.history),
        "steps": [step for each in outcome.history for step in _steps(each)],
        "candidates": sum(each.reply is not None for finished in outcome.history for each in finished.candidates),
        "tests": _tests(outcome),
        "flags": [] if best is None else [_flag(each) for each in best.flags],
        "untested": _untested(best),
        "conditions": [] if best is None else [_condition(each) for each in best.conditions],
        "specified": outcome.specified,
        "model": None if best is None else best.model,
        "tokens": {"prompt": spent.prompt, "completion": spent.completion, "cached": spent.cached},
        "cost_usd": spent.cost_usd,
        **_accounts(outcome),
        "seconds": {name: _rounded(value) for name, value in seconds.items()},
        "branch": outcome.branch,
        "patch": outcome.patch,
        "applied": outcome.applied,
        "pull_request": None,
        "url": None,
        "report": outcome.report,
        "sarif": None,
        "questions": _questions(outcome),
        "error": outcome.error,
    }


def _questions(outcome: Outcome) -> list[str]:
    """What somebody has to answer: of the ticket, or of the patch."""
    asked = (outcome.specified or {}).get("question") if outcome.ending.name == "unclear" else ""
    flags = () if outcome.best is None else outcome.best.flags
    return [*([asked] if asked else []), *(each.message for each in flags if each.asks)]


def _condition(held: Held) -> dict[str, Any]:
    place = {"path": held.path, "line": held.line}
    return {"condition": held.condition.said, "met": held.holds, **place, "message": held.message}


def _steps(finished: Round) -> list[dict[str, Any]]:
    """What was decided after the round; before that, what a green candidate of it lost without a model."""
    kept = [tried for each in finished.candidates for tried in each.pared if tried.kept]
    said = ", ".join(f"{each.what} in {each.unit}" for each in kept)
    pared = [{"round": finished.number, "what": "pared", "why": said}] if kept else []
    return [*pared, {"round": finished.number, "what": finished.step.what, "why": finished.step.reason}]


def _accounts(outcome: Outcome) -> dict[str, Any]:
    """What was used, in all and in parts; all of it for the one accepted patch, if there is one."""
    books = outcome.books
    total = accounts.document(books.total)
    rounds = [
        {"round": number, "model": books.models.get(number), **accounts.document(account)}
        for number, account in books.by_round.items()
    ]
    return {
        "calls": {"total": books.total.calls, "unanswered": books.total.unanswered},
        "counted": total["counted"],
        "by_model": [{"model": name, **accounts.document(account)} for name, account in books.by_model.items()],
        "by_round": rounds,
        "per_accepted_patch": total if outcome.ending.name == "accepted" else None,
    }


def record(outcome: Outcome) -> dict[str, Any]:
    """The rounds, for `show`: what each candidate was told, did and got, and what was decided after each round; and
    which prompts there are, by version."""
    rounds = [_round(each) for each in outcome.history]
    return {"schema": "pareback/record/1", "run": outcome.run, "prompts": versions.versions(), "rounds": rounds}


def _priced(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return dict.fromkeys(("delta", "charged", "hard", "unpriced", "reference"))
    whole = document(verdict)
    hard = [finding.id for finding in verdict.hard]
    return {name: whole[name] for name in ("delta", "charged", "unpriced", "reference")} | {"hard": hard}


def _flag(flag: Flag) -> dict[str, Any]:
    return {"id": flag.id, "path": flag.path, "line": flag.line, "message": flag.message, "asks": flag.asks}


def _untested(best: Candidate | None) -> list[dict[str, Any]] | None:
    """Stretches of the patch that no test reaches; None where nobody knows."""
    return None if best is None or best.untested is None else [asdict(each) for each in best.untested]


def _tests(outcome: Outcome) -> dict[str, int | list[str] | None]:
    standing = None if outcome.best is None else outcome.best.standing
    return {
        "target": None if standing is None else standing.target_total,
        "target_green": None if standing is None else standing.target_green,
        "regressions": None if standing is None else len(standing.regressions),
        "total": outcome.total,
        "flaky": outcome.flaky,
        "canaries": outcome.canaries,
        "held_out": None if standing is None else standing.hidden,
        "held_out_green": None if standing is None else standing.hidden_green,
        "changed": [] if standing is None else list(standing.changed),
    }


def _round(finished: Round) -> dict[str, Any]:
    return {
        "round": finished.number,
        "model": finished.model,
        "told": _told(finished.candidates[0].request) if finished.candidates else {},
        "candidates": [_candidate(each) for each in finished.candidates],
        "winner": finished.winner,
        "step": {"what": finished.step.what, "reason": finished.step.reason},
    }


def _told(request: Request) -> dict[str, Any]:
    return {
        "prompt": versions.said(request.rules, *(example.answer for example in request.examples)),
        "files": [source.path for source in request.files],
        "failures": [failure.test for failure in request.failures],
        "findings": list(request.findings),
        "refused": list(request.refused),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    standing, verdict, reply = candidate.standing, candidate.verdict, candidate.reply
    return {
        "index": candidate.index,
        "status": candidate.status,
        "why": candidate.why,
        "detail": candidate.detail,
        "reply": None if reply is None else reply.text,
        "finish": None if reply is None else reply.finish,
        "seconds": None if reply is None else _rounded(reply.seconds),
        "answers": [{"status": each.status, "path": each.path, "message": each.message} for each in candidate.answers],
        "commit": candidate.commit,
        "way": candidate.way,
        "twin": None if candidate.twin is None else {"round": candidate.twin[0], "index": candidate.twin[1]},
        "target_green": None if standing is None else standing.target_green,
        "target": None if standing is None else standing.target_total,
        "regressions": None if standing is None else list(standing.regressions),
        "green": candidate.green if standing is not None else None,
        "delta": None if verdict is None else verdict.delta,
        "charged": None if verdict is None else verdict.charged,
        "within": None if verdict is None else verdict.within,
        "findings": [] if verdict is None else [finding.id for finding in verdict.findings],
        "unmet": [each.condition.said for each in candidate.unmet],
        "pared": [{**asdict(each), "kept": each.kept} for each in candidate.pared],
    }


def _rounded(value: float) -> float:
    return round(value, 3)
