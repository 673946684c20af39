"""The names that code and people speak of."""

import re

from pareback.gates.facts import Unit

_WORD = re.compile(r"[A-Za-z_]\w*")
_SPOKEN = {"n", "l", "a"}
"""Kinds of tokens that are names: of the module, of the function, of an attribute."""


def words(text: str) -> frozenset[str]:
    """The words in a text that could be names of code."""
    return frozenset(_WORD.findall(text))


def short(unit: Unit) -> str:
    """The last part of a unit's name, as others call it."""
    return unit.qualname.rpartition(".")[2].partition("#")[0]


def mentions(unit: Unit) -> frozenset[str]:
    """The names that a unit speaks of, but for its locals."""
    found = {*unit.calls, *unit.bases, *unit.decorators}
    for word in unit.words:
        kind, _, value = word.partition(":")
        if kind in _SPOKEN:
            found.update(value.split(".")[kind == "l" :])
    return frozenset(found)


def module_name(path: str) -> str:
    """The last part of what others import a file as."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    return folders[-1] if stem == "__init__" and folders else stem
