"""What could be simpler in a tree: each offer is one rewrite of one file, with the points that it promises.

A promise is the price of the function by itself, before and after: it orders what is tried, and what is tried is priced
again with its whole tree.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.workspaces.codemods import catalogue

_ALONE = "function.py"


@dataclass(frozen=True, slots=True)
class Offer:
    """One rewrite: what it is, in which unit of which file, from which line on, the file's bytes with it, and points
    that it promises to free. `mark` tells it from other rewrites of the unit, wherever the unit stands."""

    what: str
    path: str
    unit: str
    line: int
    source: bytes
    promised: float
    mark: str


def offers(path: str, raw: bytes, lines: Collection[int] | None = None) -> Iterator[Offer]:
    """Simplifications of the file's functions, or of those that hold one of these lines. A file that is not UTF-8 has
    none."""
    try:
        source = raw.decode()
    except UnicodeDecodeError:
        return
    for found in catalogue.simpler(source, lines):
        promised, mark = _worth(found.before, found.after), _mark(found.before, found.after)
        yield Offer(found.what, path, found.unit, found.line, found.source.encode(), promised, mark)


def _mark(before: str, after: str) -> str:
    """The lines that go and the lines that come: the same although the rest of the unit changed."""
    old, new = (Counter(text.splitlines()) for text in (before, after))
    return "\n".join([*sorted((old - new).elements()), "", *sorted((new - old).elements())])


@lru_cache(maxsize=1 << 14)
def _worth(before: str, after: str) -> float:
    """Points that a function by itself loses."""
    texts = {"before": before.encode(), "after": after.encode()}
    return -judge({_ALONE: "before"}, {_ALONE: "after"}, source=Source(texts.__getitem__)).delta
