"""The signals over names are exact: the keys that a patch touches tell the same difference as the two whole trees."""

import ast
import random
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.moved import touched
from pareback.gates.reading import producers
from pareback.gates.reading.owners import declarations
from pareback.gates.scores import wide
from pareback.gates.wide import Load, View, WideSignal

OWN = {"S5", "S9", "S10", "S12", "S13", "S15", "S16"}
PARTS = tuple(part for part in wide() if part.id in OWN)
Tree = Mapping[str, FileFacts]


@cache
def facts(text: str) -> FileFacts:
    return python.build().extract(text.encode())


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    """A package with classes that inherit, state that changes and modules that need each other."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    paths = sorted((folder / "asyncio").glob("*.py"))
    knot = {
        "knot/a.py": "from . import b, c\n",
        "knot/b.py": "from .c import d\n",
        "knot/c.py": "from knot.a import e\n",
    }
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths} | knot


def patched(files: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """Another tree: a file gone or moved, and in three others statements, functions and imports dropped or doubled."""
    found = dict(files)
    gone = chance.choice(sorted(found))
    text = found.pop(gone)
    if chance.random() < 0.5:
        found[f"moved/{gone}"] = text
    for path in chance.sample(sorted(found), 3):
        found[path] = ast.unparse(edited(ast.parse(found[path]), chance))
    return found


def edited(tree: ast.Module, chance: random.Random) -> ast.Module:
    blocks = [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)]
    for body in chance.sample(blocks, min(6, len(blocks))):
        statement = chance.choice(body)
        if chance.random() < 0.5:
            body.append(statement)
        elif len(body) > 1:
            body.remove(statement)
    return tree


@dataclass(frozen=True, slots=True)
class Side:
    """A whole tree, and every key of it."""

    view: View
    keys: list[str]


def side(tree: Tree) -> Side:
    own = [declarations, producers.entries, *(part.entries for part in PARTS)]
    keys = {entry.key for found in tree.values() for filing in own for entry in filing(found)}
    return Side(plain(tree, own), sorted(keys))


def changes(part: WideSignal, base: Side, head: Side, keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Points before and after, of everything whose points or rule differ, as far as these keys tell."""
    sides = [{load.subject: load for load in part.loads(keys, found.view)} for found in (base, head)]
    differing = {
        subject for subject in {*sides[0], *sides[1]} if weight(sides[0], subject) != weight(sides[1], subject)
    }
    return {subject: (weight(sides[0], subject)[0], weight(sides[1], subject)[0]) for subject in differing}


def weight(loads: Mapping[str, Load], subject: str) -> tuple[float, str]:
    load = loads.get(subject)
    return (round(load.points, 9), load.rule) if load else (0.0, "")


@pytest.mark.parametrize("seed", range(4))
def test_touched_keys_say_what_whole_trees_say(package: dict[str, str], seed: int) -> None:
    texts = patched(package, random.Random(seed))
    base = {path: facts(text) for path, text in package.items()}
    head = {path: facts(text) for path, text in texts.items()}
    differing = {path for path in {*base, *head} if base.get(path) != head.get(path)}
    keys = touched(*({path: tree[path] for path in differing if path in tree} for tree in (base, head)))
    before, after = side(base), side(head)
    everything = sorted({*before.keys, *after.keys})
    for part in PARTS:
        assert changes(part, before, after, keys) == changes(part, before, after, everything), part.id


def test_there_is_something_to_compare(package: dict[str, str]) -> None:
    whole = side({path: facts(text) for path, text in package.items()})
    found = {part.id: len(list(part.loads(whole.keys, whole.view))) for part in PARTS}
    assert all(found[name] for name in ("S5", "S10", "S12", "S13", "S15")), found
