"""The call that asks a model when a ticket is done: same ledger, limits and accounts as any other call."""

from collections import Counter
from dataclasses import replace

from pareback.adapters.model import ModelRefused, Request, Source
from pareback.adapters.record import id_of
from pareback.orchestrator import accounts
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Ended
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.nodes.generate import generate
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.prompts import specify as prompt
from pareback.orchestrator.state import Candidate, Ending, State
from pareback.orchestrator.trial import file_of, folder_of
from pareback.workspaces.conditions.grammar import FORMS

LONGEST = 6_000
"""Characters of an existing test file that is shown as an example of how tests are written here."""


def ask(context: Context, rung: int, attempt: int, refused: tuple[str, ...]) -> Candidate:
    """The candidate with the model's reply and what became of the files in it. Raises Ended, LimitReached, and
    ModelRefused."""
    model = context.ladder[rung]
    accounts.name_model(context.ledger, 0, model.name)
    asked = _request(context, rung, attempt, refused)
    starter = Candidate(0, attempt, rung, model.name, context.base, asked)
    policy = replace(context.policy, editable=())
    answered = generate(starter, replace(context, policy=policy))
    _check(answered)
    return answered


def _request(context: Context, rung: int, attempt: int, refused: tuple[str, ...]) -> Request:
    usual = question(State(start=context.base, rung=rung), context, context.ladder[rung])
    return replace(
        usual,
        rules=prompt.rules((form for form, _ in FORMS.values()), _place(context)),
        files=tuple(replace(each, note="") for each in usual.files),
        tests=usual.tests or _example(context),
        refused=(prompt.REPAIR, *refused) if refused else (),
        round=0,
        n=1,
        index=attempt,
        seed=attempt,
    )


def _check(answered: Candidate) -> None:
    """A call that came to nothing ends the run as it would in a round."""
    match answered.status, answered.why:
        case "cancelled", _:
            raise Ended(Ending("interrupted", "signal", "stopped by a signal; `pareback resume` goes on"))
        case "limit", "exhausted" if answered.index:
            return  # what it said before may do
        case "limit", "exhausted":
            raise Ended(Ending("blocked", "no_red_test", f"no test is red, and {answered.model!r} has nothing to say"))
        case "limit", "refused":
            raise ModelRefused(answered.detail)
        case "limit", "unavailable":
            raise Ended(Ending("crashed", "model_unavailable", answered.detail, retry=True))
        case "limit", why:
            raise LimitReached(why, answered.detail or why)


def _place(context: Context) -> str:
    """Where a new test file goes: where most others are, with a name that is the ticket's own."""
    folders = Counter(folder_of(path) for path in _tests(context))
    folder = folders.most_common(1)[0][0] if folders else "tests"
    name = id_of(context.ticket.title or context.ticket.text, context.ticket.text).replace("-", "_")
    return f"{folder}/test_{name}.py".lstrip("/")


def _tests(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(file_of, context.measured.baseline.collected)))


def _example(context: Context) -> tuple[Source, ...]:
    """The shortest test file that there is, if it is short."""
    read = (context.repository.read_file(context.tests_tree, path) for path in _tests(context))
    texts = {path: (raw or b"").decode("utf-8", "replace") for path, raw in zip(_tests(context), read, strict=True)}
    path = min(texts, key=lambda each: len(texts[each]), default=None)
    if path is None or not 0 < len(texts[path]) <= LONGEST:
        return ()
    return (Source(path, texts[path], editable=False),)
