"""The prompt as a model reads it, round by round, against golden files; and what it must never hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from pareback.adapters.messages import render
from pareback.adapters.model import Request
from pareback.gates.budget import Budget
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.prompts import change, versions
from pareback.orchestrator.state import State

Golden = Callable[[str, str], None]
Talk = Callable[..., list[Request]]


def text(request: Request) -> str:
    return "".join(f"===== {message.role}\n{message.content}\n" for message in render(request))


@pytest.fixture
def talk(bench: Any, opening: Callable[[Context], State], replies: Mapping[str, str]) -> Talk:
    """What a model is asked, round by round, when it gives these replies."""

    def asked(words: Sequence[str], **settings: Any) -> list[Request]:
        made = bench([replies[word] for word in words], candidates=1, **settings)
        graph.run(opening(made.context), made.context)
        requests: list[Request] = made.asked
        return requests

    return asked


def test_what_a_run_asks_round_by_round(talk: Talk, golden: Golden) -> None:
    first, second, third = talk(["wrong", "bulky", "slim"])
    golden("prompt_first.txt", text(first))
    golden("prompt_after_wrong_edit.txt", text(second))
    golden("prompt_green_over_budget.txt", text(third))


def test_what_is_asked_after_refused_operations(talk: Talk, golden: Golden) -> None:
    _, second, third = talk(["astray", "cheat", "fix"])
    golden("prompt_after_refused_region.txt", text(second))
    assert "'tests/test_cart.py' is protected: it is an existing test." in text(third)


def test_what_is_asked_after_the_same_failure_twice(talk: Talk, golden: Golden) -> None:
    requests = talk(["wrong", "hasty", "fix"])
    golden("prompt_fresh.txt", text(requests[2]))


def test_the_beginning_of_a_conversation_stays_the_same(talk: Talk) -> None:
    """A provider's prompt cache hits as long as nothing before the failures changes."""
    first, second = talk(["wrong", "fix"])
    stable = text(first).partition("## RED TEST")[0]
    assert text(second).startswith(stable)
    assert "## TICKET\nShip free from 50.00\nOrders of 50.00 ship free.\n" in stable


def test_the_budget_is_told_and_a_negative_one_asks_for_less() -> None:
    told, asked = (change.rules(Budget(points, "given"), []) for points in (2.5, -4.0))
    assert "may add at most 2.5 complexity points" in told
    assert "must take away at least 4 complexity points" in asked


def test_a_prompt_is_known_by_its_hash() -> None:
    one, same, other = (versions.said(each) for each in ("a", "a", "b"))
    assert (len(one), one == same, one == other) == (12, True, False)


def test_every_prompt_has_a_version_in_the_record() -> None:
    known = versions.versions()
    assert {"change", "one_line", "one_region", "whole_function", "answers"} <= known.keys()
    assert all(len(version) == 12 for version in known.values())
    assert len(set(known.values())) == len(known)


def test_the_rules_stay_short(talk: Talk) -> None:
    (first,) = talk(["fix"])
    assert len(first.rules.split()) < 400
