"""A file as lines, and back: what an edit does not touch keeps its bytes.

Every line keeps its own end, so mixed line ends survive. A file whose text cannot be had without loss is not editable:
it is refused with the reason, never repaired.
"""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST = 1024 * 1024
"""Bytes of a file, before and after an edit."""

_BOM = b"\xef\xbb\xbf"
_PYTHON = (".py", ".pyi", ".pyw")
_ENDS = re.compile(r"(\r\n|\n|\r)")


class EditError(ValueError):
    """The edit cannot be made; the message is written for the model and names the file."""


class IrrevocableError(EditError):
    """The edit cannot be made, and nothing the rest of the reply says could change that: paths that nobody may name,
    limits of size."""


@dataclass(frozen=True, slots=True)
class Document:
    """Lines without their ends, and the end of each: LF, CRLF, CR, or "" for a last line without one."""

    lines: tuple[str, ...]
    ends: tuple[str, ...]
    codec: str = "utf-8"
    bom: bool = False

    @property
    def end(self) -> str:
        """The line end that most lines have; LF in a file without any."""
        counted = Counter(end for end in self.ends if end)
        return counted.most_common(1)[0][0] if counted else "\n"


def load(path: str, data: bytes) -> Document:
    """The file's lines. Raises EditError for a file that is too large, binary, UTF-16 or not decodable without loss."""
    if len(data) > LARGEST:
        raise EditError(f"{path!r} has {len(data)} bytes; files over {LARGEST} bytes are not edited")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise EditError(f"{path!r} is UTF-16; only UTF-8 and declared one-byte encodings are edited")
    if b"\0" in data:
        raise EditError(f"{path!r} is binary (it holds a NUL byte) and cannot be edited")
    bom = data.startswith(_BOM)
    body = data[len(_BOM) :] if bom else data
    codec = _codec(path, body)
    text = _decoded(path, body, codec)
    lines, ends = _split(text)
    return Document(lines=lines, ends=ends, codec=codec, bom=bom)


def dump(path: str, document: Document) -> bytes:
    """The file's bytes. Raises EditError where the text does not fit the file's encoding or the file grew too large."""
    text = "".join(line + end for line, end in zip(document.lines, document.ends, strict=True))
    if "\0" in text:
        raise EditError(f"{path!r}: the new text holds a NUL character; write text only")
    try:
        body = text.encode(document.codec)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise EditError(f"{path!r} is {document.codec}, which cannot hold {character!r}; write it otherwise") from None
    if not body.isascii() and not _declares(path, body, document.codec):
        raise EditError(f"{path!r}: the edit changes the file's declared encoding, {document.codec}; leave that line")
    data = _BOM + body if document.bom else body
    if len(data) > LARGEST:
        raise IrrevocableError(f"{path!r} would have {len(data)} bytes; files over {LARGEST} bytes are not written")
    return data


def rewritten(path: str, text: str, *, before: Document | None) -> Document:
    """A document with other lines in the manner of `before`: its line end, final line end, encoding and mark."""
    lines = tuple(text.removeprefix("\ufeff").removesuffix("\n").split("\n")) if text else ()
    if before is None:
        head = "\n".join(lines[:2]).encode("utf-8", "replace")
        return Document(lines=lines, ends=("\n",) * len(lines), codec=_codec(path, head))
    return settled(before, lines, (before.end,) * len(lines))


def settled(before: Document, lines: Sequence[str], ends: Sequence[str]) -> Document:
    """A document in the manner of `before`: every line ended, and the last one as the last one was."""
    whole = [end or before.end for end in ends]
    if whole and before.ends and not before.ends[-1]:
        whole[-1] = ""
    return Document(lines=tuple(lines), ends=tuple(whole), codec=before.codec, bom=before.bom)


def _split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pieces = _ENDS.split(text)
    lines, ends = pieces[0::2], [*pieces[1::2], ""]
    return (tuple(lines), tuple(ends)) if lines[-1] else (tuple(lines[:-1]), tuple(ends[:-1]))


def _codec(path: str, data: bytes) -> str:
    """The encoding that a Python file declares (PEP 263); UTF-8 for every other file."""
    if not path.endswith(_PYTHON):
        return "utf-8"
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        raise EditError(f"{path!r} cannot be decoded: {error.msg}") from None


def _declares(path: str, data: bytes, codec: str) -> bool:
    try:
        return _codec(path, data) == codec
    except EditError:
        return False


def _decoded(path: str, data: bytes, codec: str) -> str:
    """Raises EditError unless encoding the text again gives the same bytes."""
    refused = EditError(f"{path!r} cannot be decoded as {codec} without loss and is not edited")
    try:
        text = data.decode(codec)
        lossless = text.encode(codec) == data
    except (UnicodeError, LookupError):
        raise refused from None
    if not lossless:
        raise refused
    return text
