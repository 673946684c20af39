"""The heaviest common subsequence of two lists of shapes: the lines in which two functions agree, in order."""

from collections.abc import Sequence


def align(ours: Sequence[str], theirs: Sequence[str], masses: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of places of equal shapes, rising on both sides, of the greatest mass; `masses` are those of ours."""
    start = 0
    while start < min(len(ours), len(theirs)) and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    middle = _heaviest(ours[start : len(ours) - end], theirs[start : len(theirs) - end], masses[start:])
    head = [(at, at) for at in range(start)]
    tail = [(len(ours) - at, len(theirs) - at) for at in range(end, 0, -1)]
    return [*head, *((start + first, start + second) for first, second in middle), *tail]


def _heaviest(ours: Sequence[str], theirs: Sequence[str], masses: Sequence[int]) -> list[tuple[int, int]]:
    """By the table of the greatest mass from every pair of places on (Wagner and Fischer 1974), read from its start."""
    best = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for first in range(len(ours) - 1, -1, -1):
        row, below, shape, mass = best[first], best[first + 1], ours[first], masses[first]
        for second in range(len(theirs) - 1, -1, -1):
            kept = max(below[second], row[second + 1])
            row[second] = max(kept, below[second + 1] + mass) if theirs[second] == shape else kept
    return list(_path(best, ours, theirs, masses))


def _path(
    best: Sequence[Sequence[int]], ours: Sequence[str], theirs: Sequence[str], masses: Sequence[int]
) -> list[tuple[int, int]]:
    found, first, second = [], 0, 0
    while first < len(ours) and second < len(theirs):
        here = best[first][second]
        if ours[first] == theirs[second] and here == best[first + 1][second + 1] + masses[first]:
            found.append((first, second))
            first, second = first + 1, second + 1
        elif here == best[first + 1][second]:
            first += 1
        else:
            second += 1
    return found
