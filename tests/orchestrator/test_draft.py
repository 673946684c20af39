"""Replies applied while they arrive: the same as afterwards, stopped only for what nothing can undo, and logged."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pareback.adapters.model import Prices, Region
from pareback.adapters.models.scripted import Line
from pareback.orchestrator.context import Context
from pareback.orchestrator.draft import Draft
from pareback.orchestrator.feedback import go_on
from pareback.orchestrator.graph import drive
from pareback.orchestrator.nodes.apply import apply
from pareback.orchestrator.nodes.generate import generate
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.edit_log import replay

Starter = Callable[..., Candidate]
SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/edits.schema.json"


def region(path: str, old: str, new: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


FIX = region("shop/cart.py", "    if total > 5000:", "    if total >= 5000:")
EVAL = region("shop/cart.py", "    return 490", "    return eval('490')")
PLAIN = region("shop/cart.py", "    return 490", "    return int('490')")
REST = "That is all there is to it, and nothing more has to be said about it.\n" * 20


def slowly(text: str) -> Line:
    """The text in pieces of 40 characters."""
    return Line(text, chunk=40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder of its own, so that its log holds one test's operations."""
    place = tmp_path / "run"
    place.mkdir()
    return place


def test_a_reply_that_arrives_in_pieces_comes_to_what_it_comes_to_at_its_end(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    for index, name in enumerate(("fix", "bulky", "astray", "cheat", "prose", "tested")):
        context = bench(lambda _, name=name: slowly(replies[name])).context
        candidate = starter(context, index=index)
        replied = generate(candidate, context)
        assert replied.applied is not None
        assert replied.applied == Draft(candidate, context).finish(replies[name])
        assert apply(replied, context) == apply(replace(replied, applied=None), context)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EVAL + REST, "eval: text is run as code"),
        (FIX + region("../etc/passwd", "x", "y") + REST, "'../etc/passwd'"),
        (
            f"shop/new.py\n```python\nX = '{'x' * 1_100_000}'\n```\n{REST * 60}",
            "files over 1048576 bytes are not written",
        ),
    ],
    ids=["H4", "path", "size"],
)
def test_a_stream_is_stopped_for_what_nothing_can_undo_and_the_next_round_is_told(
    bench: Any, starter: Starter, opening: Callable[[Context], State], folder: Path, text: str, reason: str
) -> None:
    chunk = 40 if len(text) < 10_000 else 50_000
    made = bench(lambda _: Line(text, chunk=chunk, prompt_tokens=9, completion_tokens=9), prices=Prices(1.0, 2.0))
    context = replace(made.context, folder=folder)
    stopped = drive(starter(context), context)
    assert stopped.reply is not None
    said = stopped.reply.text
    assert (stopped.status, stopped.reply.finish, stopped.commit) == ("incomplete", "stopped", None)
    assert stopped.why.startswith(f"stopped at byte {len(said.encode())}: ")
    assert (reason in stopped.why, text.startswith(said), len(said) < len(text) - 1000) == (True, True, True)
    assert (stopped.reply.usage.completion, context.ledger.spent().tokens > 8192) == (None, True)
    assert (context.ledger.spent().unknown, context.ledger.spent().cost_usd > 0.01) == (0, True)
    told = go_on(replace(opening(context), round=1, candidates=(stopped,)), context)
    assert told.feedback.refused == (stopped.why,)
    log = [json.loads(line) for line in (folder / "edits.jsonl").read_text().splitlines()]
    assert log[-1]["message"]
    again = bench([])
    assert (drive(starter(context), replace(again.context, folder=folder)), again.asked) == (stopped, [])
    assert len((folder / "edits.jsonl").read_text().splitlines()) == len(log)


@pytest.mark.parametrize(
    "text", [PLAIN + REST, region("tests/test_cart.py", "x", "y") + FIX + REST], ids=["code", "test"]
)
def test_a_stream_goes_on_after_what_is_fine_or_stands_alone(bench: Any, starter: Starter, text: str) -> None:
    context = bench(lambda _: slowly(text)).context
    replied = generate(starter(context), context)
    assert (replied.status, replied.reply is not None and replied.reply.text) == ("replied", text)


def test_what_was_waived_or_came_at_the_very_end_is_not_stopped(bench: Any, starter: Starter) -> None:
    strict = bench(lambda _: slowly(EVAL + REST)).context
    lax = replace(strict, ticket=replace(strict.ticket, waive=("H4:shop/cart.py:shipping",)))
    assert generate(starter(lax), lax).status == "replied"
    whole = bench(lambda _: Line(EVAL)).context
    assert generate(starter(whole, index=1), whole).status == "replied"


def test_a_try_that_broke_off_leaves_nothing_behind(bench: Any, starter: Starter) -> None:
    """Half of a reply and its second try together would be another reply."""
    lines = [Line(FIX[:-8], chunk=20, finish="cut"), slowly(FIX)]
    context = bench(lambda _: lines.pop(0)).context
    candidate = starter(context)
    replied = generate(candidate, context)
    assert (replied.status, replied.applied) == ("replied", Draft(candidate, context).finish(FIX))


def test_a_region_is_put_between_what_stands_around_it(bench: Any, starter: Starter) -> None:
    context = bench(lambda _: Line("    if total >= 5000:", chunk=5)).context
    candidate = starter(context)
    text = (context.repository.read_file(context.base, "shop/cart.py") or b"").decode()
    above, old, below = text.partition("    if total > 5000:\n")
    asked = replace(candidate.request, region=Region("shop/cart.py", above, old, below, wish="free from 5000 on"))
    applied = apply(generate(replace(candidate, request=asked), context), context)
    after = context.repository.read_file(applied.commit or "", "shop/cart.py")
    assert (applied.status, after) == ("applied", text.replace("> 5000", ">= 5000").encode())


def test_the_log_holds_every_operation_once_and_gives_the_same_bytes_again(
    bench: Any, starter: Starter, folder: Path, replies: Mapping[str, str]
) -> None:
    context = replace(bench(lambda _: slowly(replies["tested"] + replies["cheat"])).context, folder=folder)
    candidates = [apply(generate(starter(context, index=index), context), context) for index in (0, 1)]
    apply(replace(candidates[0], applied=None), context)
    log = [json.loads(line) for line in (folder / "edits.jsonl").read_text().splitlines()]
    assert [(each["candidate"], each["number"]) for each in log] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for entry in log:
        jsonschema.validate(entry, json.loads(SCHEMA.read_text()))
    changes = replay(log[:3], lambda path: context.repository.read_file(context.base, path))
    assert candidates[0].commit is not None
    assert changes == context.repository.changes(context.base, candidates[0].commit)
