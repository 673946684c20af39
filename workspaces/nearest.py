"""Says what the file holds where a quoted region almost stands, so that the model can quote it right the next time."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Sequence

MOST_SHOWN = 8
"""Lines of the file that are shown."""

MOST_COMPARED = 3000
"""Lines of the file that are compared by likeness where no line is the same."""

_WIDEST = 160
_AGAIN = "Quote the lines as they are now and send this edit again."


def described(lines: Sequence[str], quoted: Sequence[str]) -> str:
    """The lines nearest to the quoted ones, with their numbers, and the first one that differs."""
    start = _most_alike(lines, quoted)
    if start is None:
        return f"No line of the file is like {_short(_longest(quoted).strip())!r}. {_AGAIN}"
    there = lines[start : start + len(quoted)]
    differing = (at for at, pair in enumerate(zip(there, quoted, strict=False)) if pair[0].rstrip() != pair[1].rstrip())
    first = next(differing, len(there) - 1)
    begin = max(0, first - 2)
    shown = "\n".join(
        f"{start + at + 1}| {_short(line)}" for at, line in enumerate(there[begin : begin + MOST_SHOWN], start=begin)
    )
    said = f"you quoted {_short(quoted[first])!r} where line {start + first + 1} stands"
    nearest = (
        f"Nearest are lines {start + 1}-{start + len(there)}" if len(there) > 1 else f"Nearest is line {start + 1}"
    )
    return f"{nearest}; {said}:\n{shown}\n{_AGAIN}"


def _most_alike(lines: Sequence[str], quoted: Sequence[str]) -> int | None:
    """The line where most of the quoted lines would stand in their order, white space aside."""
    if not lines:
        return None
    wanted: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(quoted):
        if line.strip() and len(wanted[line.strip()]) < MOST_SHOWN:
            wanted[line.strip()].append(at)
    votes = Counter(at - offset for at, line in enumerate(lines) for offset in wanted.get(line.strip(), ()))
    if votes:
        return max(0, max(votes, key=lambda start: (votes[start], -start)))
    longest = _longest(quoted)
    near = difflib.get_close_matches(longest.strip(), [_short(line.strip()) for line in lines[:MOST_COMPARED]], n=1)
    if not near:
        return None
    at = next(at for at, line in enumerate(lines) if _short(line.strip()) == near[0])
    return max(0, at - list(quoted).index(longest))


def _longest(quoted: Sequence[str]) -> str:
    return max(quoted, key=lambda line: len(line.strip()))


def _short(line: str) -> str:
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…"
