"""Rates: never above the allowance in any minute, learned from refusals, waiting as long as the provider says."""

import pytest

from pareback.orchestrator.batch.rates import BACKOFF, MINUTE, PATIENCE, Rates, bucket


def sent_until(rates: Rates, seconds: float, *, tokens: int = 0) -> list[float]:
    """When calls go out, each as early as it may."""
    now, times = 0.0, []
    while (now := now + rates.wait(tokens, now)) <= seconds:
        times.append(now)
        rates = rates.sent(tokens, now)
    return times


@pytest.mark.parametrize("per_minute", [1, 2, 6, 60, 3000])
def test_no_minute_brings_more_requests_than_allowed(per_minute: float) -> None:
    times = sent_until(Rates(requests=bucket(per_minute, 0.0)), 3 * MINUTE)
    most = max(sum(start <= at < start + MINUTE for at in times) for start in times)
    assert 1 <= most <= per_minute
    assert len(times) >= per_minute  # in three minutes: it does not starve either


def test_tokens_set_aside_and_not_used_come_back() -> None:
    rates = Rates(tokens=bucket(600.0, 0.0))
    full = rates.sent(100, 0.0)
    assert full.wait(50, 0.0) > 0
    assert full.served(90, 0.0).wait(50, 0.0) == 0


def test_a_call_larger_than_the_bucket_goes_out_alone_and_is_owed() -> None:
    rates = Rates(tokens=bucket(600.0, 0.0))
    assert rates.wait(500, 0.0) == 0
    owing = rates.sent(500, 0.0)
    assert owing.wait(1, 0.0) == pytest.approx((500 - 100 + 1) / (500 / MINUTE))


def test_without_a_known_rate_nothing_waits() -> None:
    assert Rates().sent(10**9, 0.0).wait(10**9, 0.0) == 0


def test_a_refusal_shuts_for_all_as_long_as_the_provider_says() -> None:
    shut = Rates().sent(10, 0.0).refused(0.0, 7.5, 1.0)
    assert (shut.wait(10, 1.0), shut.wait(10, 8.5), shut.requests) == (7.5, 0.0, None)


def test_refusals_without_a_time_wait_longer_each_time() -> None:
    rates = Rates(requests=bucket(600.0, 0.0))
    first = rates.refused(0.0, None, 0.0)
    second = first.refused(1.0, None, 3.0)
    assert (first.shut_until, second.shut_until) == (BACKOFF, 3.0 + 2 * BACKOFF)
    assert second.served(0, 9.0).refusals == 0
    assert second.requests is not None
    assert second.requests.per_minute == 600.0  # what the user said is not unlearned


def test_a_refusal_teaches_once_and_the_lesson_fades() -> None:
    rates = Rates()
    for number in range(100):
        rates = rates.sent(0, number / 10)
    taught = rates.refused(9.9, 1.0, 10.0)
    again = taught.refused(9.8, 1.0, 10.1)  # was out before the lesson
    assert taught.requests is not None
    assert again.requests is not None
    assert (taught.requests.per_minute, again.requests.per_minute) == (80.0, 80.0)
    later = taught.served(0, 10.0 + MINUTE)
    assert later.requests is not None
    assert later.requests.per_minute == 120.0


def test_an_hour_is_too_long() -> None:
    assert Rates().refused(0.0, PATIENCE + 2, 0.0).hopeless(1.0)
    assert not Rates().refused(0.0, 60.0, 0.0).hopeless(1.0)
