"""In which order proposals are tried: suspicion of the place, prior of the mistake, fit of the draft, and variety."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pareback.adapters.repair.operator import Draft, Operator, Site

_HINTED = 2.0
"""Factor for an operator that the failures speak for."""
_CROWD = 0.35
"""Exponent: the more drafts an operator has at one place, the less each of them is worth."""
_SAME_LINE, _SAME_OPERATOR, _SAME_BOTH = 0.97, 0.985, 0.85
"""Factor for each earlier proposal of the same line, the same operator, and both."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft with its score before variety is taken into account; higher is tried earlier."""

    score: float
    path: str
    line: int
    operator: str
    draft: Draft


def scored(operator: Operator, site: Site, drafts: list[Draft], suspicion: float) -> Iterator[Proposal]:
    """The drafts of one operator at one place as proposals."""
    hint = _HINTED if operator.clues & site.clues.kinds else 1.0
    mass = sum(draft.weight for draft in drafts)
    share = suspicion * operator.prior * hint / max(1.0, mass) ** _CROWD
    for draft in drafts:
        yield Proposal(share * draft.weight, site.module.path, site.statement.lineno, operator.name, draft)


def ranked(proposals: Iterable[Proposal]) -> Iterator[Proposal]:
    """Best first, with growing reluctance to try the same line or the same operator again. Ties keep file order."""
    heap = [(-item.score, at, item) for at, item in enumerate(proposals)]
    heapq.heapify(heap)
    lines: Counter[tuple[str, int]] = Counter()
    operators: Counter[str] = Counter()
    both: Counter[tuple[str, int, str]] = Counter()
    while heap:
        _, at, item = heapq.heappop(heap)
        place, pair = (item.path, item.line), (item.path, item.line, item.operator)
        worth = item.score * _SAME_LINE ** lines[place] * _SAME_OPERATOR ** operators[item.operator]
        worth *= _SAME_BOTH ** both[pair]
        if heap and worth < -heap[0][0]:  # factors only shrink, so a stale entry is found again later
            heapq.heappush(heap, (-worth, at, item))
            continue
        yield item
        lines[place] += 1
        operators[item.operator] += 1
        both[pair] += 1
