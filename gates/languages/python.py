"""Python: one pass of the standard library's syntax tree. The grammar is that of the interpreter that runs it."""

import ast
import re
import sys

from pareback.gates.facts import FileFacts, Problem
from pareback.gates.language import Language
from pareback.gates.syntax.access import ACCESS
from pareback.gates.syntax.branches import BRANCHES
from pareback.gates.syntax.cases import CASES
from pareback.gates.syntax.claims import silenced
from pareback.gates.syntax.comments import suppressions
from pareback.gates.syntax.comprehensions import COMPREHENSIONS
from pareback.gates.syntax.definitions import DEFINITIONS, read_module
from pareback.gates.syntax.draft import Sheet, Visitor, Visitors
from pareback.gates.syntax.expressions import EXPRESSIONS, unknown
from pareback.gates.syntax.handlers import HANDLERS
from pareback.gates.syntax.source import TOO_DEEP, decode, parse
from pareback.gates.syntax.statements import STATEMENTS
from pareback.gates.syntax.uses import names
from pareback.gates.wire.finish import finished
from pareback.gates.wire.transcript import FileTranscript

EXTRACTOR = "21"
"""Raised whenever the facts of some file would change: facts of another version are never read."""

_HEAD = 2000
_FLAGS = re.IGNORECASE | re.MULTILINE
_GENERATED = re.compile(r"^\s*#.*\b(?:generated (?:by|from|with)|auto-?generated|do not edit)\b", _FLAGS)


class _Table(dict[type[ast.AST], Visitor]):
    """The visitors; a node of a later grammar is read by `unknown`."""

    def __missing__(self, key: type[ast.AST]) -> Visitor:
        return unknown


def _visitors() -> Visitors:
    tables = (EXPRESSIONS, ACCESS, COMPREHENSIONS, STATEMENTS, BRANCHES, CASES, HANDLERS, DEFINITIONS)
    return _Table({kind: visitor for table in tables for kind, visitor in table.items()})


_VISITORS = _visitors()


class _Python:
    name = "python"
    suffixes = (".py", ".pyw")
    version = f"python-{EXTRACTOR}"
    grammar = f"{sys.version_info.major}.{sys.version_info.minor}"

    command = ()

    def extract(self, source: bytes) -> FileFacts:
        return finished(transcribe(source))


def transcribe(source: bytes) -> FileTranscript:
    """What is read of one file."""
    text = decode(source)
    if isinstance(text, Problem):
        return FileTranscript(lines=source.count(b"\n"), problems=(text,))
    lines = text.count("\n") + (not text.endswith("\n"))
    tree = parse(text)
    if isinstance(tree, Problem):
        return FileTranscript(lines, generated(text), problems=(tree,))
    return _walk(text, tree, lines)


def generated(text: str) -> bool:
    """Whether the first lines say that a program wrote the file."""
    return bool(_GENERATED.search(text[:_HEAD]))


def _walk(text: str, tree: ast.Module, lines: int) -> FileTranscript:
    sheet = Sheet(_VISITORS)
    try:
        read_module(sheet, tree, lines)
    except RecursionError:
        return FileTranscript(lines, generated(text), problems=(TOO_DEEP,))
    units = tuple(sorted(sheet.units, key=lambda unit: (unit.line, unit.qualname)))
    comments = suppressions(text, units, sorted(sheet.starts))
    return FileTranscript(
        lines,
        generated(text),
        units,
        suppressions=(*comments, *silenced(sheet.claims, units)),
        imports=tuple(sheet.imports),
        late=tuple(sheet.late),
        used=names(sheet.used),
    )


def build() -> Language:
    return _Python()
