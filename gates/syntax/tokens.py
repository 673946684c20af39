"""Tokens: what is counted of them and which shape is left without names and values.

A skeleton is the shape of one logical line without names, values and nesting. Hashes are blake2, not `hash`: the same
on every machine and under every hash seed.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from pareback.gates.facts import Size

_ATTRIBUTE, _NAME = ".\na\nn", "n"


def digest(parts: Iterable[str]) -> str:
    """A short stable hash of strings in order."""
    text = "\n".join(parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def shape(tokens: Iterable[str]) -> list[str]:
    """Tokens without what operands are called or worth."""
    return [token[0] if token[1:2] == ":" else token for token in tokens]


def skeleton(shapes: Sequence[str]) -> str:
    """The hash of one logical line's shape. An attribute of a name counts as a name: code that is cut out of a method
    or a loop takes `self.x` or `row.x` along as a parameter `x`, and is the same line."""
    text = "\n".join(shapes)
    while _ATTRIBUTE in text:
        text = text.replace(_ATTRIBUTE, _NAME)
    return digest((text,))


def sizes(tokens: Sequence[str], cuts: Sequence[tuple[int, bool]]) -> tuple[Size, ...]:
    """Halstead's counters of the stretches between cuts; a cut is its first token and whether it is a literal table."""
    ends = [*(start for start, _ in cuts[1:]), len(tokens)]
    stretches = zip(cuts, ends, strict=True)
    return tuple(_counted(tokens[start:end], literal=literal) for (start, literal), end in stretches if start < end)


def _counted(tokens: Sequence[str], *, literal: bool) -> Size:
    operands = sum(token[1:2] == ":" for token in tokens)
    return Size(len(tokens) - operands, operands, len(set(tokens)), literal)
