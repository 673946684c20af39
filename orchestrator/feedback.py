"""What the next round is told, and from which tree it starts: failures, findings, refused edits, and what was tried."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from pareback.adapters.model import Attempt, Failure, Frame
from pareback.gates import push_back
from pareback.orchestrator import rank
from pareback.orchestrator.context import Context
from pareback.orchestrator.prompts import answers
from pareback.orchestrator.state import Candidate, Feedback, State
from pareback.workspaces.patch import answers_for_model
from pareback.workspaces.suite import CollectError, Result

DIFF_LINES = 24
"""Changed lines quoted of an earlier attempt."""

QUOTED = 6
"""Earlier attempts whose changed lines are quoted; of those before them a line each is enough."""


def first(context: Context) -> Feedback:
    """What the first request says: the targets as they fail on the base."""
    return Feedback(failures=tuple(_failure(each) for each in context.measured.failures))


def start_afresh(state: State, context: Context) -> State:
    """The next round starts from the base and is told so; only what was tried is remembered."""
    told = replace(first(context), refused=(answers.FRESH,), tried=_tried(state, context, None))
    return replace(state, start=context.base, feedback=told)


def go_on(state: State, context: Context) -> State:
    """The next round edits the best tree so far.

    A search-based model starts from the base: its own list of what was tried is its memory, and half a repair would
    hide the whole one.
    """
    searches = context.ladder[state.rung].profile.sees == "sources"
    basis = None if searches or not _is_progress(state.best, context) else state.best
    if basis is None or basis.standing is None or basis.commit is None:
        told = replace(first(context), refused=_refused(state, None), tried=_tried(state, context, None))
        return replace(state, start=context.base, feedback=told)
    verdict = basis.verdict if basis.green else None
    told = Feedback(
        failures=tuple(_failure(each) for each in basis.standing.failures),
        findings=() if verdict is None else push_back.feedback(verdict, shown=state.feedback.shown),
        shown=() if verdict is None else tuple(finding.id for finding in push_back.chosen(verdict)),
        refused=_refused(state, basis),
        tried=_tried(state, context, basis),
    )
    return replace(state, start=basis.commit, feedback=told)


def _is_progress(best: Candidate | None, context: Context) -> bool:
    """Better than the base itself: more target tests pass, or more conditions are met, and nothing broke."""
    if best is None or best.standing is None or best.standing.regressions:
        return False
    measured = context.measured
    before = sum(measured.targets.include(test) for test in measured.baseline.passed)
    unmet = sum(not each.holds for each in context.conditions)
    return best.standing.target_green > before or len(best.unmet) < unmet


def _refused(state: State, basis: Candidate | None) -> tuple[str, ...]:
    """Answers to the operations of the candidate that goes on; else why each candidate of the round came to nothing."""
    unmet = _unmet(basis or rank.best(*state.candidates))
    if basis is not None and basis in state.candidates:
        return (*answers_for_model(basis.answers), *_hidden(basis), *unmet)
    lines = (line for each in state.candidates for line in _nothing(each))
    return (*dict.fromkeys(lines), *unmet)


def _unmet(candidate: Candidate | None) -> Iterator[str]:
    """The ticket's conditions that it does not meet, and where."""
    for each in () if candidate is None else candidate.unmet:
        where = f"{each.path}:{each.line}: " if each.line else ""
        yield answers.UNMET.format(said=each.condition.said, where=where, message=each.message)


def _hidden(candidate: Candidate) -> tuple[str, ...]:
    """That held-out tests failed, and how many."""
    standing = candidate.standing
    if standing is None or standing.hidden == standing.hidden_green:
        return ()
    return (answers.HIDDEN.format(failed=standing.hidden - standing.hidden_green, total=standing.hidden),)


def _nothing(candidate: Candidate) -> tuple[str, ...]:
    told = (candidate.why,) if candidate.status in {"no_edit", "incomplete", "tampered"} else ()
    if candidate.commit is not None:
        return told
    return answers_for_model(candidate.answers) or told


def _tried(state: State, context: Context, basis: Candidate | None) -> tuple[Attempt, ...]:
    """Every reply of the run so far, the latest of equal ones; the last few with what they changed."""
    past = (each for finished in state.history for each in finished.candidates)
    replied = {digest: each for each in (*past, *state.candidates) if (digest := _digest(each)) is not None}
    latest = len(replied) - QUOTED
    return tuple(
        Attempt(digest, _story(each, context, basis=basis, quoted=place >= latest))
        for place, (digest, each) in enumerate(replied.items())
    )


def _digest(candidate: Candidate) -> str | None:
    """What the reply is known by, or None where it said nothing."""
    text = "" if candidate.reply is None else candidate.reply.text.strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else None


def _story(candidate: Candidate, context: Context, *, basis: Candidate | None, quoted: bool) -> str:
    """What was tried and what came of it; of the candidate that goes on, the files themselves show the change."""
    standing, start = candidate.standing, f"round {candidate.round}: "
    if standing is None or candidate.commit is None:
        return start + (candidate.why or candidate.status)
    broken, unmet = len(standing.regressions), len(candidate.unmet)
    result = answers.red(standing.target_green, standing.target_total, broken, unmet=unmet)
    if candidate == basis:
        return f"{start}{result}; {answers.SHOWN}"
    first = next((_first_line(each) for each in standing.failures), "")
    if not quoted:
        return f"{start}{result}{first}"
    diff = context.repository.patch(candidate.start, candidate.commit).decode("utf-8", "replace")
    return "\n".join([f"{start}{result}{first}", *_body(diff)])


def _first_line(failure: Result | CollectError) -> str:
    lines = failure.message.strip().splitlines()
    return f"; {name(failure)}: {lines[0]}" if lines else ""


def _body(diff: str) -> list[str]:
    changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    return [f"  {line}" for line in changed[:DIFF_LINES]]


def name(failure: Result | CollectError) -> str:
    """What a failure is called: a test's id, or the file that could not be collected."""
    return failure.id if isinstance(failure, Result) else failure.path


def _failure(failure: Result | CollectError) -> Failure:
    frames = tuple(Frame(place.path, place.line, place.function) for place in failure.places)
    return Failure(name(failure), failure.message, frames)
