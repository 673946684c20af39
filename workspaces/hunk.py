"""Hunks: lines that stay, go and come. Each becomes the replacement of a quoted region; line numbers are ignored, since
models cannot count. What stands behind `@@` without numbers says below which line the region stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Found, Operation, Unreadable

_RANGE = re.compile(r"@@(?:[ \t]+-\d[\d,]*[ \t]+\+\d[\d,]*[ \t]+@@)?[ \t]?(.*?)[ \t]*(?:@@)?$")
_LAST = "*** End of File"
_NO_END = "\\ No newline"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines with their marks, and the lines below which they stand."""

    below: tuple[str, ...]
    lines: tuple[str, ...]

    def operation(self, path: str) -> Found:
        """The replacement that the hunk states."""
        body = without_end(self.lines)
        wrong = next((line for line in body if line and line[0] not in " +-"), None)
        if wrong is not None:
            reason = (
                f"{path!r}: the hunk line {wrong[:80]!r} begins with neither ' ', '-' nor '+'; send that hunk again"
            )
            return Unreadable(reason, path=path)
        old = "".join(f"{line[1:]}\n" for line in body if line[:1] != "+")
        new = "".join(f"{line[1:]}\n" for line in body if line[:1] != "-")
        if not old.strip():
            reason = (
                f"{path!r}: the hunk only adds lines; quote the line above them with a space in front, as the place"
            )
            return Unreadable(reason, path=path)
        return Operation(kind="replace", path=path, old=old, new=new, below=self.below)


def hunks(body: Sequence[str]) -> list[Hunk]:
    """The hunks of a section; several @@ lines in a row belong to one."""
    found: list[tuple[tuple[str, ...], list[str]]] = []
    for line in body:
        header = _RANGE.match(line) if line.startswith("@@") else None
        if header is None:
            found = found or [((), [])]
            found[-1][1].append(line)
            continue
        named = (header[1],) if header[1].strip() else ()
        if found and not found[-1][1]:
            found[-1] = ((*found[-1][0], *named), [])
        else:
            found.append((named, []))
    return [Hunk(below, tuple(lines)) for below, lines in found if any(line.strip() for line in lines)]


def without_end(lines: Sequence[str]) -> list[str]:
    """The lines without end marks and without blank ones after the last: these separate sections."""
    body = [line for line in lines if line.rstrip() != _LAST and not line.startswith(_NO_END)]
    while body and not body[-1].strip():
        body.pop()
    return body


def plain(path: str) -> str:
    """A path without the decoration that models give it."""
    return path.strip().strip("`").strip().removeprefix("./")
