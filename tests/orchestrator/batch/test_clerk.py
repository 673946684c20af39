"""The clerk's answers, on a clock that the test moves: rates, storms, money, and what closes the batch."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from pareback.adapters.ticket import Ticket
from pareback.orchestrator.batch.calls import GO, NEVER_MIND, Calls
from pareback.orchestrator.batch.clerk import Clerk
from pareback.orchestrator.batch.purse import Purse
from pareback.orchestrator.batch.rates import PATIENCE
from pareback.orchestrator.batch.waves import Waves
from pareback.orchestrator.batch.weather import FAILURES, FIRST

A, B = (Ticket(name, "text") for name in "ab")
FAILED: dict[str, Any] = {"billed": False, "status": 503, "message": "503 Service Unavailable", "retry_after": None}
SERVER = "http://127.0.0.1:1/v1"


@dataclass(slots=True)
class Office:
    """A clerk, the time of day, and what was said."""

    cap: float | None = None
    time: float = 100.0
    said: list[str] = field(default_factory=list)
    clerk: Clerk = field(init=False)

    def __post_init__(self) -> None:
        self.clerk = Clerk(Calls(Purse(self.cap), now=lambda: self.time, say=self.said.append))

    def may(self, key: str, call: int = 1, **more: Any) -> Any:
        asked = {"call": call, "tokens": 100, "cost_usd": 0.1, "url": SERVER, "model": "m", "local": True}
        rates = {"requests_per_minute": None, "tokens_per_minute": None}
        answer = self.clerk.answer(key, {"id": 7, "may": asked | rates | more})
        assert answer is None or answer["id"] == 7
        return answer and {name: value for name, value in answer.items() if name != "id"}

    def tell(self, who: str, what: str, call: int = 1, **facts: Any) -> Any:
        answer = self.clerk.answer(who, {"id": 8, what: {"call": call, **facts}})
        assert answer is not None
        return answer

    def storm(self) -> None:
        for number in range(FAILURES):
            assert self.may("a", number) == GO
            self.tell("a", "failed", number, **FAILED)


def result(ticket: str, ending: str = "accepted", reason: str = "", **more: Any) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "ending": ending,
        "reason": reason,
        "retry": False,
        "feature": None,
        "message": "why",
    } | more


def test_a_known_rate_is_waited_for_by_all() -> None:
    office = Office()
    rate: dict[str, Any] = {"requests_per_minute": 6.0}
    assert [office.may(key, **rate) for key in "abc"] == [GO, None, None]
    assert office.clerk.wake() == pytest.approx(12.0)  # one at once, and five more in each minute
    office.time += 12.0
    assert [office.may(key, **rate) for key in "bc"] == [GO, None]


def test_one_refusal_slows_all_and_others_go_on() -> None:
    office = Office()
    assert office.may("a") == GO
    assert office.tell("a", "failed", **FAILED | {"status": 429, "retry_after": 30.0})["again"]
    assert (office.may("b"), office.clerk.wake()) == (None, 30.0)
    assert office.may("c", model="another") == GO
    assert office.clerk.calls.storm() is None


def test_in_a_storm_one_call_looks_out_and_the_batch_starts_nothing() -> None:
    office = Office()
    office.storm()
    assert (office.may("a", 10), office.may("b", 11), office.clerk.wake()) == (None, None, FIRST)
    assert not office.clerk.may_start(B, ("a",))
    office.time += FIRST
    assert (office.may("a", 10), office.may("b", 11), office.clerk.wake()) == (GO, None, None)
    assert office.tell("a", "failed", 10, **FAILED)["again"]
    assert office.clerk.wake() == 2 * FIRST
    office.time += 2 * FIRST
    assert office.may("b", 11) == GO
    office.tell("b", "used", 11, tokens=10, cost_usd=0.01)
    assert office.may("a", 10) == GO
    assert office.clerk.may_start(B, ("a",))
    assert ["waits" in office.said[0], "is back" in office.said[1]] == [True, True]


def test_a_storm_with_nobody_running_sends_one_ticket_out() -> None:
    office = Office()
    office.storm()
    office.clerk.ended("a", result("a", "interrupted"))
    assert not office.clerk.may_start(A, ())
    office.time += FIRST
    assert office.clerk.may_start(A, ())
    assert not office.clerk.may_start(B, ("a",))


def test_a_storm_without_an_end_closes_the_batch() -> None:
    office = Office()
    office.storm()
    office.time += PATIENCE + 1
    assert office.may("a", 10)["stop"] == "unavailable"
    office.clerk.ended("a", result("a", "crashed", "model_unavailable", retry=True))
    assert not office.clerk.may_start(B, ())
    assert office.said[-1] == "nothing more is started: why"


def test_a_request_that_only_one_ticket_cannot_get_through_is_no_storm() -> None:
    office = Office()
    agains = []
    for number in range(FAILURES + 2):
        assert office.may("poor") == GO
        agains.append(office.tell("poor", "failed", **FAILED)["again"])
        assert office.may("rich", number) == GO
        office.tell("rich", "used", number, tokens=1, cost_usd=0.0)
    assert agains == [True] * (FAILURES - 1) + [False] * 3
    assert office.said == []


def test_what_was_billed_is_not_tried_as_if_it_had_not_been() -> None:
    office = Office(cap=1.0)
    assert office.may("a") == GO
    assert not office.tell("a", "failed", **FAILED | {"billed": True, "status": None})["again"]
    assert office.clerk.calls.purse == Purse(1.0, 0.1)


def test_a_dead_ticket_holds_nothing_and_what_it_held_is_spent() -> None:
    office = Office(cap=1.0)
    assert office.may("a") == GO
    assert office.may("b", cost_usd=0.9) == GO
    assert office.may("c", cost_usd=0.05) is None
    office.clerk.ended("b", result("b", "crashed", "lost", retry=True))
    assert office.clerk.calls.purse == Purse(1.0, 0.9, {"a/1": 0.1})
    assert office.may("c", cost_usd=0.05) is None
    office.tell("a", "used", tokens=5, cost_usd=0.01)
    assert office.may("c", cost_usd=0.05) == GO


def test_a_ticket_whose_name_begins_like_anothers_keeps_its_calls() -> None:
    office = Office(cap=1.0)
    assert (office.may("a"), office.may("a/b")) == (GO, GO)
    office.clerk.ended("a", result("a"))
    assert office.clerk.calls.purse == Purse(1.0, 0.1, {"a/b/1": 0.1})


def test_a_call_that_was_given_up_before_its_answer_takes_nothing() -> None:
    office = Office(cap=1.0)
    office.tell("a", "withdrawn")
    assert (office.may("a"), office.may("a", 2)) == (NEVER_MIND, GO)
    office.tell("a", "withdrawn", 2)  # it had its answer on the way
    assert office.clerk.calls.purse == Purse(1.0)


def test_a_refused_key_closes_the_batch() -> None:
    office = Office()
    assert office.may("a") == GO
    office.tell("a", "refused", key=True, message="401")
    assert office.may("b") == {"stop": "refused", "message": "401"}
    office.clerk.ended("a", result("a", "blocked", "model_refused"))
    assert not office.clerk.may_start(B, ())
    assert office.clerk.closed == "why"


def test_a_request_that_is_too_long_closes_nothing() -> None:
    office = Office()
    assert office.may("a") == GO
    office.tell("a", "refused", key=False, message="too long")
    office.clerk.ended("a", result("a", "red", "too_long"))
    assert (office.may("b"), office.clerk.may_start(B, ())) == (GO, True)


def test_climbing_is_free_without_waves_and_parks_with_them() -> None:
    office = Office()
    assert office.clerk.answer("a", {"id": 1, "climb": 1}) == {"id": 1, "objection": ""}
    office.clerk.waves = Waves(on=True)
    assert office.clerk.may_start(A, ())
    assert office.clerk.answer("a", {"id": 2, "climb": 1}) == {"id": 2, "objection": "parked"}
    office.clerk.ended("a", result("a", "interrupted", "parked"))
    assert office.clerk.may_start(B, ())
    office.clerk.ended("b", result("b"))
    assert office.clerk.may_start(A, ())
    assert office.clerk.answer("a", {"id": 3, "climb": 1}) == {"id": 3, "objection": ""}
