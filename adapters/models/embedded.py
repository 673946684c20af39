"""A search-based repairer that needs no key and no network: mutation, templates and borrowed code, best guess first.

It reads the request's sections and nothing else, and answers like any model. The same request gets the same reply.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from pareback.adapters.model import Model, Prices, Profile, Reply, Request, Usage
from pareback.adapters.repair.search import replies

_KEPT = 8
"""Searches kept open, so that the candidates of a round share one."""


def digest(reply: str) -> str:
    """What `Attempt.digest` holds for a reply: the SHA-256 of its stripped text, in hexadecimal."""
    return hashlib.sha256(reply.strip().encode()).hexdigest()


@dataclass(slots=True)
class _Search:
    """One ranked list, drawn from the search as far as it was asked for."""

    source: Iterator[str]
    drawn: list[tuple[str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def fresh(self, tried: frozenset[str], index: int) -> str | None:
        """The reply number `index`, counted from 0, among those not tried."""
        with self.lock:
            for text, mark in self._all():
                if mark not in tried:
                    if index == 0:
                        return text
                    index -= 1
        return None

    def _all(self) -> Iterator[tuple[str, str]]:
        yield from self.drawn
        for text in self.source:
            self.drawn.append((text, digest(text)))
            yield self.drawn[-1]


@dataclass(frozen=True, slots=True)
class Embedded:
    """The repairer behind the model protocol. What it keeps between calls is a cache of what it would find again."""

    name: str
    profile: Profile
    _searches: OrderedDict[str, _Search] = field(default_factory=OrderedDict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def complete(self, request: Request) -> Iterator[str | Reply]:
        """The best reply not tried yet that no candidate of a lower index gets. Raises nothing."""
        tried = frozenset(attempt.digest for attempt in request.tried)
        text = self._search(request).fresh(tried, request.index)
        usage = Usage(prompt=0, completion=0, cached=0)
        if text is None:
            yield Reply("", "exhausted", usage, 0.0)
            return
        yield text
        yield Reply(text, "stop", usage, 0.0)

    def _search(self, request: Request) -> _Search:
        """The open search for what the request shows, the least recently used one closed for a new one."""
        shown = repr((request.files, request.tests, request.failures))
        key = hashlib.sha256(shown.encode(errors="surrogatepass")).hexdigest()
        with self._lock:
            search = self._searches.pop(key, None) or _Search(replies(request))
            self._searches[key] = search
            while len(self._searches) > _KEPT:
                self._searches.popitem(last=False)
        return search


def build(*, candidates: int = 32) -> Model:
    """Repair by search, offline and for nothing: `candidates` replies each round."""
    profile = Profile(
        forms=("region",),
        sees="sources",
        context_tokens=1_000_000,  # it reads whole files, however large
        temperature=None,
        streaming=False,
        candidates=candidates,
        prices=Prices(0.0, 0.0, 0.0),
    )
    return Embedded("embedded", profile)
