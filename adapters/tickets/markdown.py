"""A ticket in a Markdown file: its first heading is the title, a leading block of `key: value` lines sets the fields.

The block lies between two lines `---`. Permissions and budgets in it count because the file is the operator's own;
nothing below the block is read for anything but the text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pareback.adapters.record import from_record, title_of
from pareback.adapters.ticket import BadTicket, Ticket, Tickets

_FENCE = "---"
_LISTS = frozenset({"files", "read", "tests", "held_out", "allow", "waive"})
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")


def build(*, path: str) -> Tickets:
    """One ticket from the file at `path`. Lists in its block are parted by commas or written as JSON."""
    return Markdown(Path(path))


class Markdown:
    """One file, one ticket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tickets(self) -> Iterator[Ticket]:
        """The ticket. Raises BadTicket naming file and line, and OSError where the file cannot be read."""
        try:
            text = self._path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadTicket(f"{self._path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
        fields, body = _split(text, self._path)
        heading = _title(body)
        stated = {"title": heading, "id": self._path.stem} if heading else {"id": self._path.stem}
        yield from_record({**stated, **fields, "text": body}, where=str(self._path))


def _split(text: str, path: Path) -> tuple[Mapping[str, object], str]:
    """The fields of the block, if the file opens with one, and what follows it."""
    lines = text.splitlines(keepends=True)
    bare = [line.strip() for line in lines]
    if not bare or bare[0] != _FENCE or _FENCE not in bare[1:]:
        return {}, text
    end = bare.index(_FENCE, 1)
    pairs = [
        _field(line, f"{path}:{number}")
        for number, line in enumerate(bare[1:end], 2)
        if line and not line.startswith("#")
    ]
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise BadTicket(f"{path}: a field is set twice in the block; expected each of {', '.join(fields)} once")
    if "text" in fields:
        raise BadTicket(f"{path}: text is set in the block; expected it below the block")
    return fields, "".join(lines[end + 1 :])


def _field(line: str, where: str) -> tuple[str, object]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadTicket(f"{where}: {line!r} is no field; expected 'name: value'")
    name = name.strip()
    return name, _items(value.strip(), where) if name in _LISTS else _bare(value.strip())


def _items(value: str, where: str) -> object:
    if not value.startswith("["):
        return [_bare(item.strip()) for item in value.split(",") if item.strip()]
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"{where}: {value!r} is no list; expected items parted by commas, or a JSON list") from error


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _title(body: str) -> str | None:
    """The first heading that is not inside a code fence."""
    fenced = False
    for line in body.splitlines():
        fenced ^= line.lstrip().startswith("```")
        found = None if fenced else _HEADING.match(line)
        if found:
            return title_of(found.group(1))
    return None
