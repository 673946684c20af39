"""How much a text speaks of what a ticket speaks of: shared words, rare ones first.

Where a test drives a whole program through one door, neither imports nor tracebacks name the place that is wrong; its
words often do.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JOINED = re.compile(r"[A-Za-z]\w*_\w+|[A-Z]?[a-z]+[A-Z]\w*")
_SHORT = 3
_SATURATION, _LENGTH = 1.2, 0.6
"""k1 and b of Okapi BM25 (Robertson and Zaragoza, 2009), inside the ranges recommended there."""

Key = TypeVar("Key")


def likeness(query: str, texts: Mapping[Key, str]) -> dict[Key, float]:
    """How alike each text is, from 0 to 1 for the one that is most alike; 0 for all where nothing is shared."""
    counts = {key: Counter(_words(text)) for key, text in texts.items()}
    lengths = {key: count.total() for key, count in counts.items()}
    mean = sum(lengths.values()) / max(1, len(lengths)) or 1.0
    spread = Counter(word for count in counts.values() for word in count)
    asked = sorted({word for word in _words(query) if word in spread})  # in order: sums of floats depend on it
    rarity = {word: _rarity(spread[word], len(texts)) for word in asked}

    def score(key: Key) -> float:
        count, long = counts[key], 1 - _LENGTH + _LENGTH * lengths[key] / mean
        return sum(rarity[word] * _weight(count[word], long) for word in asked if word in count)

    scores = {key: score(key) for key in texts}
    most = max(scores.values(), default=0.0) or 1.0
    return {key: value / most for key, value in scores.items()}


def _rarity(texts: int, total: int) -> float:
    return math.log(1 + (total - texts + 0.5) / (texts + 0.5))


def _weight(times: int, long: float) -> float:
    return times * (_SATURATION + 1) / (times + _SATURATION * long)


def _words(text: str) -> Iterable[str]:
    """Words in lower case, of which a plural counts as its singular; names as they are and taken apart."""
    yield from (word.lower().removesuffix("s") for word in _WORD.findall(text) if len(word) >= _SHORT)
    yield from _JOINED.findall(text)
