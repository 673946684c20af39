"""Trees as mappings of path to text, judged without a repository; and sources to try laws on."""

import hashlib
import sysconfig
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from pareback.gates.budget import Budget
from pareback.gates.delta import measure
from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.index.trees import ground
from pareback.gates.judge import Terms, with_reference
from pareback.gates.judge import judge as judge_trees
from pareback.gates.languages import python
from pareback.gates.verdict import Verdict

Text = str | bytes
Judge = Callable[..., Verdict]
Delta = Callable[[Mapping[str, str], Mapping[str, str]], dict[str, float]]

MODULES = (
    *("configparser", "contextlib", "csv", "dataclasses", "functools", "graphlib", "sched", "pprint", "shlex"),
    *("tempfile", "weakref", "json/decoder", "asyncio/tasks", "http/cookies", "email/message"),
)


@pytest.fixture(scope="session")
def delta() -> Delta:
    """The delta alone, per signal where it is not zero: for laws that are tried on much code."""

    nothing = ground((), Source(lambda _: b""))

    @cache
    def facts(text: str) -> FileFacts:
        return python.build().extract(text.encode())

    def run(base: Mapping[str, str], head: Mapping[str, str]) -> dict[str, float]:
        sides = [{path: facts(text) for path, text in side.items()} for side in (base, head)]
        return {signal: points for signal, points in measure(*sides, nothing).signals.items() if points}

    return run


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Judge two trees of texts; one text stands for a tree of one file."""

    def run(
        base: Text | Mapping[str, Text],
        head: Text | Mapping[str, Text],
        *,
        budget: Budget | None = None,
        waive: tuple[str, ...] = (),
        store: Store | None = None,
    ) -> Verdict:
        blobs: dict[str, bytes] = {}
        trees = [_tree(side, blobs) for side in (base, head)]
        source = Source(blobs.__getitem__, Store() if store is None else store)
        verdict = judge_trees(*trees, source=source, terms=Terms(budget, waive))
        return with_reference(verdict, *trees, source=source)

    return run


def _tree(side: Text | Mapping[str, Text], blobs: dict[str, bytes]) -> dict[str, str]:
    files = side if isinstance(side, Mapping) else {"shop/cart.py": side}
    ids = {}
    for path, text in files.items():
        source = text if isinstance(text, bytes) else text.encode()
        ids[path] = hashlib.sha1(source, usedforsecurity=False).hexdigest()
        blobs[ids[path]] = source
    return ids


@pytest.fixture(scope="session")
def library() -> Mapping[str, str]:
    """Modules of the running standard library by name: code that nobody wrote for these tests. None of them silences a
    tool, so that a comment lost on the way through `ast` changes nothing."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    return {name: (folder / f"{name}.py").read_text(encoding="utf-8") for name in MODULES}
