"""Every example of every signal, and what all signals have in common."""

import importlib
import pkgutil
from collections.abc import Mapping

import pytest

from pareback.gates import signals as folder
from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.scores import IN_FORCE, filings, signals, wide
from pareback.gates.signal import Example, Signal
from pareback.gates.wide import Load, WideSignal

Part = Signal | WideSignal
PARTS: tuple[Part, ...] = tuple({part.id: part for part in (*signals(), *wide())}.values())
EXAMPLES = [(part, example) for part in PARTS for example in part.examples]


def tree(source: str | Mapping[str, str]) -> dict[str, FileFacts]:
    """The facts of an example, one file or several."""
    files = source if isinstance(source, Mapping) else {"shop.py": source}
    found = {path: python.build().extract(text.encode()) for path, text in files.items()}
    assert not any(facts.problems for facts in found.values())
    return found


def loads(part: WideSignal, files: Mapping[str, FileFacts]) -> list[Load]:
    """Everything that a whole tree costs by this signal."""
    keys = {entry.key for facts in files.values() for filing in filings() for entry in filing(facts)}
    return list(part.loads(sorted(keys), plain(files, filings())))


def points(part: Part, source: str | Mapping[str, str]) -> float:
    files = tree(source)
    total = sum(load.points for load in loads(part, files)) if hasattr(part, "loads") else 0.0
    if hasattr(part, "price"):
        total += sum(charge.points for facts in files.values() for charge in part.price(facts))
    return total


@pytest.mark.parametrize(("part", "example"), EXAMPLES)
def test_an_example_costs_what_it_says(part: Part, example: Example) -> None:
    assert points(part, example.after) - points(part, example.before) == pytest.approx(example.delta, abs=0.001)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_a_signal_shows_a_change_that_costs_nothing(part: Part) -> None:
    assert any(example.delta == 0 and example.before != example.after for example in part.examples)


@pytest.mark.parametrize("signal", signals(), ids=lambda signal: signal.id)
def test_a_signal_explains_each_of_its_examples(signal: Signal) -> None:
    for facts in (facts for example in signal.examples for facts in tree(example.after).values()):
        for unit in facts.units:
            charges = [charge for charge in signal.price(facts) if charge.unit == unit.qualname]
            if charges:
                advice = signal.explain(unit, charges)
                assert unit.line <= advice.line <= unit.end
                assert advice.message
                assert advice.do
                assert advice.saves is None or advice.saves > 0


@pytest.mark.parametrize("part", wide(), ids=lambda part: part.id)
def test_a_signal_over_the_tree_says_one_way_out_of_what_it_charges(part: WideSignal) -> None:
    for example in part.examples:
        files = tree(example.after)
        view = plain(files, filings())
        for load in loads(part, files):
            told = part.explain(load, None, view)
            if told is not None:
                assert told.at.path in files
                assert told.message
                assert told.do
                assert told.saves is None or told.saves > 0


@pytest.mark.parametrize("part", wide(), ids=lambda part: part.id)
def test_loads_come_once_each_in_order_and_depend_on_the_keys_asked_for(part: WideSignal) -> None:
    """Asked key by key, a tree has the same loads as asked for all keys at once: no key is needed to see another's."""
    for example in part.examples:
        files = tree(example.after)
        view = plain(files, filings())
        found = loads(part, files)
        assert [load.subject for load in found] == sorted({load.subject for load in found})
        keys = {entry.key for facts in files.values() for filing in filings() for entry in filing(facts)}
        single = {load.subject: load for key in keys for load in part.loads([key], view)}
        assert single == {load.subject: load for load in found}


def test_every_file_of_the_folder_is_in_force() -> None:
    assert {module.name for module in pkgutil.iter_modules(folder.__path__)} == set(IN_FORCE)


def test_ids_are_unique_and_every_part_opens_with_its_id() -> None:
    modules = [importlib.import_module(f"pareback.gates.signals.{name}") for name in IN_FORCE]
    ids = [module.build().id for module in modules]
    assert len(set(ids)) == len(ids)
    for module, name in zip(modules, ids, strict=True):
        assert (module.__doc__ or "").startswith(f"{name}, ")
