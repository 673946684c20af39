"""Bare code as an edit: a reply that is one fenced function, or the new text of the lines that were asked for.

A small model cannot be trusted to name files or to quote. It is asked for one stretch of one file, so what it writes
needs no form; and where it writes the whole function around that stretch instead, that is what is replaced. A reply
that is no such thing, or after which the file is no Python, is refused.
"""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from pareback.workspaces.edit import Operation, Unreadable

_FENCE = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*\n(?P<code>.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FORM = "bare"
"""What operations of this kind are logged as; it is no part, because no model chooses it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One function of a file, decorators included: its first and last line, counted from 1, and its text."""

    name: str
    first: int
    last: int
    text: str
    node: ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines of a file, with what stands above and below them."""

    path: str
    above: str
    inside: str
    below: str

    @property
    def file(self) -> str:
        return self.above + self.inside + self.below


def units(text: str) -> Iterator[Unit]:
    """The functions and methods of a file, outer ones first; nothing where it is no Python."""
    tree, lines = parsed(text), text.splitlines(keepends=True)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, _FUNCTIONS):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            last = node.end_lineno or node.lineno
            yield Unit(node.name, first, last, "".join(lines[first - 1 : last]), node)


def read(reply: str, asked: Stretch) -> Operation | Unreadable:
    """The reply as one operation: the function, or the stretch, in place of what was there. The whole file is quoted,
    for it stands in one place, and lines that stay keep their bytes."""
    blocks = [found["code"] for found in _FENCE.finditer(reply)] or [reply]
    for code in blocks:
        text = _with_function(code, asked) or _with_lines(code, asked)
        if text is not None and parsed(text) is not None:
            return Operation(kind="replace", path=asked.path, old=asked.file, new=text, form=FORM)
    reason = "the reply is no Python that fits there; answer with the code alone, in one ```python block"
    return Unreadable(reason, asked.path, form=FORM)


def parsed(text: str) -> ast.Module | None:
    """The tree, or None where the text is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a model writes is not ours to warn of
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _with_function(code: str, asked: Stretch) -> str | None:
    """The file with the function around the stretch replaced by the one of that name in the code, and its imports."""
    around = _around(asked)
    tree = parsed(textwrap.dedent(code))
    if around is None or tree is None:
        return None
    written = [node for node in tree.body if isinstance(node, _FUNCTIONS) and node.name == around.name]
    if not written:
        return None
    body = textwrap.dedent(code).splitlines()[written[0].lineno - 1 : written[0].end_lineno]
    margin = around.text[: len(around.text) - len(around.text.lstrip())]
    lines = asked.file.splitlines(keepends=True)
    head = around.node.lineno - 1  # decorators stay as they are
    new = textwrap.indent("\n".join(body) + "\n", margin)
    text = "".join([*lines[:head], new, *lines[around.last :]])
    return _importing(text, [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)])


def _importing(text: str, imports: list[str]) -> str:
    """The text with those of the imports that it does not have, below its docstring and what it imports from
    `__future__`."""
    tree = parsed(text)
    there = {ast.unparse(node) for node in tree.body} if tree else set()
    missing = [f"{line}\n" for line in dict.fromkeys(imports) if line not in there]
    head = [node for node in tree.body[:2] if _leads(node)] if tree else []
    at = head[-1].end_lineno or 0 if head else 0
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], *missing, *lines[at:]])


def _leads(node: ast.stmt) -> bool:
    """Whether a statement has to stay before every import."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _with_lines(code: str, asked: Stretch) -> str | None:
    """The file with the stretch replaced by the code, indented as the stretch is; not where that is a function."""
    around = _around(asked)
    if not code.strip() or around is None or asked.inside == around.text:
        return None
    margin = asked.inside[: len(asked.inside) - len(asked.inside.lstrip())]
    return asked.above + textwrap.indent(textwrap.dedent(code).strip("\n") + "\n", margin) + asked.below


def _around(asked: Stretch) -> Unit | None:
    """The innermost function that holds the stretch."""
    first = asked.above.count("\n") + 1
    holding = [unit for unit in units(asked.file) if unit.first <= first <= unit.last]
    return max(holding, key=lambda unit: unit.first, default=None)
