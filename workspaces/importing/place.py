"""Puts an import where the file keeps its imports: into a statement that is there, or as a new one in its section.

Everything else keeps its bytes. Orders are followed where the file keeps one; nothing is sorted that was not.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pareback.workspaces.document import Document
from pareback.workspaces.importing.standard import is_standard
from pareback.workspaces.importing.statement import Import, is_typing
from pareback.workspaces.python_source import tree_of
from pareback.workspaces.splice import spliced

WIDEST = 79
"""Columns that a line may have in any project; a file with wider lines says that more is allowed."""

Statement = ast.Import | ast.ImportFrom
Owns = Callable[[str], bool]
Order = Callable[[str], Any]
_ORDERS: tuple[Order, ...] = (
    lambda name: (not name.isupper(), not name[:1].isupper(), name.casefold()),
    str.casefold,
    str,
)
"""How names within one statement are sorted by the usual tools: constants, classes, the rest; or letters alone."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Statements that an import may stand among, and their margin. `floor` is the line (from 0) that an import goes to
    where there is none yet."""

    body: Sequence[ast.stmt]
    margin: str
    floor: int


def placed(document: Document, what: Import, *, typing: bool, owns: Owns) -> tuple[Document, int]:
    """The document with the import, and its line (from 1). `typing`: below `if TYPE_CHECKING:` where there is one.
    `owns` tells the tree's own modules. Raises SyntaxError where the text is none."""
    lines = document.lines
    tree = tree_of("\n".join(lines))
    room = (_typing_room(tree, lines) if typing else None) or _room(tree, lines)
    kept = [node for node in room.body if isinstance(node, Statement)]
    if what.name and (grown := _grown(lines, kept, what)) is not None:
        at, line = grown
        return spliced(document, at, old=lines[at : at + 1], new=line), at + 1
    at, new = _new(lines, room, kept, what, owns)
    return spliced(document, at, old=(), new=new), at + 1 + next(k for k, line in enumerate(new) if line.strip())


def has_typing_room(text: str) -> bool:
    """Whether the file has a block for type checkers only."""
    return any(is_typing(node) for node in tree_of(text).body)


def _typing_room(tree: ast.Module, lines: Sequence[str]) -> _Room | None:
    node = next((node for node in tree.body if is_typing(node)), None)
    if not isinstance(node, ast.If) or node.body[0].lineno == node.lineno:
        return None
    first = node.body[0]
    return _Room(node.body, lines[first.lineno - 1][: first.col_offset], first.lineno - 1)


def _room(tree: ast.Module, lines: Sequence[str]) -> _Room:
    """What stands above the first definition: imports below it may be there for a reason."""
    told = _is_docstring(tree.body[0]) if tree.body else False
    stop = next((at for at, node in enumerate(tree.body) if _defines(node)), len(tree.body))
    return _Room(tree.body[int(told) : stop], "", _floor(tree, lines, told=told))


def _floor(tree: ast.Module, lines: Sequence[str], *, told: bool) -> int:
    """The line below the docstring, or below the comments that the file begins with."""
    if told:
        return tree.body[0].end_lineno or 1
    at = 0
    while at < len(lines) and lines[at].startswith("#"):
        at += 1
    return at


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _defines(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _grown(lines: Sequence[str], kept: Sequence[Statement], what: Import) -> tuple[int, list[str]] | None:
    """The line (from 0) of a statement that imports from the same module, with the name put in; None where there is
    none, where each name has a statement of its own, or where the line would be too wide."""
    node = _sibling(kept, what)
    if node is None:
        return None
    order = _order([alias.name for alias in node.names])
    later = [alias for alias in node.names if order is not None and _follows(order, alias.name, what.name)]
    anchor = later[0] if later else node.names[-1]
    at = (anchor.lineno if later else anchor.end_lineno or anchor.lineno) - 1
    if "#" in lines[at] or lines[at].endswith("\\"):
        return None
    said, tall = str(what).partition(" import ")[2], node.end_lineno != node.lineno
    fresh = _with_name(lines[at], anchor, said, ahead=bool(later), tall=tall)
    return (at, fresh) if all(len(line) <= max(WIDEST, *map(len, lines)) for line in fresh) else None


def _sibling(kept: Sequence[Statement], what: Import) -> ast.ImportFrom | None:
    """The last statement that names things of the same module, unless each name has one of its own."""
    same = [node for node in kept if isinstance(node, ast.ImportFrom) and _module(node) == what.module]
    same = [node for node in same if node.names[0].name != "*"]
    alone = len(same) > 1 and all(len(node.names) == 1 for node in same)
    return same[-1] if same and not alone else None


def _with_name(line: str, anchor: ast.alias, said: str, *, ahead: bool, tall: bool) -> list[str]:
    """The line with a name before or behind the one at the anchor; on a line of its own where the statement is tall
    and gives each one."""
    start, stop = (_column(line, offset) for offset in (anchor.col_offset, anchor.end_col_offset or 0))
    margin = line[:start]
    if tall and not margin.strip():
        return [f"{margin}{said},", line] if ahead else [f"{line[:stop]},", f"{margin}{said}{line[stop:]}"]
    return [f"{margin}{said}, {line[start:]}" if ahead else f"{line[:stop]}, {said}{line[stop:]}"]


def _column(line: str, offset: int) -> int:
    """The place in the text of an offset in its UTF-8 bytes."""
    return len(line.encode()[:offset].decode("utf-8", "ignore"))


def _order(names: Sequence[str]) -> Order | None:
    """The order that the names are in, if they are in one."""
    return next((order for order in _ORDERS if sorted(names, key=order) == list(names)), None)


def _follows(order: Order, later: str, name: str) -> bool:
    return bool(order(name) < order(later))


def _module(node: Statement) -> str:
    return "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name


def _section(module: str, owns: Owns) -> int:
    if module == "__future__":
        return 0
    if module.startswith("."):
        return 4
    if is_standard(module) and not owns(module):
        return 1
    return 3 if owns(module) else 2


def _new(
    lines: Sequence[str], room: _Room, kept: Sequence[Statement], what: Import, owns: Owns
) -> tuple[int, list[str]]:
    """Where a new statement goes (from 0), and the lines that are put in there."""
    said, section = f"{room.margin}{what}", _section(what.module, owns)
    if not kept:
        return _first(lines, room, said)
    sections = [_section(_module(node), owns) for node in kept]
    own = [node for node, number in zip(kept, sections, strict=True) if number == section]
    if own:
        return _within(own, what, said)
    above = [node for node, number in zip(kept, sections, strict=True) if number < section]
    if above:
        at = above[-1].end_lineno or above[-1].lineno
        return at, ([""] if _is_set_apart(lines, kept, sections) else []) + [said]
    at = kept[0].lineno - 1
    return at, [said, *([""] if _is_set_apart(lines, kept, sections) else [])]


def _is_set_apart(lines: Sequence[str], kept: Sequence[Statement], sections: Sequence[int]) -> bool:
    """Whether blank lines stand between sections; where there is one section only, they would."""
    changes = [at for at in range(1, len(kept)) if sections[at] != sections[at - 1]]
    return not changes or any(not lines[kept[at].lineno - 2].strip() for at in changes)


def _within(own: Sequence[Statement], what: Import, said: str) -> tuple[int, list[str]]:
    """Among the statements of its section: whole modules before names, as most tools sort, unless the section mixes
    them; by letters."""
    mixed = _is_mixed(own)
    alike = own if mixed else [node for node in own if isinstance(node, ast.ImportFrom) == bool(what.name)]
    if not alike:
        return (own[-1].end_lineno or 0, [said]) if what.name else (own[0].lineno - 1, [said])
    before = [node for node in alike if _module(node).casefold() <= what.module.casefold()]
    if not before:
        return alike[0].lineno - 1, [said]
    return before[-1].end_lineno or before[-1].lineno, [said]


def _is_mixed(own: Sequence[Statement]) -> bool:
    """Whether a whole module stands below a name's statement: then letters alone decide."""
    kinds = [isinstance(node, ast.ImportFrom) for node in own]
    return kinds != sorted(kinds)


def _first(lines: Sequence[str], room: _Room, said: str) -> tuple[int, list[str]]:
    """The first import of a file, or of a block."""
    if room.margin:
        return room.floor, [said]
    below = lines[room.floor] if room.floor < len(lines) else ""
    above = [""] if room.floor and lines[room.floor - 1].strip() else []
    return room.floor, [*above, said, *(["", ""] if below.strip() else [])]
