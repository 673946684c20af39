"""Takes out what reasoning models leave beside their answer: a leading thought block and stray markers.

A thought may quote code; read as edits it would be applied. Pieces arrive cut anywhere, so an end that may still
become a marker is held back until the next piece decides.
"""

STRAY = ("<|think_start|>", "<|think_end|>")
OPEN, CLOSE = "<think>", "</think>"


class Cleaner:
    """Feeds pieces through, in order; `feed` and `flush` answer what may be shown by now."""

    def __init__(self) -> None:
        self._held = ""
        self._leading = True
        self._thinking = False

    def feed(self, piece: str) -> str:
        """The text that is certain after `piece`; it may be empty."""
        self._held += piece
        if self._leading and not self._begin():
            return ""
        if self._thinking and not self._leave():
            return ""
        for marker in STRAY:
            self._held = self._held.replace(marker, "")
        keep = max(_overlap(self._held, marker) for marker in STRAY)
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def flush(self) -> str:
        """What was held back at the end; a thought that never closed is dropped."""
        rest, self._held = ("" if self._thinking else self._held), ""
        return rest

    def _begin(self) -> bool:
        """Whether it is decided if the reply opens with a thought block."""
        start = self._held.lstrip()
        if len(start) < len(OPEN) and OPEN.startswith(start):
            return False
        self._leading = False
        self._thinking = start.startswith(OPEN)
        return True

    def _leave(self) -> bool:
        """Whether the thought block ended; its text is dropped, and the blank lines after it."""
        _, mark, rest = self._held.partition(CLOSE)
        if not mark:
            self._held = self._held[-len(CLOSE) :]
            return False
        self._thinking = False
        self._held = rest.lstrip("\r\n")
        return True


def _overlap(text: str, marker: str) -> int:
    """The length of the longest end of `text` that begins `marker`."""
    sizes = range(min(len(text), len(marker) - 1), 0, -1)
    return next((size for size in sizes if text.endswith(marker[:size])), 0)
