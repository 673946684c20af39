"""Reads a reply: walks its lines, asks each form whether an operation begins here, and passes over the prose.

The walk only moves forward and a form sees the lines and the place, nothing else. While the reply is still arriving,
whoever looks at a line that is not there yet is interrupted and asked again later: what was read without that line
cannot change with it. A reply read piece by piece therefore yields what it yields as a whole.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import overload

from pareback.workspaces.edit import Form, Found, Step, Unreadable

LONGEST = 4 * 1024 * 1024
"""Characters of a reply that are read: several times the largest patch, so that quoted text fits too."""

MOST_LINES = 100_000
"""Lines of a reply that are read."""

MOST = 400
"""Operations of one reply that are read."""

NO_EDIT = "the reply holds no edit. Write the path of a file on a line alone, the edit right below"
"""Said of a reply without any operation."""

EAGER = 64
"""A block of fewer lines is looked at with every line that arrives, a longer one each time it grew by a 64th: the time
to read it stays proportional to its length."""


def read(text: str, forms: Mapping[str, Form]) -> tuple[Found, ...]:
    """The operations of a reply in their order, and what began like one and is none. A reply without any yields one
    Unreadable that says so, and so does the end of one that is too long. Line ends of every kind become LF, a byte
    order mark at the start is dropped."""
    arrival = Arrival(forms)
    return (*arrival.feed(text), *arrival.finish())


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends; no empty last line where the text ends with a line end."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return plain.removesuffix("\n").split("\n") if plain else []


class Arrival:
    """One reply as it arrives: `feed` takes its pieces and `finish` its end; each gives what can be read by then."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms
        self._lines: list[str] = []
        self._rest: list[str] = []
        self._size = 0
        self._count = 0
        self._at = 0
        self._taken = 0
        self._due = 0

    def feed(self, piece: str) -> tuple[Found, ...]:
        """The operations whose end this piece brought."""
        kept = piece[: max(0, LONGEST - self._size)]
        self._size += len(piece)
        self._rest.append(kept)
        if "\n" in kept or "\r" in kept:
            self._break("".join(self._rest))
        if len(self._lines) < self._due:
            return ()
        return tuple(self._read(_Lines(self._lines)))

    @property
    def full(self) -> bool:
        """Whether nothing more of this reply is read: it has passed a limit."""
        return self._size > LONGEST or len(self._lines) > MOST_LINES or self._count > MOST

    def finish(self) -> tuple[Found, ...]:
        """The operations that only the end of the reply completes, and what has to be said of the whole."""
        self._lines += lines_of("".join(self._rest))
        read = tuple(self._read(self._lines[:MOST_LINES]))
        told = self._ending()
        return (*read, Unreadable(told)) if told else read

    def _break(self, text: str) -> None:
        """A line end that may be half of one waits for its other half."""
        held = text[-1] if text.endswith("\r") else ""
        *whole, rest = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if whole and not self._lines:
            whole[0] = whole[0].removeprefix("\ufeff")
        self._lines += whole
        self._rest = [rest + held]

    def _read(self, lines: Sequence[str]) -> Iterator[Found]:
        """What can be read from where the last block began; steps that were taken before are passed over."""
        try:
            while self._at < len(lines) and self._count <= MOST:
                going_on = self._at + 1
                for number, (step, after) in enumerate(_steps(lines, self._at, self._forms)):
                    going_on = max(after, going_on)
                    if number >= self._taken:
                        self._taken = number + 1
                        yield from self._counted(step)
                self._at, self._taken = going_on, 0
        except _NotYetError:
            known = len(self._lines)
            self._due = known + 1 + (known - self._at) // EAGER

    def _counted(self, step: tuple[Found, ...]) -> tuple[Found, ...]:
        kept = step[: max(0, MOST - self._count)]
        self._count += len(step)
        return kept

    def _ending(self) -> str:
        """What has to be said of the whole reply, if anything."""
        if self._size > LONGEST:
            return f"the reply has {self._size} characters; only the first {LONGEST} were read. Send smaller edits"
        if len(self._lines) > MOST_LINES:
            return f"the reply has {len(self._lines)} lines; only the first {MOST_LINES} were read. Send smaller edits"
        if self._count > MOST:
            return f"only the first {MOST} edits were read. Send the others in the next reply"
        return "" if self._count else NO_EDIT


class _NotYetError(Exception):
    """The line that was asked for has not arrived."""


class _Lines(Sequence[str]):
    """The lines that have arrived, of a reply that seems endless."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._limit = min(len(known), MOST_LINES)

    def __len__(self) -> int:
        return sys.maxsize

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        last = at if isinstance(at, int) else (sys.maxsize if at.stop is None else at.stop) - 1
        if last >= self._limit:
            raise _NotYetError
        return self._known[at]


def _steps(lines: Sequence[str], at: int, forms: Mapping[str, Form]) -> Iterator[Step]:
    """What the first form that knows the line makes of it; nothing where none does."""
    for name, form in forms.items():
        begun = False
        for found, after in form.read(lines, at):
            begun = True
            yield tuple(replace(each, form=name) for each in found), after
        if begun:
            return
