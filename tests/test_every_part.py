"""Every part of every kind loads by its name, has help, and a `build` whose typed keyword arguments are its options."""

import inspect
import typing
from importlib import import_module

import pytest

from pareback.orchestrator import parts

ALL = [(kind, name) for kind in parts.KINDS for name in parts.names(kind)]
OPTIONLESS = {"edits", "runners", "sandboxes", "signals", "languages"}
"""Kinds whose parts are built by name alone, save those that say otherwise."""
NEEDY = {("runners", "command")}


def test_every_kind_has_parts() -> None:
    assert [kind for kind in parts.KINDS if not parts.names(kind)] == []


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_part_loads_by_name_and_has_help(kind: str, name: str) -> None:
    part = parts.describe(kind, name)
    assert (part.kind, part.name, part.help.strip() != "", len(part.help) < 121) == (kind, name, True, True)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_build_takes_typed_keyword_arguments_and_says_what_it_returns(kind: str, name: str) -> None:
    build = import_module(f"{parts.KINDS[kind]}.{name}").build
    parameters = inspect.signature(build).parameters.values()
    hints = typing.get_type_hints(build)
    assert [each.name for each in parameters if each.kind is not inspect.Parameter.KEYWORD_ONLY] == []
    assert {each.name for each in parameters} | {"return"} == set(hints)
    assert getattr(hints["return"], "_is_protocol", False), f"{kind} part {name!r}: build returns no protocol"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, name in ALL if kind in OPTIONLESS])
def test_parts_without_required_options_are_built_by_name_alone(kind: str, name: str) -> None:
    if (kind, name) in NEEDY:
        with pytest.raises(ValueError, match="needs"):
            parts.build(kind, name)
    else:
        assert parts.build(kind, name) is not None
