"""What could be simpler in a tree: each offer is one rewrite of one file, with the points that it promises.

A promise is the price of the function by itself, before and after: it orders what is tried, and what is tried is priced
again with its whole tree.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.orchestrator.pare.touched import touches
from pareback.workspaces.codemods import catalogue, copies, predicates
from pareback.workspaces.codemods.places import Rewritten

_ALONE = "function.py"
_COPIED, _REPEATED = "S4", "S11"
"""Signals that tell of code which several functions share."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One rewrite: what it is, in which unit of which file, from which line on, the file's bytes with it, and points
    that it promises to free. `mark` tells it from other rewrites of the unit, wherever the unit stands. `shared`: it
    changes several functions, some of which may have been there before."""

    what: str
    path: str
    unit: str
    line: int
    source: bytes
    promised: float
    mark: str
    shared: bool = False


def offers(path: str, raw: bytes, lines: Collection[int] | None = None) -> Iterator[Offer]:
    """Simplifications of the file's functions, or of those that hold one of these lines, by themselves and with what
    they have in common with others of the file. A file that is not UTF-8 has none."""
    try:
        source = raw.decode()
    except UnicodeDecodeError:
        return
    for found in catalogue.simpler(source, lines):
        promised, mark = _worth(found.before, found.after), _mark(found.before, found.after)
        yield Offer(found.what, path, found.unit, found.line, found.source.encode(), promised, mark)
    for what, found_shared in _shared(path, source):
        if lines is None or touches(lines, raw, found_shared.source.encode()):
            promised, mark = _worth(source, found_shared.source), _mark(source, found_shared.source)
            said = found_shared.unit, found_shared.line, found_shared.source.encode()
            yield Offer(what, path, *said, promised, mark, shared=True)


def _shared(path: str, source: str) -> Iterator[tuple[str, Rewritten]]:
    """Rewrites of what the gate calls a copy or a repeated conjunction, were the file new."""
    told = _told(path, source)
    for found in copies.merged(source, told[_COPIED]) if told[_COPIED] else ():
        yield "one function for two copies", found
    named = predicates.named(source, told[_REPEATED]) if told[_REPEATED] else None
    if named is not None:
        yield "name a repeated condition", named


@lru_cache(maxsize=1 << 8)
def _told(path: str, source: str) -> Mapping[str, frozenset[int]]:
    """By signal the lines that the gate has something to say of."""
    verdict = judge({}, {path: "now"}, source=Source(lambda _: source.encode()))
    found: dict[str, set[int]] = {_COPIED: set(), _REPEATED: set()}
    for finding in verdict.findings:
        if finding.signal in found:
            sites = (site.line for site in finding.others if site.path == path)
            found[finding.signal] |= {finding.line, *sites}
    return {signal: frozenset(lines) for signal, lines in found.items()}


def _mark(before: str, after: str) -> str:
    """The lines that go and the lines that come: the same although the rest of the unit changed."""
    old, new = (Counter(text.splitlines()) for text in (before, after))
    return "\n".join([*sorted((old - new).elements()), "", *sorted((new - old).elements())])


@lru_cache(maxsize=1 << 14)
def _worth(before: str, after: str) -> float:
    """Points that a function, or a file, by itself loses."""
    texts = {"before": before.encode(), "after": after.encode()}
    return -judge({_ALONE: "before"}, {_ALONE: "after"}, source=Source(texts.__getitem__)).delta
