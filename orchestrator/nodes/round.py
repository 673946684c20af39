"""round: ask n candidates the same question side by side and take the race's result into the state."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pareback.adapters.model import Failure, Model, Profile, Request, Source
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import accounts, feedback, manner, race, refill, small, variety
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.prompts import change
from pareback.orchestrator.shown import sources
from pareback.orchestrator.shown.conventions import conventions
from pareback.orchestrator.shown.shelf import Shelf
from pareback.orchestrator.state import Candidate, State

DEFAULT_CANDIDATES = 2

TESTED = frozenset({"tested", "measured", "tampered"})
"""How far a candidate came whose tests say something of its tree."""

OTHER_FORM: Mapping[str, str] = {"region": "envelope", "envelope": "region", "whole": "region"}
"""What stands in for a form that did not get a model anywhere. Never whole files: they may be large."""


def play(state: State, context: Context, drive: race.Drive) -> State:
    """The state with this round's candidates. `drive` takes one candidate through the candidate graph."""
    model = context.ladder[state.rung]
    number = state.round + 1
    request = question(state, context, model)
    context.listen(Event("round", number, data={"model": model.name, "candidates": request.n}))
    accounts.name_model(context.ledger, number, model.name)
    other = question(state, context, model, turn=1) if _repeats(model.profile) else request
    starters = [_starter((request, other), index, state=state, model=model) for index in range(request.n)]
    workers = request.n if model.profile.sees == "prompt" else min(request.n, os.cpu_count() or 1)
    result = race.run(starters, context, drive, workers=workers)
    return replace(
        state,
        round=number,
        rung_rounds=state.rung_rounds + 1,
        candidates=_with_twins(result.candidates, state),
        winner=result.winner,
    )


def _repeats(profile: Profile) -> bool:
    """Whether the same question gets the same answer again, so that candidates must be asked different ones."""
    return profile.sees == "prompt" and not profile.sampled


def _starter(asked: tuple[Request, Request], index: int, *, state: State, model: Model) -> Candidate:
    """One candidate that has only been asked; `asked` are the question and the one with another form first."""
    own, way = asked[0], ""
    if _repeats(model.profile):
        own, way = variety.varied(asked[variety.turn(index)], index)
    number = state.round + 1
    own = _fitted(replace(own, round=number, index=index, seed=index), model.profile)
    return Candidate(number, index, state.rung, model.name, state.start, own, way=way)


def _fitted(request: Request, profile: Profile) -> Request:
    return refill.question(small.question(request) if profile.small and request.failures else request, profile)


def _with_twins(candidates: Sequence[Candidate], state: State) -> tuple[Candidate, ...]:
    """The candidates, those named that have the tree of an earlier one: their tests were not run again."""
    past = (each for finished in state.history for each in finished.candidates)
    first = {each.tree: each for each in reversed((*past, *candidates)) if each.status in TESTED}
    twins = ((each, first.get(each.tree, each) if each.status in TESTED else each) for each in candidates)
    return tuple(replace(each, twin=None if each == twin else (twin.round, twin.index)) for each, twin in twins)


def question(state: State, context: Context, model: Model, *, turn: int = 0) -> Request:
    """What the candidates of the next round are asked; a function of the state, so that replay asks the same. In turn 1
    another edit form comes first."""
    trees = sources.Trees(_shelf(state.start, context), _shelf(context.base, context))
    files, tests = _sources(trees, state, context, profile=model.profile)
    profile = model.profile
    files, taught = manner.suited(files, _taught(profile, state, turn), manner.refused(state.candidates))
    forms = [context.forms[name] for name in taught]
    return Request(
        rules=change.rules(None if context.settings.enforce == "off" else context.budget, forms),
        ticket=_asked(context.ticket),
        files=files,
        tests=tests,
        conventions=conventions(trees.base, (source.path for source in files)),
        conditions=tuple(each.condition.said for each in context.conditions),
        failures=tuple(_with_code(failure, trees.now) for failure in state.feedback.failures),
        findings=state.feedback.findings,
        refused=state.feedback.refused,
        tried=state.feedback.tried,
        n=context.settings.candidates or profile.candidates or DEFAULT_CANDIDATES * state.samples,
        max_tokens=profile.reply_tokens,
    )


def _taught(profile: Profile, state: State, turn: int) -> tuple[str, ...]:
    """The profile's edit forms; after every other fresh start another one stands in for the first."""
    first, *others = profile.forms
    starts = turn + sum(finished.step.what == "fresh" for finished in state.history)
    other = OTHER_FORM.get(first)
    return profile.forms if starts % 2 == 0 or other is None else (other, *(name for name in others if name != other))


def _asked(ticket: Ticket) -> str:
    """Title and text; a title that was made from the text's first line is not said twice."""
    if not ticket.title or ticket.text.lstrip().startswith(ticket.title.rstrip("…")):
        return ticket.text
    return f"{ticket.title}\n{ticket.text}"


def _with_code(failure: Failure, shelf: Shelf) -> Failure:
    """The failure with the lines of code it went through."""
    frames = (replace(frame, code=shelf.line(frame.path, frame.line)) for frame in failure.frames)
    return replace(failure, frames=tuple(frames))


def _sources(
    trees: sources.Trees, state: State, context: Context, *, profile: Profile
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    wanted = sources.Wanted(
        edit=context.ticket.files,
        see=context.ticket.read,
        test_files=context.measured.files,
        failures=feedback.first(context).failures,
        text=_asked(context.ticket),
        later=state.feedback.failures,
        findings=state.feedback.findings,
    )
    tokens, parts = profile.context_tokens - profile.reply_tokens, profile.sees == "prompt"
    was_too_long = any(each.step.what == "shrink" and each.candidates[0].rung == state.rung for each in state.history)
    tokens = tokens // 2 if was_too_long else tokens
    most = min(tokens, context.settings.context_tokens) if parts else tokens
    small = sources.NAMED if profile.forms[0] == "whole" else sources.SMALL
    return sources.choose(trees, wanted, sources.Sight(most, parts=parts, small=small, wide=_is_lost(state, context)))


def _is_lost(state: State, context: Context) -> bool:
    """Whether a round has come to nothing, so that the next one begins where it began: then more is shown."""
    starts = (*(finished.candidates[0].start for finished in state.history), state.start)
    return sum(start == context.base for start in starts) > 1


def _shelf(commit: str, context: Context) -> Shelf:
    """T with the patch so far: the ticket's own tests are shown as they will run."""
    name = f"{commit}+{context.base}+{context.tests_tree}"
    return Shelf(name, context.tests.roots, _files(commit, context), context.repository.read, context.source.facts)


def _files(start: str, context: Context) -> dict[str, str]:
    """Path to blob id."""
    base, head, tests = (context.repository.files(commit) for commit in (context.base, start, context.tests_tree))
    kept = {path: blob for path, blob in tests.items() if path in head or path not in base}
    return kept | {path: blob for path, blob in head.items() if base.get(path) != blob}
