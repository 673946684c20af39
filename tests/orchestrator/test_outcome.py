"""The documents that leave the house: their fields, their schemas, the exit codes; unknown is never nothing."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from pareback.adapters.model import Prices, Reply, Usage
from pareback.adapters.models.scripted import Line
from pareback.gates.verdict import Finding, Site
from pareback.orchestrator import accounts, boundary, graph, outcome, summary
from pareback.orchestrator.accounts import Account, Books
from pareback.orchestrator.commands import check
from pareback.orchestrator.comparison import Compared
from pareback.orchestrator.confined import NoSandbox
from pareback.orchestrator.context import Context
from pareback.orchestrator.home import AlreadyRunning
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.prompts import versions
from pareback.orchestrator.specify.specification import Specification
from pareback.orchestrator.state import Candidate, Ending, EndingName, Round, State, Step
from pareback.workspaces.conditions.condition import Condition, Held

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
RUN = {
    *("schema", "run", "ticket", "feature", "ending", "reason", "accepted", "retry", "oracle", "sandbox", "base"),
    *("delta", "charged", "budget", "budget_source", "hard", "unpriced", "reference", "rounds", "candidates", "tests"),
    *("model", "tokens", "cost_usd", "seconds", "branch", "patch", "applied", "pull_request", "url", "report", "sarif"),
    *("questions", "error"),
}
CHECK = {
    *("schema", "table", "base", "head", "delta", "charged", "budget", "budget_source", "within", "signals"),
    *("unpriced", "languages", "reference", "findings"),
}
FINDING = {
    *("id", "signal", "hard", "waived", "hash", "path", "line", "unit", "points", "saves", "message", "do", "others"),
}
GUARD = {"canaries", "held_out", "held_out_green", "changed"}
INSIDE = {
    "tests": {"target", "target_green", "regressions", "total", "flaky", *GUARD},
    "tokens": {"prompt", "completion", "cached"},
    "seconds": {"total", "model", "tests", "gate"},
    "unpriced": {"files", "lines"},
}
ADDED = {
    *("untested", "conditions", "specified"),
    *("enforce", "message", "appeals", "flags", "steps"),
    *("calls", "counted", "by_model", "by_round", "per_accepted_patch"),
}
CONDITIONS = (
    Held(Condition("gone", "gone aid", symbol="aid"), holds=False, message="'aid' is still named", path="a.py", line=3),
    Held(Condition("calls", "calls twin print", symbol="twin", name="print"), None, "nothing defines 'twin'"),
)
SECONDS = {"total": 1.23456, "model": 0.0, "tests": 0.5, "gate": 0.01}


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def valid(document: dict[str, Any], name: str) -> bool:
    """As it arrives: through JSON."""
    jsonschema.Draft202012Validator(schema(name)).validate(json.loads(json.dumps(document)))
    return True


def ended(name: EndingName, **facts: Any) -> Outcome:
    return Outcome(run="r", ticket="t", ending=Ending(name, "reason", "words"), seconds=SECONDS, **facts)


@pytest.fixture
def whole(bench: Any, judged: Callable[..., Candidate]) -> Outcome:
    """An outcome with everything in it."""
    context = bench(["unused"]).context
    best = judged(context, charged=2.0)
    assert best.verdict is not None
    hard = Finding("H4:a.py:f", "S17", "a.py", 1, "f", 20.0, "m", "d", hard=True, others=(Site("b.py", 2),))
    best = replace(best, verdict=replace(best.verdict, findings=(hard,), signals={"S1": 2.0}), conditions=CONDITIONS)
    history = (Round(1, "m", (best, replace(best, index=1)), 0, Step("accept", "green and within budget")),)
    facts = {"budget": 3.0, "budget_source": "fix", "oracle": "given", "total": 5}
    stated = Specification("model", ("gone aid",), {"tests/test_new.py": "def test_new(): ..."}, model="m", prompt="0f")
    return ended("accepted", best=best, history=history, specified=asdict(stated), **facts)


def test_the_result_has_the_fields_of_the_contract(whole: Outcome) -> None:
    document = outcome.result(whole)
    assert (set(document), {name: set(document[name]) for name in INSIDE}) == (RUN | ADDED, INSIDE)
    assert valid(document, "run")
    assert (document["charged"], document["hard"], document["candidates"]) == (2.0, ["H4:a.py:f"], 2)
    assert document["seconds"] == {"total": 1.235, "model": 0.0, "tests": 0.5, "gate": 0.01}
    assert [(each["condition"], each["met"], each["path"], each["line"]) for each in document["conditions"]] == [
        ("gone aid", False, "a.py", 3),
        ("calls twin print", None, "", 0),
    ]
    assert document["specified"]["tests"] == {"tests/test_new.py": "def test_new(): ..."}
    assert "\nnot met  gone aid\nnot met  calls twin print\n" in summary.text(whole)


@pytest.mark.parametrize("name", get_args(EndingName))
def test_a_run_that_came_to_nothing_is_a_valid_document_too(name: EndingName) -> None:
    document = outcome.result(ended(name))
    assert valid(document, "run")
    assert (document["accepted"], document["delta"], document["tests"]["target"]) == (name == "accepted", None, None)


def test_a_document_with_a_field_missing_or_of_another_type_is_refused(whole: Outcome) -> None:
    document = outcome.result(whole)
    for wrong in ({key: document[key] for key in sorted(RUN) if key != "cost_usd"}, document | {"charged": "2"}):
        with pytest.raises(jsonschema.ValidationError):
            valid(wrong, "run")


def test_the_verdict_has_the_fields_of_the_contract(whole: Outcome) -> None:
    assert whole.best is not None
    assert whole.best.verdict is not None
    document = check.whole(Compared("b" * 40, "h" * 40, whole.best.verdict, {}))
    assert (set(document), set(document["findings"][0])) == (CHECK, FINDING)
    assert valid(document, "check")


def test_the_record_tells_every_candidate(whole: Outcome) -> None:
    (told,) = outcome.record(whole)["rounds"]
    assert outcome.record(whole)["prompts"] == versions.versions()
    assert (told["round"], told["winner"]) == (1, 0)
    assert told["step"] == {"what": "accept", "reason": "green and within budget"}
    assert [each["reply"] for each in told["candidates"]] == ["reply 1/0"] * 2
    assert json.loads(json.dumps(told)) == told


EXITS: dict[EndingName, int] = {
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


@pytest.mark.parametrize("name", get_args(EndingName))
def test_every_ending_has_its_exit(name: EndingName) -> None:
    assert ended(name).exit == EXITS[name]
    assert replace(ended(name), ending=Ending(name, "reason", retry=True)).exit == 75


def test_what_was_accepted_and_could_not_be_written_is_no_success() -> None:
    assert (ended("accepted", unapplied=True).exit, ended("accepted").exit) == (1, 0)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoSandbox("sandbox 'strict' is not offered here"), 78),
        (AlreadyRunning("busy"), 75),
        (boundary.Mistake("budget 'x'"), 2),
        (FileNotFoundError(2, "gone", "t.md"), 2),
    ],
)
def test_what_stops_a_command_has_its_exit(error: Exception, code: int) -> None:
    line, exit_ = boundary.explain(error, "")
    assert (exit_, "bug" in line, "\n" in line) == (code, False, False)


def spent(ledger: Ledger, replies: Iterable[Reply]) -> Account:
    for number, reply in enumerate(replies):
        usage = {"prompt": reply.usage.prompt, "completion": reply.usage.completion, "cached": reply.usage.cached}
        ledger.keep(f"generate/1/{number}/k", {"usage": usage, "cost_usd": reply.cost_usd, "seconds": 1.0})
    return accounts.books(ledger).total


def test_unknown_cost_is_null_and_no_cost_is_nothing(tmp_path: Path) -> None:
    known = Reply("a", "stop", Usage(10, 5, 4), cost_usd=0.25)
    unknown = Reply("b", "stop", Usage(None, None), cost_usd=None)
    for name, replies, told in (
        ("none", [], (0, 0, 0, 0.0)),
        ("known", [known, known], (20, 10, 8, 0.5)),
        ("some", [known, unknown], (None, None, 4, None)),
    ):
        with Ledger(tmp_path / f"{name}.db") as ledger:
            found = spent(ledger, replies)
            assert (name, (found.prompt, found.completion, found.cached, found.cost_usd)) == (name, told)
    assert outcome.result(ended("red", books=Books(Account(cost_usd=None))))["cost_usd"] is None
    assert outcome.result(ended("red"))["cost_usd"] == 0.0


def test_a_real_runs_money_and_seconds_come_from_its_ledger(
    bench: Any, opening: Callable[[Context], State], replies: dict[str, str]
) -> None:
    line = Line(replies["fix"], prompt_tokens=1000, completion_tokens=100)
    context = bench([line], candidates=1, prices=Prices(1.0, 2.0)).context
    state = graph.run(opening(context), context)
    assert state.ending is not None
    books = accounts.books(context.ledger)
    total, seconds = books.total, books.total.seconds
    assert (total.prompt, total.completion, total.cached, total.cost_usd) == (1000, 100, 0, 0.0012)
    assert (set(seconds), seconds["tests"] > seconds["gate"] > 0.0) == ({"model", "tests", "gate"}, True)
    document = outcome.result(ended("accepted", best=state.best, history=state.history, books=books))
    assert valid(document, "run")
    assert document["steps"] == [{"round": 1, "what": "accept", "why": "green and within budget"}]
    (by_round,), (by_model,) = document["by_round"], document["by_model"]
    assert (by_round["round"], by_round["model"], by_model["model"]) == (1, "rung 1", "rung 1")
    shared = {name: value for name, value in by_round.items() if name not in {"round", "model"}}
    assert document["per_accepted_patch"] == shared == {key: by_model[key] for key in shared}
