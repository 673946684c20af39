"""The weather: failures of one kind in a row make a storm, one call at a time looks out, an answer ends it."""

from pareback.orchestrator.batch.rates import PATIENCE
from pareback.orchestrator.batch.weather import FAILURES, FAIR, FIRST, LONGEST, Weather


def storm(now: float = 0.0) -> Weather:
    weather = FAIR
    for number in range(FAILURES):
        weather = weather.failed(f"c{number}", "status 503", now)
    return weather


def test_failures_in_a_row_make_a_storm_and_others_do_not() -> None:
    assert storm().storm
    mixed = FAIR
    for number in range(4 * FAILURES):
        mixed = mixed.failed("c", f"status {500 + number % 2}", 0.0)
    assert not mixed.storm
    calm = FAIR
    for _ in range(FAILURES):
        calm = calm.failed("c", "status 503", 0.0).failed("c", "status 503", 0.0).served()
    assert not calm.storm


def test_one_call_looks_out_at_growing_intervals() -> None:
    weather, now, waits = storm(), 0.0, []
    for look in range(9):
        wait = weather.wait(now)
        assert wait is not None
        waits.append(wait)
        now += wait
        weather = weather.sent(f"look{look}")
        assert weather.wait(now) is None  # nobody else
        weather = weather.failed("late", "status 503", now)  # was out before the storm
        assert weather.scout == f"look{look}"
        weather = weather.failed(f"look{look}", "status 503", now)
    assert waits == [FIRST, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST, LONGEST, LONGEST]
    assert (weather.served(), FAIR.wait(now)) == (FAIR, 0.0)


def test_a_look_that_was_withdrawn_is_given_to_another() -> None:
    out = storm().sent("look")
    assert out.withdrawn("other", 5.0) == out
    assert out.withdrawn("look", 5.0).wait(5.0) == 0.0


def test_patience_ends() -> None:
    assert (storm().hopeless(PATIENCE - 1), storm().hopeless(PATIENCE + 1)) == (False, True)
    assert not FAIR.hopeless(10 * PATIENCE)
