"""The protocol of a signal that one file cannot decide: what units file in the repository's index, and what that costs.

Such a signal sees a tree only through a `View`. What it charges for a key depends on nothing but the postings that the
view gives it, so the delta of a patch is computed from the keys that the patch touched: the same ones asked of the base
and of the head.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.signal import Example


@dataclass(frozen=True, slots=True)
class Entry:
    """What a unit of a file says under a key, such as "nil:coupon". `detail` holds what the signal needs to know of
    this place beyond the key."""

    key: str
    unit: str
    line: int
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Posting:
    """An entry as it stands in a tree. A file that lies at two paths posts twice."""

    path: str
    unit: str
    line: int
    detail: tuple[str, ...] = ()


class View(Protocol):
    """One tree, seen through its index. Nothing here reads a file that is not asked for."""

    def postings(self, key: str) -> Sequence[Posting]:
        """Everything filed under the key in this tree, in order of path, unit, line and detail."""
        ...

    def facts(self, path: str) -> FileFacts:
        """The facts of a file of this tree. Raises KeyError where there is none."""
        ...

    def unit(self, path: str, qualname: str) -> Unit:
        """One unit of a file: cheaper than all its facts. Raises KeyError where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """What one thing costs a tree. `subject` names the thing and is the same in every tree; `sites` are the places that
    count, in order. `rule` names the hard rule that the thing breaks where a patch brings it, else it is empty."""

    subject: str
    points: float
    sites: tuple[Posting, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a load that a patch raised: where, what, one way out. `at` is the place to change first, `others`
    are the places that belong to it. `saves` is computed by pricing the tree again, None where it was not."""

    at: Posting
    message: str
    do: str
    saves: float | None = None
    others: tuple[Posting, ...] = ()


class WideSignal(Protocol):
    """One signal over the whole tree. It may also be a `Signal`, where single files have prices of their own."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def advice(self) -> str:
        """In one sentence, what usually helps."""
        ...

    @property
    def examples(self) -> Sequence[Example]:
        """Changes that cost, changes that save and at least one that must change nothing."""
        ...

    @property
    def reads_code(self) -> bool:
        """Whether loads depend on the facts of the units that post, beyond what they post."""
        ...

    def entries(self, facts: FileFacts, /) -> Iterable[Entry]:
        """What the file files in the index. Depends on the facts alone."""
        ...

    def loads(self, keys: Collection[str], view: View, /) -> Iterable[Load]:
        """Every load of the tree that can depend on any of these keys, each subject once, in order of subject.

        Exact: a load that depends on none of the keys may be left out, one that does may not.
        """
        ...

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told | None:
        """What to say of a load of the head that the patch raised or brought; `before` is the same subject's load at
        the base. None where there is nothing to say."""
        ...
