"""Which functions are shown in full: the most suspected ones, as far as the room goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from pareback.orchestrator.shown.clues import Clues
from pareback.orchestrator.shown.excerpt import Wish, excerpt
from pareback.orchestrator.shown.shelf import Shelf
from pareback.orchestrator.shown.suspects import suspects

FLOOR, CLEAR = 0.7, 0.25
"""Suspicion from which on a function is worth its place: at least, and as a part of the strongest one."""

MOST = 0.8
"""Part of a file from which on the rest is shown too."""

Choice = dict[str, tuple[str, ...]]
"""Paths, most wanted first, each with the qualified names of what is shown of it in full."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a choice must keep to: `room` in characters. Files of at most `small` characters are shown whole. A `wide`
    choice takes whom little points at, as long as there is room."""

    room: int
    small: int
    wide: bool


def chosen(shelf: Shelf, paths: Mapping[str, float], clues: Clues, terms: Terms) -> Choice:
    """What is shown of these files: the most suspected first, and the first one however little points at it."""
    found: Choice = {}
    sizes: dict[str, int] = {}
    suspected = suspects(shelf, paths, clues)
    floor = FLOOR if terms.wide else max(FLOOR, CLEAR * max(suspected.values(), default=0.0))
    for (path, qualname), suspicion in suspected.items():
        if suspicion < floor and found:
            break
        more = (*found.get(path, ()), qualname)
        size = len(part(shelf, path, Wish(frozenset(more), clues.names), small=terms.small))
        if sum(sizes.values()) - sizes.get(path, 0) + size <= terms.room:
            found[path], sizes[path] = more, size
    return found


def part(shelf: Shelf, path: str, wish: Wish, *, small: int) -> str:
    """What a file shows of what is wished: all of it, where it has at most `small` characters or little is left out."""
    text, facts = shelf.text(path) or "", shelf.facts(path)
    if facts is None or len(text) <= small:
        return text
    found = excerpt(text, facts, wish)
    return found if len(found) < MOST * len(text) else text
