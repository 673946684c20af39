"""Bytes become text and a syntax tree, whatever their encoding, line ends and age; or a problem with a place."""

import ast
import gc
import io
import threading
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pareback.gates.facts import Problem

TOO_DEEP = Problem("expressions are nested too deeply to be read; split them into several statements", 1, 1)

_PARSING = threading.Lock()
"""The parser's warnings and the collector's switch belong to the process: one file at a time. Parsing holds the
interpreter's own lock anyway."""


def decode(source: bytes) -> str | Problem:
    """The text: by byte order mark, coding cookie or UTF-8; line ends become newlines."""
    try:
        text = source.decode(_encoding(source))
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return Problem(f"byte {error.start} is not {error.encoding}; save the file as UTF-8", line, 1)
    except (SyntaxError, LookupError) as error:
        return Problem(f"the encoding cannot be read: {error}", 1, 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(source: bytes) -> str:
    """The declared encoding. Raises SyntaxError for one that nobody knows."""
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:
        source.decode()  # where UTF-8 was meant, the byte at fault says more
        raise


def parse(text: str) -> ast.Module | Problem:
    """The syntax tree, or what the parser says."""
    try:
        with _quiet():
            return ast.parse(text)
    except SyntaxError as error:
        return Problem(error.msg or "invalid syntax", error.lineno or 1, max(error.offset or 1, 1))
    except ValueError as error:  # NUL bytes
        return Problem(str(error), 1, 1)
    except (RecursionError, MemoryError):
        return TOO_DEEP


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings about invalid escapes, no garbage collection while millions of nodes are made."""
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collecting:
                gc.enable()
