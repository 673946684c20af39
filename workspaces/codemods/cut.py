"""One function cut out of a file, rewritten by itself and put back: the rest of the file keeps its bytes.

A whole file of 2,600 lines takes libcst seconds, one function milliseconds. The cut keeps its indentation, under a
line that opens a block, so that no string in it changes.
"""

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst

_OPENING = "if 1:\n"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line as Python counts them: a form feed ends none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An outermost function or method: its qualified name, its first and last line, counted from 1, decorators
    included, and its tree."""

    name: str
    first: int
    last: int
    tree: libcst.FunctionDef
    module: libcst.Module

    def text(self, tree: libcst.FunctionDef) -> str:
        """The function by itself, rewritten as `tree`; a method stays indented, under a line that opens a block."""
        return libcst.ensure_type(self.module.deep_replace(self.tree, tree), libcst.Module).code


def cuts(source: str, wanted: Collection[int] | None = None) -> Iterator[Cut]:
    """Every outermost function and method that holds one of these lines (None: all). Nothing where the file does not
    parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    lines = lines_of(source)
    for name, node in _functions(tree, ""):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        last = node.end_lineno or node.lineno
        if wanted is not None and not any(first <= line <= last for line in wanted):
            continue
        text = "".join(lines[first - 1 : last])
        module = libcst.parse_module(_OPENING + text if text[:1] in " \t" else text)
        found = _only(module)
        if found is not None:
            yield Cut(name, first, last, found, module)


def lines_of(source: str) -> list[str]:
    """The lines of a file with their ends, as Python counts them."""
    return _LINE.findall(source)


def spliced(source: str, cut: Cut, tree: libcst.FunctionDef) -> str:
    """The file with the function rewritten."""
    code = cut.text(tree).removeprefix(_OPENING)
    lines = lines_of(source)
    if not lines[cut.last - 1].endswith("\n"):
        code = code.removesuffix("\n")
    return "".join([*lines[: cut.first - 1], code, *lines[cut.last :]])


def _functions(node: ast.AST, above: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield above + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{above}{child.name}.")
        elif isinstance(child, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _functions(child, above)


def _only(module: libcst.Module) -> libcst.FunctionDef | None:
    opened = module.body[0] if len(module.body) == 1 else None
    body = opened.body.body if isinstance(opened, libcst.If) else module.body
    return body[0] if len(body) == 1 and isinstance(body[0], libcst.FunctionDef) else None
