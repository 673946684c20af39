"""Which functions are shown in full: the most suspected ones, as far as the room goes."""

from collections.abc import Mapping

from pareback.orchestrator.shown.clues import Clues
from pareback.orchestrator.shown.excerpt import Wish, excerpt
from pareback.orchestrator.shown.shelf import Shelf
from pareback.orchestrator.shown.suspects import suspects

FLOOR = 0.7
"""Suspicion from which on a function is worth its place."""

MOST = 0.8
"""Part of a file from which on the rest is shown too."""

Choice = dict[str, tuple[str, ...]]
"""Paths, most wanted first, each with the qualified names of what is shown of it in full."""


def chosen(shelf: Shelf, paths: Mapping[str, float], clues: Clues, *, room: int, small: int) -> Choice:
    """What is shown of these files in at most `room` characters, the first suspect however little points at it. Files
    of at most `small` characters are shown whole."""
    found: Choice = {}
    sizes: dict[str, int] = {}
    for (path, qualname), suspicion in suspects(shelf, paths, clues).items():
        if suspicion < FLOOR and found:
            break
        more = (*found.get(path, ()), qualname)
        size = len(part(shelf, path, Wish(frozenset(more), clues.names), small=small))
        if sum(sizes.values()) - sizes.get(path, 0) + size <= room:
            found[path], sizes[path] = more, size
    return found


def part(shelf: Shelf, path: str, wish: Wish, *, small: int) -> str:
    """What a file shows of what is wished: all of it, where it has at most `small` characters or little is left out."""
    text, facts = shelf.text(path) or "", shelf.facts(path)
    if facts is None or len(text) <= small:
        return text
    found = excerpt(text, facts, wish)
    return found if len(found) < MOST * len(text) else text
