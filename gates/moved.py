"""What a patch does to the loads of the tree: those of the base and of the head that it can have changed.

A load can only have changed if something was filed or unfiled under a key it depends on, or if the code of a unit that
files there changed. So only those keys are asked for, on both sides: the cost grows with the patch, not with the tree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Self

from pareback.gates.facts import FileFacts
from pareback.gates.index.trees import Ground, tree
from pareback.gates.index.view import Filed, said
from pareback.gates.scores import filings, readers, wide
from pareback.gates.wide import Load, View, WideSignal


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing whose load the patch may have changed; None on the side where it is not."""

    signal: WideSignal
    before: Load | None
    after: Load | None

    @property
    def points(self) -> float:
        """What the patch adds to it."""
        return (self.after.points if self.after else 0.0) - (self.before.points if self.before else 0.0)


@dataclass(frozen=True, slots=True)
class Movement:
    """Everything that moved, by signal and subject, and the head as the signals saw it."""

    loads: tuple[Moved, ...]
    head: View

    def total(self, signal: str) -> float:
        """What the patch adds to one signal."""
        return fsum(moved.points for moved in self.loads if moved.signal.id == signal)


def movement(before: Mapping[str, FileFacts], after: Mapping[str, FileFacts], below: Ground) -> Movement:
    """Ask every signal over the tree about the keys that the patch touched: `before` and `after` are the facts of the
    files that differ, `below` are the others."""
    old, new = _Said.of(before), _Said.of(after)
    keys = _differing(old.lines(before), new.lines(after))
    if keys:
        below.prepare(keys)
    base, head = tree(below, before, old.all), tree(below, after, new.all)
    loads = [moved for signal in wide() for moved in _moved(signal, signal.loads(keys, base), signal.loads(keys, head))]
    return Movement(tuple(loads), head)


def touched(before: Mapping[str, FileFacts], after: Mapping[str, FileFacts]) -> list[str]:
    """The keys under which the two sides file something else; of signals that read code too, also those under which
    units file the same whose code differs."""
    return _differing(_Said.of(before).lines(before), _Said.of(after).lines(after))


def _differing(before: Iterable[tuple[str, ...]], after: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted({key for key, *_ in set(before) ^ set(after)})


def _moved(signal: WideSignal, before: Iterable[Load], after: Iterable[Load]) -> list[Moved]:
    base = {load.subject: load for load in before}
    head = {load.subject: load for load in after}
    both = ((base.get(subject), head.get(subject)) for subject in sorted({*base, *head}))
    return [Moved(signal, old, new) for old, new in both if old != new]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the files of one side file: entries that are all that matters, and those that matter together with the code
    of the unit that files them."""

    plain: Filed
    bound: Filed

    @classmethod
    def of(cls, files: Mapping[str, FileFacts]) -> Self:
        read = [filing for filing in filings() if filing in readers()]
        return cls(said(files, [filing for filing in filings() if filing not in read]), said(files, read))

    @property
    def all(self) -> Filed:
        return {path: [*self.plain[path], *self.bound[path]] for path in self.plain}

    def lines(self, files: Mapping[str, FileFacts]) -> Iterator[tuple[str, ...]]:
        """A line for every entry: the key, and all that a load can see of it. Two sides with the same line do not
        differ in it."""
        for path, facts in files.items():
            code = {unit.qualname: unit.exact for unit in facts.units}
            yield from ((each.key, path, each.unit, *each.detail) for each in self.plain[path])
            yield from ((each.key, path, each.unit, code.get(each.unit, ""), *each.detail) for each in self.bound[path])
