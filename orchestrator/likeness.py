"""How much a file speaks of what a ticket speaks of: shared words, rare ones first.

Where a test drives a whole program through one door, neither imports nor tracebacks name the file that is wrong; its
words often do.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORT = 3
_SATURATION, _LENGTH = 1.2, 0.6
"""k1 and b of Okapi BM25 (Robertson and Zaragoza, 2009), inside the ranges recommended there."""


def ranked(query: str, files: Mapping[str, str]) -> list[str]:
    """The paths of `files`, most alike first; equal ones keep their order. A file's path counts as part of its text."""
    counts = {path: Counter(_words(f"{path} {text}")) for path, text in files.items()}
    lengths = {path: sum(count.values()) for path, count in counts.items()}
    mean = sum(lengths.values()) / max(1, len(lengths)) or 1.0
    spread = Counter(word for count in counts.values() for word in count)
    asked = set(_words(query))

    def score(path: str) -> float:
        count, long = counts[path], 1 - _LENGTH + _LENGTH * lengths[path] / mean
        return sum(_rarity(spread[word], len(files)) * _weight(count[word], long) for word in asked if word in count)

    return sorted(files, key=score, reverse=True)


def _rarity(files: int, total: int) -> float:
    return math.log(1 + (total - files + 0.5) / (files + 0.5))


def _weight(times: int, long: float) -> float:
    return times * (_SATURATION + 1) / (times + _SATURATION * long)


def _words(text: str) -> Iterable[str]:
    """Words in lower case; names are taken apart, and a plural counts as its singular."""
    return (word.lower().removesuffix("s") for word in _WORD.findall(text) if len(word) >= _SHORT)
