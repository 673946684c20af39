"""The kit: Python conforms, and a front end that prices otherwise is found out."""

from dataclasses import replace

import pytest

from pareback.gates.facts import FileFacts
from pareback.gates.kit.check import cases, check, parsed, sources
from pareback.gates.languages import python


class Blind:
    """A front end that sees no control flow."""

    name = "blind"
    suffixes = (".py",)
    version = "blind-1"
    grammar = "0"
    command = ()

    def extract(self, source: bytes) -> FileFacts:
        facts = python.build().extract(source)
        return replace(facts, units=tuple(replace(unit, flow=(), steps=()) for unit in facts.units))


def test_python_prices_every_case_as_it_must() -> None:
    found = list(check(python.build(), sources("python")))
    assert [result for result in found if result.wrong or result.missing] == []
    assert len(found) == len(cases()) > 40


def test_every_case_has_a_source_in_every_language_of_the_house() -> None:
    names = {case.name for case in cases()}
    assert [set(sources(language)) ^ names for language in ("python", "ruby")] == [set(), set()]


def test_a_front_end_without_flow_is_found_out() -> None:
    wrong = {result.case.name: result.wrong for result in check(Blind(), sources("python")) if result.wrong}
    assert wrong["if"] == ("S1 is 0, expected 1",)
    assert wrong["guard"] == ("S1 is 0, expected -1",)
    assert "set-elsewhere" not in wrong


def test_a_file_that_is_not_read_is_no_pass() -> None:
    [result] = [
        result
        for result in check(python.build(), parsed("[ensure]\nbefore = 'def f(:'\nafter = 'def f(:'\n"))
        if not result.missing
    ]
    assert "before is not read: invalid syntax" in result.wrong


def test_sources_of_no_case_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="there is no case 'goto'"):
        list(check(python.build(), parsed("[goto]\nbefore = ''\nafter = ''\n")))
    with pytest.raises(ValueError, match="case 'if' needs two texts"):
        parsed("[if]\nbefore = ''\n")
