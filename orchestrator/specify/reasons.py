"""Whether a test that was written from a ticket fails on the base for the right reason: something is not done yet.

Right are an assertion, an exception that was not raised or that the code itself raised, and a name that is missing in
the tree. A test that is broken, or that needs what is not there, would be red whatever a patch does.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pareback.workspaces.suite import CollectError, Result

_SAID = re.compile(r"(?P<kind>\w*)(?P<rest>.*)", re.DOTALL)
_MODULE = re.compile(r"No module named '(?P<name>[\w.]+)'")
_FROM = re.compile(r"cannot import name '\w+' from '(?P<name>[\w.]+)'|module '(?P<module>[\w.]+)' has no attribute")
_DONE = frozenset({"assert", "AssertionError", "Failed", "AttributeError", "KeyError"})
"""How messages begin of tests that ask for what is not there yet."""

_RED = frozenset({"failed", "error"})


@dataclass(frozen=True, slots=True)
class Ground:
    """`names` are those of the tree's modules and packages, `text` are the ticket's words."""

    names: Collection[str]
    text: str


def fault(result: Result, ground: Ground) -> str:
    """Why the red result says nothing about the ticket; empty where its reason is right."""
    if result.outcome not in _RED:
        return f"its outcome is {result.outcome!r}"
    if missing := _missing(result.message, ground):
        return missing
    inside = result.places[-1].path if result.places else ""
    if inside and inside != result.id.partition("::")[0]:
        return ""  # the code itself gave up
    found = _SAID.match(result.message)
    kind = found["kind"] if found else ""
    first = result.message.strip().partition("\n")[0]
    if kind in _DONE or kind in {"ImportError", "ModuleNotFoundError"}:
        return ""
    if kind == "TypeError" and "argument" in first and "missing" not in first:
        return ""
    return f"it is broken itself: {first}"


def hindrance(error: CollectError, ground: Ground) -> str:
    """Why a test file that cannot be collected says nothing; empty where what it misses is the tree's to have."""
    if error.missing is None or error.missing[0] not in {"module", "name"}:
        return f"it cannot be collected: {error.message.strip().partition(chr(10))[0]}"
    kind, name = error.missing
    return _absent(name, ground, module=kind == "module")


def _missing(message: str, ground: Ground) -> str:
    """Why an import that failed within a test will always fail."""
    if found := _MODULE.search(message):
        return _absent(found["name"], ground, module=True)
    found = _FROM.search(message)
    return _absent(found["name"] or found["module"], ground, module=False) if found else ""


def _absent(name: str, ground: Ground, *, module: bool) -> str:
    """Why the name will not be there either after the change: it is not the tree's, or nobody asks for that module."""
    top = name.partition(".")[0]
    if top not in ground.names and f"{name}.py" not in ground.text:
        return f"{top!r} is no module of this repository and is not installed"
    asked = re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", ground.text)
    if module and not asked:
        return f"there is no module {name!r}, and the ticket asks for none"
    return ""
