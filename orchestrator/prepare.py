"""Before the loop: freeze the base, settle the settings, open the target's tests, and name what has to turn green.

What has to be the same when the run is resumed is written into the ledger the first time and read from it afterwards.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from pareback.adapters.model import Model
from pareback.gates.budget import Budget
from pareback.gates.index.source import Source
from pareback.orchestrator import allowance, ladder, opening, parts, target, upkeep, warmth
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import config_files, gate_source
from pareback.orchestrator.config import Settings, environment_layer, flag_layer, repository_layer, resolve, user_layer
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.held_out import HeldOut, set_aside
from pareback.orchestrator.home import config_file
from pareback.orchestrator.job import settled
from pareback.orchestrator.limits import Caps
from pareback.orchestrator.measured import Measured, counted
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.specify import specify
from pareback.orchestrator.state import Ending
from pareback.workspaces.canaries import sound
from pareback.workspaces.edit import Form
from pareback.workspaces.guard import Policy

NO_RED_TEST = (
    "no test is red, so nothing would say when this ticket is done: write a failing test, name the tests with --tests, "
    "give a check with --test-cmd, or name a model with --model (a key, or a local endpoint): it says so first"
)

FROZEN = "frozen"
"""The note that holds the commit of the user's that the run stands on."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The loop's context, and the fields of the outcome that are known before it."""

    context: Context
    facts: Outcome


@dataclass(frozen=True, slots=True)
class Frame:
    """What is settled before any test runs: the trees B and T, held-out tests, settings, models, the gate's source."""

    base: str
    tests_tree: str
    held_out: HeldOut | None
    settings: Settings
    models: tuple[Model, ...]
    source: Source


@contextmanager
def prepare(desk: Desk) -> Iterator[Prepared]:
    """Everything the loop needs, open; closed again afterwards. Raises Ended where the run ends before its loop."""
    frame = _frame(desk)
    with ExitStack() as stack:
        stack.enter_context(warmth.rising(frame.models))
        stack.enter_context(upkeep.sweeping(desk.cache))
        costs = stack.enter_context(allowance.looking_back(desk, frame.settings, frame.source))
        tests, found = stack.enter_context(opening.measured(desk, frame.settings, frame.tests_tree))
        if not desk.around.landing:
            _check_model(desk, frame, found)
        lines = allowance.red_lines(desk.repository, frame.source, tree=frame.tests_tree, found=found)
        budget = allowance.settle(desk, frame.settings, test_lines=lines, costs=costs)
        context = _context(desk, frame, tests=tests, found=found, budget=budget)
        if not desk.around.landing:
            context = specify.settle(context, dry=desk.around.dry)
        yield Prepared(context, _facts(desk, context))


def planned(prepared: Prepared) -> Ending:
    """The ending of a dry run: what the loop would begin with."""
    context = prepared.context
    models = ", ".join(model.name for model in context.ladder)
    plan = f"{counted(context.measured.failures, 'red target')}, {models}, budget {context.budget.points:g}"
    if not context.measured.failures and not context.conditions:
        plan += "; the model is asked first when this is done"
    return Ending("no_change", "dry_run", f"dry run: {plan}; no model was called")


def _frame(desk: Desk) -> Frame:
    base = _once(desk, "base", lambda: _frozen(desk))
    settings = _settings(desk, base)
    desk.ledger.caps = Caps(settings.max_tokens, settings.max_cost_usd)
    allowance.check(desk, settings)
    models = ladder.climb(settings, desk.around.environ)
    _check_prices(settings, models)
    held_out = set_aside(desk, settings.tests, _with_tests(desk, base))
    _announce(desk)
    source = gate_source(desk.repository, desk.around.environ, settings.python)
    return Frame(base, held_out.tests_tree, held_out if held_out.paths else None, settings, models, source)


def _frozen(desk: Desk) -> str:
    desk.repository.pin(desk.run)
    try:
        base = desk.repository.freeze(desk.job.ticket.base, date=int(time.time()))
    except ValueError as error:
        raise Mistake(str(error)) from error
    desk.ledger.say(FROZEN, base)
    for patch in desk.job.ticket.onto:
        base = _patched(desk, base, patch, what="an earlier patch of the feature")
    return base


def _patched(desk: Desk, commit: str, patch: str, *, what: str) -> str:
    try:
        return desk.repository.apply_patch(commit, patch.encode(), message=what)
    except ValueError as error:
        raise Ended(Ending("blocked", "test_patch", f"{what} does not fit the base: {error}")) from error


def _once(desk: Desk, name: str, make: Callable[[], Any]) -> Any:
    """A fact about the run, established in its first life only."""
    known = desk.ledger.note(name)
    if known is None:
        known = make()
        desk.ledger.say(name, known)
    return known


def _settings(desk: Desk, base: str) -> Settings:
    def read() -> dict[str, Any]:
        own = repository_layer(config_files(desk.repository, base))
        environ = desk.around.environ
        layers = (own, user_layer(config_file(environ)), environment_layer(environ), flag_layer(desk.job.flags))
        return settled(resolve(layers).settings, desk.job.ticket).model_dump(mode="json")

    return Settings(**_once(desk, "settings", read))


def _with_tests(desk: Desk, base: str) -> str:
    """T: the base with the ticket's own tests."""
    return _patched(desk, base, desk.job.ticket.test_patch or "", what="the ticket's test patch")


def _announce(desk: Desk) -> None:
    """From here on the run exists: it can be listed and resumed, and what it stands on is pinned."""
    ticket, repository = desk.job.ticket, desk.repository
    title = ticket.title or ticket.text.strip().partition("\n")[0]
    head = {"root": str(repository.root), "title": title[:120], "ticket": ticket.id}
    (desk.folder / "run.json").write_text(json.dumps(head) + "\n", encoding="utf-8")
    desk.ledger.say("root", str(repository.root))
    repository.pin(desk.run, None if ticket.base is None else desk.ledger.note(FROZEN))


def _check_prices(settings: Settings, models: tuple[Model, ...]) -> None:
    unknown = [model.name for model in models if model.profile.prices is None]
    if settings.max_cost_usd is not None and unknown:
        name = unknown[0]
        mend = f"set prices under [models.{name!r}] in your own settings, or drop --max-cost-usd"
        raise Ended(Ending("blocked", "price_unknown", f"the price of {name!r} is unknown: {mend}"))


def _check_model(desk: Desk, frame: Frame, found: Measured) -> None:
    """Without a model only red tests can be worked on: a search cannot say when a ticket is done."""
    environ = desk.around.environ
    if not found.failures and not specify.asked_first(frame.models):
        raise Ended(Ending("blocked", "no_red_test", NO_RED_TEST))
    if not frame.settings.model:
        others = ladder.reachable(frame.settings, environ)
        beside = f"; also here: {', '.join(others)} (choose with --model)" if others else ""
        desk.say(f"no model is configured: {ladder.SEARCH} searches for a repair{beside}")


def _context(desk: Desk, frame: Frame, *, tests: target.Target, found: Measured, budget: Budget) -> Context:
    ticket = desk.job.ticket
    files = desk.repository.modes(frame.tests_tree)
    hidden = frame.held_out.paths if frame.held_out else ()
    policy = Policy(
        files=frozenset([*files, *hidden]),
        editable=ticket.files,
        allow=(*ticket.allow, *frame.settings.allow),
        given=(*found.given, *hidden),
        links=frozenset(path for path, mode in files.items() if mode not in {0o100644, 0o100755}),
        installed=frozenset(found.baseline.installed),
    )
    return Context(
        ticket=ticket,
        settings=frame.settings,
        folder=desk.folder,
        base=frame.base,
        tests_tree=frame.tests_tree,
        repository=desk.repository,
        tests=tests,
        ledger=desk.ledger,
        ladder=desk.around.meter(frame.models, frame.settings),
        forms=_forms(),
        policy=policy,
        measured=found,
        budget=budget,
        source=frame.source,
        listen=desk.around.listen,
        stop=desk.stop,
        race=desk.race,
        held_out=frame.held_out,
        may_climb=desk.around.may_climb,
    )


def _forms() -> dict[str, Form]:
    return {name: parts.build("edits", name) for name in parts.names("edits")}


def _facts(desk: Desk, context: Context) -> Outcome:
    baseline = context.measured.baseline
    return Outcome(
        run=desk.run,
        ticket=desk.job.ticket.id,
        ending=Ending("crashed", "unfinished"),
        feature=desk.job.ticket.feature,
        oracle=context.measured.oracle,
        sandbox=context.tests.level,
        base=context.base,
        budget=context.budget.points,
        budget_source=context.budget.source,
        enforce=context.settings.enforce,
        flaky=len(baseline.flaky),
        total=len(baseline.passed) + len(baseline.red),
        canaries=0 if context.tests.command else len(sound(baseline.signs)),
    )
