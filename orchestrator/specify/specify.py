"""Before the loop, where no test is red: state when the ticket is done, prove that on the base, and freeze it.

Whoever gives the ticket may state conditions; else the first model of the ladder that reads prompts is asked, and once
more where something of what it stated tells nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pareback.adapters.model import Model
from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Ended
from pareback.orchestrator.events import Event
from pareback.orchestrator.prompts import specify as prompt
from pareback.orchestrator.prompts.versions import said
from pareback.orchestrator.specify.answer import Answer, answered, at_base
from pareback.orchestrator.specify.asking import ask
from pareback.orchestrator.specify.proof import Proof
from pareback.orchestrator.specify.specification import Specification, keep
from pareback.orchestrator.state import Ending
from pareback.workspaces import baseline
from pareback.workspaces.baseline import Targets
from pareback.workspaces.conditions import grammar
from pareback.workspaces.conditions.condition import Held
from pareback.workspaces.conditions.grammar import BadCondition
from pareback.workspaces.suite import Result

CALLS = 2
"""Answers that are asked for: the first, and one that is mended."""


def asked_first(ladder: Sequence[Model]) -> Sequence[int]:
    """The rungs whose models can say when a ticket is done, in their order: one that searches states nothing."""
    return [rung for rung, model in enumerate(ladder) if model.profile.sees == "prompt"]


def settle(context: Context, *, dry: bool) -> Context:
    """The context with what says when the ticket is done. `dry`: no model is called.

    Without a red test some model of the ladder reads prompts. Raises Ended where nothing has to change or there is a
    question; LimitReached, ModelRefused.
    """
    if context.ticket.conditions:
        return _given(context)
    if context.measured.failures or dry:
        return context
    rung = asked_first(context.ladder)[0]
    _say(context, f"no test is red: {context.ladder[rung].name} is asked when this is done")
    try:
        return _written(context, rung)
    except Cancelled:
        raise Ended(Ending("interrupted", "signal", "stopped by a signal; `pareback resume` goes on")) from None


def _given(context: Context) -> Context:
    """The ticket's own conditions: all of them have to be met, those too that are met now."""
    try:
        read = [(line, grammar.read(line)) for line in context.ticket.conditions]
    except BadCondition as error:
        raise Ended(Ending("blocked", "condition", str(error))) from error
    unknown = next((line for line, condition in read if condition is None), None)
    if unknown is not None:
        kinds = ", ".join(form for form, _ in grammar.FORMS.values())
        raise Ended(Ending("blocked", "condition", f"{unknown!r} is no condition: expected one of {kinds}"))
    held = tuple(at_base(condition, context) for _, condition in read if condition is not None)
    if not context.measured.failures and all(each.holds for each in held):
        raise Ended(Ending("no_change", "holds_already", _shown(held, ())))
    keep(context.ledger, Specification("ticket", tuple(each.condition.said for each in held)))
    oracle = context.measured.oracle if context.measured.failures or context.held_out else "given"
    return replace(context, conditions=held, measured=replace(context.measured, oracle=oracle))


def _written(context: Context, rung: int) -> Context:
    """What the model states, once it can be used."""
    answers: list[Answer] = []
    refused: tuple[str, ...] = ()
    for attempt in range(CALLS):
        asked = ask(context, rung, attempt, refused)
        if asked.status == "limit":
            break
        answer = answered(asked, context)
        answers.append(answer)
        _end(answer, context, last=attempt + 1 == CALLS)
        if answer.asks and not answer.faults:
            return _frozen(answer, context)
        refused = answer.faults or tuple(prompt.PASSING.format(name=name) for name in answer.proof.passing)
    usable = [each for each in reversed(answers) if each.asks]
    if usable:
        return _frozen(usable[0], context)
    raise Ended(Ending("unclear", "unspecified", _unspecified(refused)))


def _end(answer: Answer, context: Context, *, last: bool) -> None:
    """Raise Ended for an answer that ends the run: nothing is left to do, or only a question."""
    if answer.holds and (last or answer.stated.idle or not answer.proof.passing):
        _keep(answer, context)
        raise Ended(Ending("no_change", "holds_already", _shown(answer.already, answer.proof.passing)))
    if answer.stated.question and not answer.asks:
        _keep(answer, context)
        raise Ended(Ending("unclear", "question", answer.stated.question))


def _frozen(answer: Answer, context: Context) -> Context:
    """The context that is held to the answer: T has its tests, and nobody may edit them."""
    _keep(answer, context)
    for line in _told(answer):
        _say(context, line)
    measured, proof = context.measured, answer.proof
    oracle = measured.oracle if context.held_out else "model_written"
    held = replace(context, conditions=answer.open, measured=replace(measured, oracle=oracle))
    if not proof.red:
        return held
    tree = context.repository.commit(context.tests_tree, proof.files, message="specified tests")
    paths = tuple(proof.files)
    green = (each.id for each in proof.report.results if baseline.is_green(each))
    tested = replace(
        measured.baseline,
        passed=(*measured.baseline.passed, *green),
        collected=(*measured.baseline.collected, *proof.report.collected),
    )
    return replace(
        held,
        tests_tree=tree,
        measured=replace(
            held.measured,
            baseline=tested,
            targets=_targets(proof),
            failures=proof.red,
            files=paths,
            given=(*measured.given, *paths),
            guarded=(*measured.guarded, *paths),
        ),
        policy=replace(context.policy, files=context.policy.files | {*paths}, given=(*context.policy.given, *paths)),
    )


def _targets(proof: Proof) -> Targets:
    ids = tuple(each.id for each in proof.red if isinstance(each, Result))
    return Targets(ids, tuple(each.path for each in proof.red if not isinstance(each, Result)))


def _keep(answer: Answer, context: Context) -> None:
    keep(
        context.ledger,
        Specification(
            by="model",
            conditions=tuple(each.condition.said for each in answer.open),
            tests={path: raw.decode() for path, raw in answer.proof.files.items()} if answer.proof.red else {},
            already=(*(each.condition.said for each in answer.already), *answer.proof.passing),
            dropped=answer.faults,
            model=answer.asked.model,
            prompt=said(answer.asked.request.rules),
            question=answer.stated.question,
        ),
    )


def _told(answer: Answer) -> Iterator[str]:
    """What was specified, for whoever watches."""
    yield from (f"condition: {each.condition.said}" for each in answer.open)
    for each in answer.proof.red:
        first = each.message.strip().partition("\n")[0]
        yield f"specified: {each.id if isinstance(each, Result) else each.path}, red now: {first}"
    yield from (f"holds already: {each.condition.said}" for each in answer.already)
    yield from (f"passes already: {name}" for name in answer.proof.passing)
    yield from (f"left out: {why}" for why in answer.faults)


def _shown(already: Sequence[Held], passing: Sequence[str]) -> str:
    """How it was established that nothing has to change."""
    places = [f"{each.condition.said} ({each.path}:{each.line} {each.message})" for each in already]
    return f"all that is asked for is there: {'; '.join([*places, *(f'{name} passes' for name in passing)])}"


def _unspecified(faults: Sequence[str]) -> str:
    why = f" ({faults[0]})" if faults else ""
    return f"how would one see that this is done{why}? Say it in the ticket, with a failing test, or with --condition"


def _say(context: Context, text: str) -> None:
    context.listen(Event("say", data={"text": text}))
