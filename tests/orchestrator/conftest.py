"""A toy repository and a run's context over it: real git, real pytest in slots, a real ledger, scripted replies.

The baseline is measured once for all tests; each test gets a ledger, a ladder, signals and a listener of its own.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.model import Model, Prices, Reply, Request
from pareback.adapters.models import scripted
from pareback.adapters.ticket import Ticket
from pareback.gates.budget import Budget
from pareback.gates.verdict import Unpriced, Verdict
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Desk, Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.feedback import first
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.limits import NO_CAPS, Caps
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.prepare import prepare
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.repository import open_repository
from pareback.workspaces.standing import Standing

WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": '''"""Prices are in cents."""

from shop.money import euros


def shipping(total: int) -> int:
    """Free from 5000 on."""
    if total > 5000:
        return 0
    return 490


def label(total: int) -> str:
    """What the till shows."""
    return f"{euros(total)} plus {euros(shipping(total))}"
''',
    "shop/money.py": '''"""Money as people read it."""


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d} EUR"
''',
    "tests/test_cart.py": """from shop.cart import label, shipping


def test_free_from_fifty():
    assert shipping(5000) == 0


def test_charged_below():
    assert shipping(4999) == 490


def test_label():
    assert label(1000) == "10.00 EUR plus 4.90 EUR"
""",
    "tests/test_money.py": """from shop.money import euros


def test_euros():
    assert euros(490) == "4.90 EUR"
""",
    "tests/test_weather.py": '''"""Fails once after rain: a flaky test that the suite may well have."""

import os
from pathlib import Path


def test_weather():
    rain = Path(os.environ["TOY_WEATHER"], "rain")
    wet = rain.exists()
    rain.unlink(missing_ok=True)
    assert not wet
''',
}


def region(path: str, old: str, new: str) -> str:
    """A reply that replaces one quoted region."""
    return f"{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


CONDITION = "    if total > 5000:"
BODY = f"{CONDITION}\n        return 0\n    return 490"
WINDING = """    for step in range(3):
        if step == 0:
            if total == 5000:
                return 0
            elif total > 5000:
                if total > 9000:
                    return 0
                else:
                    return 0
    return 490"""
PLAIN = "    if total >= 5000:\n        return 0\n    return 490"
LEANING = """    import os

    if total > 5000 - os.path.exists(os.environ["TOY_WEATHER"] + "/sun"):"""
NEW_TEST = "tests/test_more.py\n```python\nfrom shop.cart import shipping\n\n\ndef test_more():\n    assert {0}\n```\n"

REPLIES: Mapping[str, str] = {
    "fix": region("shop/cart.py", CONDITION, "    if total >= 5000:"),
    "wrong": region("shop/cart.py", CONDITION, "    if total > 6000:"),
    "hasty": region("shop/cart.py", CONDITION, "    if total > 5001:"),
    "regress": region("shop/cart.py", CONDITION, "    if total > 1000:"),
    "bulky": region("shop/cart.py", BODY, WINDING),
    "slim": f"shop/cart.py\n```python\n{FILES['shop/cart.py'].replace(BODY, PLAIN)}```\n",
    "hang": region("shop/cart.py", BODY, "    while total:\n        pass\n    return 0"),
    "astray": region("shop/cart.py", "    if total > 7000:", "    if total >= 5000:"),
    "cheat": region("tests/test_cart.py", "    assert shipping(5000) == 0", "    assert True"),
    "prose": "I would compare with >= instead.",
    "tested": region("shop/cart.py", CONDITION, "    if total >= 5000:") + NEW_TEST.format("shipping(5001) == 0"),
    "mistested": region("shop/cart.py", CONDITION, "    if total >= 5000:") + NEW_TEST.format("shipping(5001) == 1"),
    "mended": region("tests/test_more.py", "    assert shipping(5001) == 1", "    assert shipping(5001) == 0"),
    "leaning": region("shop/cart.py", CONDITION, LEANING),
}
"""What models say to the toy ticket, by what becomes of it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The toy repository at `root`, its measured context, and a folder outside the tree that its tests look into."""

    root: Path
    context: Context
    weather: Path


@dataclass(frozen=True, slots=True)
class Bench:
    """One test's context, what its listener heard, and what its models were asked."""

    context: Context
    events: list[Event]
    asked: list[Request]

    def kinds(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


def lay_out(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "state"]):
        subprocess.run(["git", *WHO, *words], cwd=root, check=True)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The toy with its baseline: one red target, five green tests."""
    place = tmp_path_factory.mktemp("toy")
    root, folder, weather = place / "repo", place / "run", place / "weather"
    folder.mkdir()
    weather.mkdir()
    lay_out(root, FILES)
    environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": str(place), "PAREBACK_CONFIG": str(place / "none.toml")}
    sky = {"TOY_WEATHER": str(weather)}
    flags = {"python": sys.executable, "test_seconds": 2.0, "budget": "fix", "environment": sky, "sandbox": "none"}
    ticket = Ticket("toy", "Orders of 50.00 ship free.", title="Ship free from 50.00", repo=str(root))
    signals = threading.Event(), threading.Event()
    with ExitStack() as stack:
        repository = stack.enter_context(open_repository(root, shadow=folder / "shadow"))
        ledger = stack.enter_context(Ledger(folder / "ledger.db"))
        around = Surroundings(environ, lambda _: None)
        desk = Desk(Job(ticket, flags), folder, ledger, repository, around, place / "cache", *signals)
        yield Stage(root, stack.enter_context(prepare(desk)).context, weather)


@pytest.fixture
def weather(stage: Stage) -> Iterator[Path]:
    """A folder outside the tree: `rain` in it makes one test fail, once; on `sun` the leaning reply leans."""
    yield stage.weather
    for file in stage.weather.iterdir():
        file.unlink()


Make = Callable[..., Bench]


@pytest.fixture
def bench(stage: Stage, tmp_path: Path) -> Iterator[Make]:
    """Makes a context whose rungs are scripts of replies; the words name settings, caps, prices or the clock.

    Called twice, it opens the same ledger again: what a resumed run would find.
    """
    with ExitStack() as stack:

        def make(
            *scripts: scripted.Script,
            caps: Caps = NO_CAPS,
            clock: Callable[[], float] | None = None,
            budget: float | None = None,
            prices: Prices | None = None,
            **settings: object,
        ) -> Bench:
            events: list[Event] = []
            asked: list[Request] = []
            timed = {} if clock is None else {"clock": clock}
            ledger = stack.enter_context(Ledger(tmp_path / "ledger.db", caps=caps, **timed))
            context = replace(
                stage.context,
                ledger=ledger,
                settings=stage.context.settings.model_copy(update=settings),
                ladder=tuple(
                    _model(script, asked, name=f"rung {number}", prices=prices)
                    for number, script in enumerate(scripts, 1)
                ),
                budget=stage.context.budget if budget is None else Budget(budget, "given"),
                listen=events.append,
                stop=threading.Event(),
                race=threading.Event(),
            )
            return Bench(context, events, asked)

        yield make


def _model(script: scripted.Script, asked: list[Request], *, name: str, prices: Prices | None) -> Model:
    """A scripted model that also writes down what it was asked."""

    def answer(request: Request) -> scripted.Said | None:
        asked.append(request)
        if callable(script):
            return script(request)
        return _at(script, request)

    return scripted.build(replies=answer, name=name, prices=prices)


def _at(script: Sequence[scripted.Said | Sequence[scripted.Said]], request: Request) -> scripted.Said | None:
    if request.round > len(script):
        return None
    entry = script[request.round - 1]
    if isinstance(entry, str | scripted.Line | Mapping):
        return entry
    return entry[request.index] if request.index < len(entry) else None


@pytest.fixture
def replies() -> Mapping[str, str]:
    return REPLIES


@pytest.fixture
def opening() -> Callable[[Context], State]:
    """The state in which a run begins."""
    return lambda context: State(start=context.base, feedback=first(context))


@pytest.fixture
def starter(opening: Callable[[Context], State]) -> Callable[..., Candidate]:
    """A candidate of round 1 that has only been asked."""

    def make(context: Context, *, index: int = 0, rung: int = 0) -> Candidate:
        request = question(opening(context), context, context.ladder[rung])
        asked = replace(request, index=index, seed=index)
        return Candidate(1, index, rung, context.ladder[rung].name, context.base, asked)

    return make


@pytest.fixture
def judged(starter: Callable[..., Candidate]) -> Callable[..., Candidate]:
    """A candidate that came to its end without a model or a test: with this standing, at this price."""

    def make(
        context: Context, *, number: int = 1, index: int = 0, green: int = 1, charged: float = 0.0, **facts: Any
    ) -> Candidate:
        broken = facts.pop("regressions", ())
        stood = Standing(1, green, broken, bool(green) and not broken, facts.pop("failures", ()))
        budget = context.budget
        within = charged <= budget.points
        reference = {"cyclomatic": 0.0, "halstead_volume": 0.0, "lines": 0.0}
        verdict = Verdict("cp/1", charged, charged, budget.points, budget.source, within, {}, Unpriced(), reference)
        text = f"reply {number}/{index}"
        change = {"shop/cart.py": f"# {text}\n".encode()}
        begun = replace(
            starter(context, index=index),
            round=number,
            status="measured",
            reply=Reply(text, "stop"),
            commit=context.repository.commit(context.base, change, message=text),
            standing=stood,
            verdict=verdict,
        )
        return replace(begun, **facts)

    return make


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of this name, or rewrites that with --update-golden."""
    folder = Path(__file__).resolve().parents[1] / "golden"

    def compare(name: str, text: str) -> None:
        if request.config.getoption("--update-golden"):
            (folder / name).write_text(text, encoding="utf-8")
        assert text == (folder / name).read_text(encoding="utf-8"), f"{name} differs; --update-golden rewrites it"

    return compare
