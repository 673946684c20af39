"""Every example of every signal, and what all signals have in common."""

import importlib
import pkgutil

import pytest

from pareback.gates import signals as folder
from pareback.gates.languages import python
from pareback.gates.scores import IN_FORCE, signals
from pareback.gates.signal import Example, Signal

EXAMPLES = [(signal, example) for signal in signals() for example in signal.examples]


def points(signal: Signal, source: str) -> float:
    facts = python.build().extract(source.encode())
    assert not facts.problems, facts.problems
    return sum(charge.points for charge in signal.price(facts))


@pytest.mark.parametrize(("signal", "example"), EXAMPLES)
def test_an_example_costs_what_it_says(signal: Signal, example: Example) -> None:
    assert points(signal, example.after) - points(signal, example.before) == pytest.approx(example.delta, abs=0.001)


@pytest.mark.parametrize("signal", signals(), ids=lambda signal: signal.id)
def test_a_signal_shows_a_change_that_costs_nothing(signal: Signal) -> None:
    assert any(example.delta == 0 and example.before != example.after for example in signal.examples)


@pytest.mark.parametrize("signal", signals(), ids=lambda signal: signal.id)
def test_a_signal_explains_each_of_its_examples(signal: Signal) -> None:
    for example in signal.examples:
        facts = python.build().extract(example.after.encode())
        for unit in facts.units:
            charges = [charge for charge in signal.price(facts) if charge.unit == unit.qualname]
            if charges:
                advice = signal.explain(unit, charges)
                assert unit.line <= advice.line <= unit.end
                assert advice.message
                assert advice.do
                assert advice.saves is None or advice.saves > 0


def test_every_file_of_the_folder_is_in_force() -> None:
    assert {module.name for module in pkgutil.iter_modules(folder.__path__)} == set(IN_FORCE)


def test_ids_are_unique_and_every_part_opens_with_its_id() -> None:
    ids = [signal.id for signal in signals()]
    assert len(set(ids)) == len(ids)
    for name, signal in zip(IN_FORCE, signals(), strict=True):
        module = importlib.import_module(f"pareback.gates.signals.{name}")
        assert (module.__doc__ or "").startswith(f"{signal.id}, ")
