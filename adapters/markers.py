"""Takes out what reasoning models leave beside their answer: a leading thought block and stray markers.

A thought may quote code; read as edits it would be applied. Pieces arrive cut anywhere, so an end that may still
become a marker is held back until the next piece decides.
"""

from typing import Literal

STRAY = ("<|think_start|>", "<|think_end|>")
OPEN, CLOSE = "<think>", "</think>"

Phase = Literal["start", "thought", "gap", "text"]
"""Where in the reply we are: nothing decided yet, inside the thought, on the blank lines after it, in the answer."""


class Cleaner:
    """Feeds pieces through, in order; `feed` and `flush` answer what may be shown by now."""

    def __init__(self) -> None:
        self._held = ""
        self._phase: Phase = "start"

    def feed(self, piece: str) -> str:
        """The text that is certain after `piece`; it may be empty."""
        self._held += piece
        if self._phase == "start":
            self._begin()
        if self._phase == "thought":
            self._leave()
        if self._phase == "gap":
            self._held = self._held.lstrip("\r\n")
            self._phase = "text" if self._held else "gap"
        return self._show() if self._phase == "text" else ""

    def flush(self) -> str:
        """What was held back at the end; a thought that never closed is dropped."""
        rest = "" if self._phase == "thought" else self._held
        self._held = ""
        return rest

    def _begin(self) -> None:
        """Decide, once there is enough text for it, whether the reply opens with a thought."""
        start = self._held.lstrip()
        if len(start) >= len(OPEN) or not OPEN.startswith(start):
            self._phase = "thought" if start.startswith(OPEN) else "text"

    def _leave(self) -> None:
        """Drop the thought; the blank lines after it go too."""
        _, mark, rest = self._held.partition(CLOSE)
        self._held = rest if mark else self._held[-len(CLOSE) :]
        self._phase = "gap" if mark else "thought"

    def _show(self) -> str:
        if "<" not in self._held:  # as nearly always
            shown, self._held = self._held, ""
            return shown
        for marker in STRAY:
            self._held = self._held.replace(marker, "")
        sure = len(self._held) - max(_overlap(self._held, marker) for marker in STRAY)
        shown, self._held = self._held[:sure], self._held[sure:]
        return shown


def _overlap(text: str, marker: str) -> int:
    """The length of the longest end of `text` that begins `marker`."""
    sizes = range(min(len(text), len(marker) - 1), 0, -1)
    return next((size for size in sizes if text.endswith(marker[:size])), 0)
