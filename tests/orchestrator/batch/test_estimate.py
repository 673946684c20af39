"""The estimate: means of what is on record with the same models, and nothing where nothing is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.models import scripted
from pareback.orchestrator.batch import estimate
from pareback.orchestrator.batch.book import LINES
from pareback.orchestrator.batch.estimate import Estimate, Sample
from pareback.orchestrator.batch.opening import Opening
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import Settings
from pareback.orchestrator.home import Home
from pareback.orchestrator.ladder import Address


def result(
    model: str = "m", *, prompt: int | None = 900, cost: float | None = 0.02, seconds: float = 30
) -> dict[str, Any]:
    by_model = [{"model": model, "calls": 2}, {"model": "embedded", "calls": 0}]
    tokens = {"prompt": prompt, "completion": 100, "cached": 0}
    return {"by_model": by_model, "tokens": tokens, "cost_usd": cost, "seconds": {"total": seconds}}


def opening(results: Mapping[str, Any] | None, *, cap: float | None, sure: bool = False) -> str:
    models = [scripted.build(replies=[], name="m")]
    rungs = [Address("http://127.0.0.1:1/v1", "m", local=True, tokens_per_minute=1000.0)]
    told = Opening(Settings(model=("m",)), models, rungs, cap)
    return told.foretell(120, [] if results is None else [results], jobs=2, sure=sure)


def test_the_mean_of_those_that_asked_the_same_models() -> None:
    results = [result(), result(prompt=1900, seconds=10), result("other"), result(prompt=None)]
    assert estimate.sample(results, ["m", "large"]) == Sample(2, 1500.0, 20.0, 0.02)
    assert estimate.sample([result("other")], ["m"]) is None
    unknown = estimate.sample([result(), result(cost=None)], ["m"])
    assert unknown is not None
    assert unknown.cost_usd is None


def test_hours_by_the_slower_of_runs_and_rate() -> None:
    alike = Sample(10, 1000.0, 30.0, None)
    assert Estimate(120, alike, jobs=2).hours == pytest.approx(0.5)
    assert Estimate(120, alike, jobs=2, tokens_per_minute=1000.0).hours == pytest.approx(2.0)
    assert Estimate(120, alike, jobs=2).cost_usd is None


def test_the_line_before_the_start() -> None:
    line = opening(result(), cap=None)
    assert "120 tickets, about 120,000 tokens (1,000 each, 1,000 a minute at most), 2.00 h, $2.40" in line
    assert "no earlier one with m" in opening(None, cap=0.01)
    assert "money unknown" in opening(result(cost=None), cap=0.01)


def test_an_estimate_above_the_cap_asks_first() -> None:
    with pytest.raises(Mistake, match="--yes"):
        opening(result(), cap=2.0)
    assert "$2.40" in opening(result(), cap=2.0, sure=True)
    assert "$2.40" in opening(result(), cap=3.0)


def test_earlier_runs_and_batches_of_this_machine_are_found(tmp_path: Path) -> None:
    place = Home(tmp_path / "state", tmp_path / "cache")
    run = place.new_run()
    (run / "ledger.db").touch()
    (run / "result.json").write_text(json.dumps(result()))
    out, gone = tmp_path / "out", tmp_path / "gone"
    out.mkdir()
    (out / LINES).write_text(json.dumps(result("n")) + "\n" + '{"cut')
    for folder in (out, gone, out):
        estimate.remember(place, folder)
    assert list(estimate.earlier(place)) == [result(), result("n")]
    assert list(estimate.earlier(Home(tmp_path / "nowhere", tmp_path))) == []
