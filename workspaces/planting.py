"""Puts canaries among the collected tests: tests that must fail and tests that must pass, whatever the project does.

It runs under the target's interpreter: standard library and the target's own pytest, Python 3.8 syntax. A canary is no
file: a suite that looks at its own folder sees nothing new, and nothing has to be taken away again. It belongs to a
module that exists in memory only, beside a real one, so the same fixtures, hooks and plugins apply to it.
"""

from __future__ import annotations

import ast
import random
import sys
import types
import unittest
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

_DICE = random.SystemRandom()  # neither seeded by a test nor seeding one
_TOLD = "a canary failed"


def hatched() -> types.CodeType:
    """The canaries' code with its asserts as pytest makes them: who meddles with those meets a canary."""
    path = Path(__file__).with_name("brood.py")
    source = path.read_bytes()
    tree = ast.parse(source)
    rewrite_asserts(tree, source, str(path))
    return compile(tree, "canary", "exec", dont_inherit=True)


BROOD = hatched()


def plant(items: list[pytest.Item], names: dict[str, str]) -> list[pytest.Item]:
    """The items with canaries among them, by kind and name: the first ones first, the last ones last, the others in the
    middle between two files, so that no fixture of a file is taken down early."""
    if not items or not names:
        return items
    planted, grown = list(items), canaries(_DICE.choice(items), names)
    third = len(grown) // 3
    planted += grown[2 * third :]
    edge = middle(items)
    planted[edge:edge] = grown[third : 2 * third]
    return grown[:third] + planted


def middle(items: list[pytest.Item]) -> int:
    """The place between two files that is nearest to the middle; the end where there is but one file."""
    edges = [at for at in range(1, len(items)) if file_of(items[at]) != file_of(items[at - 1])]
    return min(edges, key=lambda at: abs(2 * at - len(items)), default=len(items))


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def canaries(beside: pytest.Item, names: dict[str, str]) -> list[pytest.Item]:
    """One test for each name, collected as if their module lay in the folder of this test; who looks for that test by
    its name finds them too."""
    real: Any = beside.getparent(pytest.File)
    title = f"test_{_DICE.getrandbits(48):012x}"
    name = real.path.with_name(f"{title}_{real.path.name}").relative_to(beside.config.rootpath).as_posix()
    node: Any = pytest.Module.from_parent(real.parent, path=real.path, name=name, nodeid=name)
    node._obj = module_of(title, names, getattr(beside, "originalname", None) or "test")  # noqa: SLF001  there is no file
    sys.modules[title] = node.obj
    grown = list(beside.session.genitems(node))
    for item in grown:
        vars(item).update(repr_failure=told, _repr_failure_py=told)  # nobody reads what a canary says
    return grown


def told(*_: Any, **__: Any) -> str:
    """In place of a traceback, which takes milliseconds to make."""
    return _TOLD


def module_of(title: str, names: dict[str, str], stem: str) -> types.ModuleType:
    """A module that holds the canaries under their names; those that need a case share one class."""
    module = types.ModuleType(title)
    brood: dict[str, Any] = {"__name__": title}
    exec(BROOD, brood)  # noqa: S102  it is our own
    cases = {f"test_{name}": brood[kind] for kind, name in names.items() if kind.startswith("case")}
    for kind, name in names.items():
        if kind.startswith("case"):
            continue
        if kind == "fixture":
            vars(module)[f"nest_{name}"] = brood["nest"]
            pytest.mark.usefixtures(f"nest_{name}")(brood[kind])
        vars(module)[f"{stem}_{name}"] = brood[kind]
    if cases:
        vars(module)[f"{stem}_cases"] = type(f"{stem}_cases", (unittest.TestCase,), {**cases, "__module__": title})
    return module
