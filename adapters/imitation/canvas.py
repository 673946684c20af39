"""An imitated tokenizer and canvas: what a vLLM server that pins canvas positions does with a call.

Ids are handed out as words are met, so encoding and decoding are exact for any text. The canvas keeps its pinned
positions, takes the model's words into the free ones, and ends where there is no room, as a real canvas does.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from pareback.adapters.imitation.said import Fault, Say

_WORD = re.compile(r"[^\W_]+|\s|[^\w\s]|_")


class Tokenizer:
    """Text to ids and back, without loss; one per server."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._ids: dict[str, int] = {}
        self._lock = threading.Lock()

    def encode(self, text: str) -> list[int]:
        """The ids of a text: words, single spaces and single signs."""
        with self._lock:
            return [self._id(word) for word in _WORD.findall(text)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids that were handed out."""
        return "".join(self._words[each] for each in ids)

    def _id(self, word: str) -> int:
        if word not in self._ids:
            self._ids[word] = len(self._words)
            self._words.append(word)
        return self._ids[word]


def denoised(said: Say, xargs: Mapping[str, Any], tokenizer: Tokenizer, length: int) -> Say | Fault:
    """The canvas of one call after the last step: what the model says fills the free positions, blanks the rest.

    Refused like the server does where the seed is not exactly `length` ids or a pin lies outside.
    """
    seed, pinned = xargs.get("diffusion_seed_canvas"), set(xargs.get("diffusion_pinned") or ())
    if not isinstance(seed, list) or len(seed) != length:
        held = len(seed) if isinstance(seed, list) else 0
        return Fault(400, f"diffusion_seed_canvas must hold exactly {length} ids, got {held}.")
    if not pinned <= set(range(length)):
        return Fault(400, "diffusion_pinned positions must lie inside the canvas.")
    words = iter(tokenizer.encode(said.text or ""))
    (blank,) = tokenizer.encode("\n")
    canvas = [token if at in pinned else next(words, blank) for at, token in enumerate(seed)]
    return Say(tokenizer.decode(canvas), chunk=1 << 20, usage=said.usage, delay=said.delay, finish=said.finish)
